package dev.favilla.text;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the records of one split, for one attempt. */
interface SplitReader extends AutoCloseable {

    /** Stands for no record: records may be null. */
    Object END = new Object();

    /** Returns the next record, or {@link #END}. */
    @Nullable
    Object next() throws IOException;

    /**
     * Checks, when there are no more records, that the split was read to its end.
     *
     * @throws InputChangedException if the file has ended before
     */
    default void requireWhole() {}

    /** Returns whether the file goes on with something that is not gzip, after what was read. */
    boolean hasTrailingGarbage();

    /** Returns the bytes read since the last call. */
    long takeBytesRead();

    /** Returns the malformed sequences met since the last call. */
    default long takeMalformed() {
        return 0;
    }

    @Override
    void close() throws IOException;
}

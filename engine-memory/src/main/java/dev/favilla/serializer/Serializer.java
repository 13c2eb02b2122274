package dev.favilla.serializer;

import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Turns records into bytes and back. Implementations may be used from any thread; the streams they open belong to one.
 *
 * <p><b>Failures.</b> What cannot be written or read is a {@link SerializationException} that names the class and what
 * to change.
 */
public interface Serializer {

    /** Opens a stream of records over {@code out}. The last records are there only once it is closed. */
    RecordOutput open(OutputStream out);

    /** Opens the stream of records that was written to {@code in}. Give it verified bytes only. */
    RecordInput open(InputStream in);

    /** Writes one record; records equal in one stream share nothing with those of another. */
    interface RecordOutput extends AutoCloseable {

        void write(@Nullable Object record);

        @Override
        void close();
    }

    /** Reads records in the order they were written; the reader knows how many there are. */
    interface RecordInput extends AutoCloseable {

        @Nullable
        Object read();

        @Override
        void close();
    }
}

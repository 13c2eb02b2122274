package dev.favilla.io;

import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one split, for one attempt, on its thread.
 *
 * <p><b>Cancellation.</b> Between records the engine looks whether the attempt is to stop. A reader that waits for long
 * should do so interruptibly.
 *
 * @param <T> the type of the records, which may be null
 */
public interface SourceReader<T extends @Nullable Object> {

    /** Turns to the next record; returns false if there is none. Not called again after that. */
    boolean advance() throws Exception;

    /**
     * Returns the record that {@link #advance} has turned to. Called once for each. May be the same object each time, with
     * other contents: whoever holds on to it copies it.
     */
    T record() throws Exception;

    /** Returns how many bytes were read so far, for the job's report; 0 where nobody counts. */
    default long bytesRead() {
        return 0;
    }

    /** Called once, also after an error, and also if not all records were wanted. */
    default void close() throws Exception {}
}

package dev.favilla.io;

import org.jspecify.annotations.Nullable;

/**
 * Takes the records of one partition, for one attempt, on its thread. Ends with {@link #commit}, or with {@link #abort} if
 * it was not committed or its commit has thrown; whichever comes last gives back what is held.
 *
 * @param <T> the type of the records, which may be null
 */
public interface SinkWriter<T extends @Nullable Object> {

    void write(T record) throws Exception;

    /**
     * Completes the output of this attempt, which is the only one of its partition allowed to do so at this time.
     *
     * @return what {@link Sink#commit} needs to find it, such as the name of a staged file; short
     */
    String commit() throws Exception;

    /** Removes what was written. */
    default void abort() throws Exception {}

    /** Returns how many bytes were written, once committed, for the job's report; 0 where nobody counts. */
    default long bytesWritten() {
        return 0;
    }
}

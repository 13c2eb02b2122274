package dev.favilla.shuffle;

import org.jspecify.annotations.Nullable;

/**
 * The output of one map attempt, written by its thread. Nothing is visible before {@link #commit}; closed without it,
 * what was written vanishes.
 */
public interface ShuffleWriter extends AutoCloseable {

    /** Sends a record to the reducer that its key belongs to. */
    void write(@Nullable Object key, @Nullable Object value) throws Exception;

    /** Makes the output readable and returns its description. */
    MapOutput commit() throws Exception;

    /** Gives back what is held; drops what was not committed. */
    @Override
    void close();
}

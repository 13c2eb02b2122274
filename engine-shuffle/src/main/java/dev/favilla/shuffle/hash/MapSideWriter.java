package dev.favilla.shuffle.hash;

import org.jspecify.annotations.Nullable;

/** What a map attempt does with a record before it lies in the {@link OutputBuffer}. */
interface MapSideWriter extends AutoCloseable {

    void write(@Nullable Object key, @Nullable Object value) throws Exception;

    /** Sends what is still held back; no record follows. */
    void end() throws Exception;

    /** Drops what is held; closing twice is harmless. */
    @Override
    void close();
}

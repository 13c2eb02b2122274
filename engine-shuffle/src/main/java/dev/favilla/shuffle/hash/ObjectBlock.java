package dev.favilla.shuffle.hash;

import org.jspecify.annotations.Nullable;

/** Records handed over by reference. Every key and value in it is deeply immutable, so any number of readers may share it. */
final class ObjectBlock implements Block {

    private final @Nullable Object[] entries;
    private final int records;
    private final long bytes;

    /**
     * @param entries key, value, key, value, ...; longer than needed is fine
     * @param records how many pairs count
     * @param bytes about how many bytes they take
     */
    ObjectBlock(@Nullable Object[] entries, int records, long bytes) {
        this.entries = entries;
        this.records = records;
        this.bytes = bytes;
    }

    /** Returns keys and values in turn; not to be changed. */
    @Nullable
    Object[] entries() {
        return entries;
    }

    @Override
    public int records() {
        return records;
    }

    @Override
    public long bytes() {
        return bytes;
    }
}

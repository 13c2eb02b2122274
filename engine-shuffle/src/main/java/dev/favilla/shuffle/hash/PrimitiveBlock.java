package dev.favilla.shuffle.hash;

import dev.favilla.value.Primitive;

/** Records whose keys are numbers of one kind, and whose values are numbers of one kind. */
final class PrimitiveBlock implements Block {

    private final Primitive keys;
    private final Primitive values;
    private final long[] entries;
    private final int first;
    private final int records;
    private final long bytes;

    /**
     * @param entries the bits of key, value, key, value, ...; there may be others before and after
     * @param first which of the pairs in {@code entries} is the first that counts
     * @param records how many pairs count
     * @param bytes how many bytes they take
     */
    PrimitiveBlock(Primitive keys, Primitive values, long[] entries, int first, int records, long bytes) {
        this.keys = keys;
        this.values = values;
        this.entries = entries;
        this.first = first;
        this.records = records;
        this.bytes = bytes;
    }

    Primitive keys() {
        return keys;
    }

    Primitive values() {
        return values;
    }

    /** Returns the bits of keys and values in turn, some of which belong to others; not to be changed. */
    long[] entries() {
        return entries;
    }

    /** Returns which pair in {@link #entries} is the block's first. */
    int first() {
        return first;
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

package dev.favilla.shuffle.hash;

import dev.favilla.value.Primitive;
import org.jspecify.annotations.Nullable;

/** Records whose keys, all of them deeply immutable, are there by reference, and whose values are numbers of one kind. */
final class MixedBlock implements Block {

    private final @Nullable Object[] keys;
    private final Primitive kind;
    private final long[] values;
    private final int records;
    private final long bytes;

    /**
     * @param keys longer than needed is fine
     * @param kind of the values
     * @param values their bits
     * @param records how many pairs count
     * @param bytes about how many bytes they take
     */
    MixedBlock(@Nullable Object[] keys, Primitive kind, long[] values, int records, long bytes) {
        this.keys = keys;
        this.kind = kind;
        this.values = values;
        this.records = records;
        this.bytes = bytes;
    }

    @Nullable
    Object key(int record) {
        return keys[record];
    }

    /** Returns the kind of the values. */
    Primitive kind() {
        return kind;
    }

    /** Returns the bits of a value. */
    long bits(int record) {
        return values[record];
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

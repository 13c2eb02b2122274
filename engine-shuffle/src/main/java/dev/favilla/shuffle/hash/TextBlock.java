package dev.favilla.shuffle.hash;

import dev.favilla.spill.TextRows;
import dev.favilla.value.Primitive;

/** Records whose keys are texts, and whose values are numbers of one kind. */
final class TextBlock implements Block {

    private final TextRows rows;
    private final Primitive kind;
    private final int records;
    private final long bytes;

    /**
     * @param rows keys with the bits of their values; more than needed are fine
     * @param kind of the values
     * @param records how many rows count
     * @param bytes about how many bytes they take
     */
    TextBlock(TextRows rows, Primitive kind, int records, long bytes) {
        this.rows = rows;
        this.kind = kind;
        this.records = records;
        this.bytes = bytes;
    }

    /** Returns keys and the bits of values; not to be changed. */
    TextRows rows() {
        return rows;
    }

    /** Returns the kind of the values. */
    Primitive kind() {
        return kind;
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

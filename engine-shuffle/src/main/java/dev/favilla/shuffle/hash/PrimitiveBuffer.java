package dev.favilla.shuffle.hash;

import dev.favilla.value.Primitive;

/** Records for one reducer whose keys are numbers of one kind, and whose values are numbers of one kind. */
final class PrimitiveBuffer extends BlockBuffer<long[]> {

    private final Primitive keys;
    private final Primitive values;

    PrimitiveBuffer(Primitive keys, Primitive values) {
        super(Long.BYTES, 0);
        this.keys = keys;
        this.values = values;
    }

    /** Appends a record and returns by how many bytes the arrays grew, mostly 0. */
    int add(long key, long value) {
        int grown = makePlace(longestChunk(2 * Long.BYTES));
        long[] chunk = chunk();
        int place = takePlace();
        chunk[place] = key;
        chunk[place + 1] = value;
        return grown;
    }

    Primitive keys() {
        return keys;
    }

    Primitive values() {
        return values;
    }

    /** Returns whether there is so little that it can be packed with that of other reducers. */
    boolean isShort() {
        return !hasMoved() && records() <= PackedNumbers.MOST_RECORDS;
    }

    /** Copies all there is. */
    void packInto(PackedNumbers.Builder packed) {
        for (long[] chunk : chunks()) {
            packed.add(chunk, elementsIn(chunk));
        }
    }

    @Override
    long[] newChunk(int elements) {
        return new long[elements];
    }

    @Override
    int elements(long[] chunk) {
        return chunk.length;
    }

    @Override
    Block block(long[] chunk, int records, long bytes) {
        return new PrimitiveBlock(keys, values, chunk, 0, records, bytes);
    }
}

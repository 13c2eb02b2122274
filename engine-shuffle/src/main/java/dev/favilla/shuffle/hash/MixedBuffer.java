package dev.favilla.shuffle.hash;

import dev.favilla.value.Primitive;
import org.jspecify.annotations.Nullable;

/** Records for one reducer whose keys are there by reference, and whose values are numbers of one kind. */
final class MixedBuffer extends BlockBuffer<MixedBuffer.Chunk> {

    private static final int REFERENCE_BYTES = 4;

    private final Primitive kind;

    /** @param kind of all values */
    MixedBuffer(Primitive kind) {
        super((REFERENCE_BYTES + Long.BYTES) / 2, 0);
        this.kind = kind;
    }

    /**
     * Appends a record and returns by how many bytes the arrays grew, mostly 0.
     *
     * @param longestChunk how many records the next chunk may have
     */
    int add(@Nullable Object key, long value, int longestChunk) {
        int grown = makePlace(longestChunk);
        Chunk chunk = chunk();
        int place = takePlace() / 2;
        chunk.keys[place] = key;
        chunk.values[place] = value;
        return grown;
    }

    @Override
    Chunk newChunk(int elements) {
        return new Chunk(new Object[elements / 2], new long[elements / 2]);
    }

    @Override
    int elements(Chunk chunk) {
        return 2 * chunk.values.length;
    }

    @Override
    Block block(Chunk chunk, int records, long bytes) {
        return new MixedBlock(chunk.keys, kind, chunk.values, records, bytes);
    }

    /** Arrays of equal length. */
    static final class Chunk {

        private final @Nullable Object[] keys;
        private final long[] values;

        private Chunk(@Nullable Object[] keys, long[] values) {
            this.keys = keys;
            this.values = values;
        }
    }
}

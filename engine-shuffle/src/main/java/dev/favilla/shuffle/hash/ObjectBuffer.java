package dev.favilla.shuffle.hash;

import org.jspecify.annotations.Nullable;

/** Records for one reducer, by reference. */
final class ObjectBuffer extends BlockBuffer<@Nullable Object[]> {

    private static final int REFERENCE_BYTES = 4;

    /** @param firstPart how many blocks of the reducer come before these */
    ObjectBuffer(int firstPart) {
        super(REFERENCE_BYTES, firstPart);
    }

    /**
     * Appends a record and returns by how many bytes the arrays grew, mostly 0.
     *
     * @param longestChunk how many records the next chunk may have
     */
    int add(@Nullable Object key, @Nullable Object value, int longestChunk) {
        int grown = makePlace(longestChunk);
        @Nullable Object[] chunk = chunk();
        int place = takePlace();
        chunk[place] = key;
        chunk[place + 1] = value;
        return grown;
    }

    @Override
    @Nullable
    Object[] newChunk(int elements) {
        return new Object[elements];
    }

    @Override
    int elements(@Nullable Object[] chunk) {
        return chunk.length;
    }

    @Override
    Block block(@Nullable Object[] chunk, int records, long bytes) {
        return new ObjectBlock(chunk, records, bytes);
    }
}

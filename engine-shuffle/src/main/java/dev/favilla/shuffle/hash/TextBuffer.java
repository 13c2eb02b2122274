package dev.favilla.shuffle.hash;

import dev.favilla.spill.TextRows;
import dev.favilla.value.Primitive;

/** Records for one reducer whose keys are texts, and whose values are numbers of one kind. */
final class TextBuffer extends BlockBuffer<TextRows> {

    private final Primitive kind;

    /** @param kind of all values */
    TextBuffer(Primitive kind) {
        super(TextRows.BYTES_PER_ROW / 2, 0);
        this.kind = kind;
    }

    /**
     * Appends a record and returns by how many bytes the arrays grew, mostly 0.
     *
     * @param hash the key's
     * @param longestChunk how many records the next chunk may have
     */
    int add(String key, int hash, long value, int longestChunk) {
        int grown = makePlace(longestChunk);
        TextRows chunk = chunk();
        int before = chunk.referenceBytes();
        chunk.set(takePlace() / 2, key, hash, value);
        return grown + chunk.referenceBytes() - before;
    }

    /** As {@link #add(String, int, long, int)}, of a row whose text is not kept by reference. */
    int add(TextRows rows, int row, int longestChunk) {
        int grown = makePlace(longestChunk);
        chunk().copy(takePlace() / 2, rows, row);
        return grown;
    }

    /** Returns whether the key that was added last is kept by reference. */
    boolean endsWithReference() {
        return chunk().isByReference(elementsIn(chunk()) / 2 - 1);
    }

    @Override
    TextRows newChunk(int elements) {
        return new TextRows(elements / 2);
    }

    @Override
    int elements(TextRows chunk) {
        return 2 * chunk.room();
    }

    @Override
    Block block(TextRows chunk, int records, long bytes) {
        return new TextBlock(chunk, kind, records, bytes + chunk.referenceBytes());
    }
}

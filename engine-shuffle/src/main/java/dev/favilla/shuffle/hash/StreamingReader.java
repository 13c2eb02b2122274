package dev.favilla.shuffle.hash;

import dev.favilla.shuffle.EntrySink;
import dev.favilla.shuffle.ShuffleReader;
import org.jspecify.annotations.Nullable;

/** Hands on every record as it was sent, holding one block at a time. */
final class StreamingReader implements ShuffleReader {

    private final BlockCursor cursor;

    /** A block whose records are handed on together, as many as a step has room for; null between two such. */
    private @Nullable PrimitiveBlock numbers;

    /** Which pair of its entries is the next record. */
    private int next;

    StreamingReader(BlockCursor cursor) {
        this.cursor = cursor;
    }

    @Override
    public boolean drive(EntrySink sink, int max) throws Exception {
        int left = max;
        boolean wanted = true;
        while (left > 0 && wanted) {
            PrimitiveBlock block = numbers == null ? enterNumbers() : numbers;
            if (block != null) {
                int end = block.first() + block.records();
                int many = Math.min(left, end - next);
                int taken = sink.pushNumbers(block.keys(), block.values(), block.entries(), next, next + many);
                wanted = taken == many;
                next += wanted ? many : taken + 1;
                left -= many;
                numbers = next < end ? block : null;
            } else if (cursor.advance()) {
                wanted = sink.push(cursor.key(), cursor.value());
                left--;
            } else {
                return false;
            }
        }
        return numbers != null || cursor.mayAdvance();
    }

    private @Nullable PrimitiveBlock enterNumbers() {
        PrimitiveBlock block = cursor.advanceNumbers();
        next = block == null ? 0 : block.first();
        return block;
    }

    @Override
    public void close() {
        numbers = null;
        cursor.close();
    }
}

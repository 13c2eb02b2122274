package dev.favilla.shuffle.hash;

import dev.favilla.shuffle.EntrySink;
import dev.favilla.shuffle.ShuffleReader;

/** Hands on every record as it was sent, holding one block at a time. */
final class StreamingReader implements ShuffleReader {

    private final BlockCursor cursor;

    StreamingReader(BlockCursor cursor) {
        this.cursor = cursor;
    }

    @Override
    public boolean drive(EntrySink sink, int max) throws Exception {
        for (int taken = 0; taken < max; taken++) {
            if (!cursor.advance()) {
                return false;
            }
            if (!sink.push(cursor.key(), cursor.value())) {
                break;
            }
        }
        return cursor.mayAdvance();
    }

    @Override
    public void close() {
        cursor.close();
    }
}

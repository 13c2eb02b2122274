package dev.favilla.shuffle.hash;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records for one reducer, by reference, in chunks that double in length up to a limit: nothing is ever copied and at
 * most about half is spare. Those that were moved out come before those that are here.
 */
final class ObjectBuffer {

    private static final int FIRST_CHUNK = 8;
    private static final int MOST_RECORDS = 1024;

    /** What the records of a chunk should take at most: its frame is made and read in one piece. */
    private static final long MOST_BYTES = 256 << 10;

    private static final int REFERENCE_BYTES = 4;
    private static final int ARRAY_HEADER_BYTES = 16;

    private final List<@Nullable Object[]> chunks = new ArrayList<>(4);
    private List<Block> moved = List.of();
    private @Nullable Object[] last = new Object[0];

    /** References in {@link #last}, two per record. */
    private int used;

    /** Returns how many records a chunk should have at most if each takes so many bytes. */
    static int longestChunk(long bytesPerRecord) {
        return (int) Math.max(1, Math.min(MOST_RECORDS, MOST_BYTES / Math.max(1, bytesPerRecord)));
    }

    /**
     * Appends a record and returns by how many bytes the arrays grew, mostly 0.
     *
     * @param longestChunk how many records the next chunk may have
     */
    int add(@Nullable Object key, @Nullable Object value, int longestChunk) {
        int grown = 0;
        if (used == last.length) {
            last = new Object[2 * Math.min(longestChunk, Math.max(FIRST_CHUNK, last.length))];
            chunks.add(last);
            used = 0;
            grown = (int) arrayBytes(last);
        }
        last[used] = key;
        last[used + 1] = value;
        used += 2;
        return grown;
    }

    private static long arrayBytes(@Nullable Object[] chunk) {
        return ARRAY_HEADER_BYTES + (long) REFERENCE_BYTES * chunk.length;
    }

    /** Returns how many blocks the records make. */
    int blocks() {
        return moved.size() + chunks.size();
    }

    /** Moves all records out that are here. */
    void moveOut(BlockMove move) {
        if (chunks.isEmpty()) {
            return;
        }
        if (moved.isEmpty()) {
            moved = new ArrayList<>();
        }
        for (@Nullable Object[] chunk : chunks) {
            moved.add(move.move(moved.size(), new ObjectBlock(chunk, recordsIn(chunk), 0)));
        }
        chunks.clear();
        last = new Object[0];
        used = 0;
    }

    private int recordsIn(@Nullable Object[] chunk) {
        return (chunk == last ? used : chunk.length) / 2;
    }

    /**
     * Adds the records as blocks to {@code blocks} and returns how many bytes they take.
     *
     * @param bytesPerRecord about how many bytes a key and its value take that are here
     */
    long moveTo(List<Block> blocks, double bytesPerRecord) {
        long total = 0;
        for (Block block : moved) {
            blocks.add(block);
            total += block.bytes();
        }
        for (@Nullable Object[] chunk : chunks) {
            int records = recordsIn(chunk);
            long bytes = arrayBytes(chunk) + Math.round(bytesPerRecord * records);
            blocks.add(new ObjectBlock(chunk, records, bytes));
            total += bytes;
        }
        return total;
    }
}

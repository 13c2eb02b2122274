package dev.favilla.shuffle.hash;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Records for one reducer, in arrays that double in length up to a limit: nothing is ever copied and at most about half is
 * spare. Those that were moved out come before those that are here.
 *
 * @param <A> arrays of keys and values
 */
abstract class BlockBuffer<A> {

    private static final int FIRST_CHUNK = 8;
    private static final int MOST_RECORDS = 1024;

    /** What the records of a chunk should take at most: its frame is made and read in one piece. */
    private static final long MOST_BYTES = 256 << 10;

    private static final int ARRAY_HEADER_BYTES = 16;

    private final int elementBytes;
    private final int firstPart;
    private final List<A> chunks = new ArrayList<>(4);
    private List<Block> moved = List.of();

    /** The chunk that is being filled. */
    private A last;

    /** How many keys and values {@link #last} has place for, and how many it has. */
    private int length;

    private int used;

    /** @param firstPart how many blocks of the reducer come before those that are made here */
    BlockBuffer(int elementBytes, int firstPart) {
        this.firstPart = firstPart;
        this.elementBytes = elementBytes;
        this.last = newChunk(0);
    }

    /** Returns an empty chunk for so many keys and values, taken together. */
    abstract A newChunk(int elements);

    /** Returns for how many a chunk was made. */
    abstract int elements(A chunk);

    /** @param bytes about how many bytes the records take */
    abstract Block block(A chunk, int records, long bytes);

    /** Returns how many records a chunk should have at most if each takes so many bytes. */
    static int longestChunk(long bytesPerRecord) {
        return (int) Math.max(1, Math.min(MOST_RECORDS, MOST_BYTES / Math.max(1, bytesPerRecord)));
    }

    /**
     * Makes a place for a record where there is none, and returns by how many bytes the arrays grew, mostly 0.
     *
     * @param longestChunk how many records the next chunk may have
     */
    final int makePlace(int longestChunk) {
        if (used < length) {
            return 0;
        }
        length = 2 * Math.min(longestChunk, Math.max(FIRST_CHUNK, length));
        last = newChunk(length);
        chunks.add(last);
        used = 0;
        return (int) arrayBytes(length);
    }

    /** Returns the chunk that has a place. */
    final A chunk() {
        return last;
    }

    /** Takes the place for a record and returns where in the chunk it is. */
    final int takePlace() {
        int place = used;
        used += 2;
        return place;
    }

    private long arrayBytes(int elements) {
        return ARRAY_HEADER_BYTES + (long) elementBytes * elements;
    }

    /** Returns how many blocks of the reducer there are, with those that came before. */
    final int blocks() {
        return firstPart + moved.size() + chunks.size();
    }

    /** Moves all records out that are here. */
    final void moveOut(BlockMove move) {
        if (chunks.isEmpty()) {
            return;
        }
        if (moved.isEmpty()) {
            moved = new ArrayList<>();
        }
        for (A chunk : chunks) {
            moved.add(move.move(firstPart + moved.size(), block(chunk, elementsIn(chunk) / 2, 0)));
        }
        chunks.clear();
        length = 0;
        used = 0;
        last = newChunk(0);
    }

    /** Returns whether anything was moved out. */
    final boolean hasMoved() {
        return !moved.isEmpty();
    }

    /** Returns what is here. */
    final List<A> chunks() {
        return chunks;
    }

    /** Returns how many records are here. */
    final int records() {
        int elements = 0;
        for (A chunk : chunks) {
            elements += elementsIn(chunk);
        }
        return elements / 2;
    }

    /** Returns how many keys and values a chunk has. */
    final int elementsIn(A chunk) {
        return chunk == last ? used : elements(chunk);
    }

    /**
     * Hands the records as blocks to {@code blocks}.
     *
     * @param bytesPerRecord about how many bytes a record that is here takes beside the arrays
     */
    final void moveTo(Consumer<Block> blocks, double bytesPerRecord) {
        moved.forEach(blocks);
        for (A chunk : chunks) {
            int records = elementsIn(chunk) / 2;
            int held = chunk == last ? length : elementsIn(chunk);
            blocks.accept(block(chunk, records, arrayBytes(held) + Math.round(bytesPerRecord * records)));
        }
    }
}

package dev.favilla.shuffle.hash;

import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * The blocks of one map output by reducer, those of each in the order in which its records were sent. Immutable.
 *
 * <p>All blocks lie in one array. Short runs of numbers are {@linkplain PackedNumbers packed}, and come first.
 */
final class OutputBlocks {

    /** With fewer reducers an object for each costs little. */
    private static final int FEWEST_REDUCERS_TO_PACK = 64;

    private static final Block[] NONE = {};
    private static final int[] NOWHERE = {};

    private final @Nullable PackedNumbers packed;
    private final Block[] blocks;

    /** Where the blocks of each reducer end; empty if all is packed. */
    private final int[] ends;

    private final int numReducers;

    private OutputBlocks(int numReducers, @Nullable PackedNumbers packed, Block[] blocks, int[] ends) {
        this.numReducers = numReducers;
        this.packed = packed;
        this.blocks = blocks;
        this.ends = ends;
    }

    /** @param packed all there is; null if there is nothing */
    static OutputBlocks of(int numReducers, @Nullable PackedNumbers packed) {
        return new OutputBlocks(numReducers, packed, NONE, NOWHERE);
    }

    /** Returns whether short runs for so many reducers are to be packed. */
    static boolean packs(int numReducers) {
        return numReducers >= FEWEST_REDUCERS_TO_PACK;
    }

    /** Returns all there is if all of it is packed; else null. */
    @Nullable
    PackedNumbers onlyPacked() {
        return blocks.length == 0 ? packed : null;
    }

    int numReducers() {
        return numReducers;
    }

    /** Returns how many blocks {@code reducer} gets. */
    int count(int reducer) {
        return (isPacked(reducer) ? 1 : 0) + end(reducer) - begin(reducer);
    }

    /** Returns the {@code index}-th block of {@code reducer}. */
    Block get(int reducer, int index) {
        PrimitiveBlock first = packed == null ? null : packed.block(reducer);
        if (first == null) {
            return blocks[begin(reducer) + index];
        }
        return index == 0 ? first : blocks[begin(reducer) + index - 1];
    }

    /** Returns the blocks of {@code reducer}. */
    List<Block> of(int reducer) {
        return new OfReducer(reducer);
    }

    private boolean isPacked(int reducer) {
        return packed != null && packed.records(reducer) > 0;
    }

    private int begin(int reducer) {
        return reducer == 0 ? 0 : end(reducer - 1);
    }

    private int end(int reducer) {
        return ends.length == 0 ? 0 : ends[reducer];
    }

    /** Returns how many bytes the records of each reducer take, wherever they lie. */
    long[] bytesPerReducer() {
        long[] bytes = new long[numReducers];
        for (int reducer = 0; packed != null && reducer < numReducers; reducer++) {
            bytes[reducer] = packed.bytes(reducer);
        }
        for (int reducer = 0; ends.length > 0 && reducer < numReducers; reducer++) {
            for (int i = begin(reducer); i < ends[reducer]; i++) {
                bytes[reducer] += blocks[i].bytes();
            }
        }
        return bytes;
    }

    /** Returns how many bytes of memory they take. */
    long heldBytes() {
        long bytes = packed == null ? 0 : packed.heldBytes();
        for (Block block : blocks) {
            bytes += block.heldBytes();
        }
        return bytes;
    }

    /** Returns how many bytes of memory they would take if all were on disk. */
    long indexBytes() {
        int count = blocks.length;
        for (int reducer = 0; packed != null && reducer < numReducers; reducer++) {
            count += isPacked(reducer) ? 1 : 0;
        }
        return (long) count * DiskBlock.INDEX_BYTES;
    }

    private final class OfReducer extends AbstractList<Block> implements RandomAccess {

        private final int reducer;

        OfReducer(int reducer) {
            this.reducer = reducer;
        }

        @Override
        public Block get(int index) {
            return OutputBlocks.this.get(reducer, index);
        }

        @Override
        public int size() {
            return count(reducer);
        }
    }

    /** Takes blocks one reducer after the other. */
    static final class Builder {

        private final int[] ends;
        private Block[] blocks = NONE;
        private int count;
        private int reducer;

        Builder(int numReducers) {
            this.ends = new int[numReducers];
        }

        /** Adds a block for the present reducer. */
        void add(Block block) {
            if (count == blocks.length) {
                blocks = Arrays.copyOf(blocks, Math.max(ends.length, 2 * count));
            }
            blocks[count++] = block;
        }

        /** Goes on with the next reducer. */
        void endReducer() {
            ends[reducer++] = count;
        }

        /** @param packed what comes before what was added; null if nothing does */
        OutputBlocks build(@Nullable PackedNumbers packed) {
            return count == 0
                    ? new OutputBlocks(ends.length, packed, NONE, NOWHERE)
                    : new OutputBlocks(ends.length, packed, Arrays.copyOf(blocks, count), ends);
        }
    }
}

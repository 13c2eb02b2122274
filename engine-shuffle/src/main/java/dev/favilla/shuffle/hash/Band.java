package dev.favilla.shuffle.hash;

import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.value.Primitive;
import java.util.AbstractList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What all map outputs of a shuffle have for a few neighbouring reducers, found out in one look at each output: with
 * thousands of maps and reducers most have nothing for one of them, and what they have is less than the way there costs.
 * Immutable.
 *
 * <p>Short runs of numbers that lie here in memory are copied, those for one reducer behind each other, and are read as if
 * one map output had sent them all. Of the rest it is known where it is.
 */
final class Band {

    /** No band is for more reducers, or for some of a group of {@link PackedNumbers} and some of another. */
    static final int MOST_REDUCERS = PackedNumbers.GROUP;

    /** What is copied at most; if it were more, nothing is. */
    private static final int MOST_RECORDS = 32 << 10;

    /** So much of what is copied is read at a time. */
    private static final int MOST_RECORDS_TOGETHER = 1024;

    private final LocatedOutputs outputs;
    private final int first;

    /** Where the pairs of each reducer end. */
    private final int[] ends;

    /** The map partition of each pair of one and a reducer that gets something of it: by reducer, in map order. */
    private final int[] maps;

    /** Where the copied records of each pair end: where they begin, if nothing was copied. */
    private final int[] recordEnds;

    /** The bits of key, value, key, value, ... */
    private final long[] records;

    /** The kinds of these; null if there are none. */
    private final @Nullable Primitive keys;

    private final @Nullable Primitive values;

    /**
     * Looks at all map outputs.
     *
     * @param width for how many reducers from {@code first} on, a power of two of which that is a multiple
     */
    Band(LocatedOutputs outputs, int first, int width) {
        Look look = new Look(first, Math.min(width, outputs.numReducers() - first), outputs.numMaps());
        for (int map = 0; map < outputs.numMaps(); map++) {
            look.add(map, outputs.packed(map), outputs.output(map).sizes());
        }
        this.outputs = outputs;
        this.first = first;
        this.ends = look.pairsOf;
        this.maps = new int[look.count];
        this.recordEnds = new int[look.count];
        this.records = new long[look.used];
        this.keys = look.keys;
        this.values = look.values;
        arrange(look);
    }

    /** Puts the pairs, which were found map by map, in the order of their reducers, and the records likewise. */
    private void arrange(Look look) {
        int[] nextPair = startsOf(look.pairsOf);
        int[] nextRecord = startsOf(look.recordsOf);
        int place = 0;
        for (int i = 0; i < look.count; i++) {
            int reducer = look.reducer(i);
            int copied = look.copied(i);
            System.arraycopy(look.records, place, records, 2 * nextRecord[reducer], 2 * copied);
            place += 2 * copied;
            nextRecord[reducer] += copied;
            int pair = nextPair[reducer]++;
            maps[pair] = look.map(i);
            recordEnds[pair] = nextRecord[reducer];
        }
    }

    /** Makes ends of counts, and returns where each begins. */
    private static int[] startsOf(int[] counts) {
        int[] starts = new int[counts.length];
        int end = 0;
        for (int i = 0; i < counts.length; i++) {
            starts[i] = end;
            end += counts[i];
            counts[i] = end;
        }
        return starts;
    }

    LocatedOutputs outputs() {
        return outputs;
    }

    /** Returns whether it is of these outputs and for this reducer. */
    boolean isFor(MapOutputs of, int reducer) {
        return outputs.isOf(of) && reducer >= first && reducer < first + ends.length;
    }

    /** Hands on what {@code reducer} gets, in map order. */
    void inputs(int reducer, Consumer<BlockSource.Input> target) {
        int end = ends[reducer - first];
        int pair = reducer == first ? 0 : ends[reducer - first - 1];
        while (pair < end) {
            int next = endTogether(pair, end);
            target.accept(next == pair ? lying(pair) : copied(pair, next));
            pair = Math.max(next, pair + 1);
        }
    }

    private int firstRecord(int pair) {
        return pair == 0 ? 0 : recordEnds[pair - 1];
    }

    /** Returns where the pairs end that are read together with {@code pair}: there, if it was not copied. */
    private int endTogether(int pair, int end) {
        int mostRecords = firstRecord(pair) + MOST_RECORDS_TOGETHER;
        int next = pair;
        while (next < end && recordEnds[next] > firstRecord(next) && recordEnds[next] <= mostRecords) {
            next++;
        }
        return next;
    }

    private BlockSource.Input lying(int pair) {
        int map = maps[pair];
        return new BlockSource.Input(List.of(outputs.output(map)), outputs.here(map), null);
    }

    private BlockSource.Input copied(int pair, int next) {
        if (keys == null || values == null) {
            throw new IllegalStateException("Records were copied whose kind is not known, which is a bug");
        }
        int begin = firstRecord(pair);
        int count = recordEnds[next - 1] - begin;
        PrimitiveBlock block = new PrimitiveBlock(keys, values, records, begin, count, 2L * Long.BYTES * count);
        return new BlockSource.Input(new OutputsOf(pair, next - pair), null, block);
    }

    /** The map outputs of some pairs. */
    private final class OutputsOf extends AbstractList<MapOutput> {

        private final int firstPair;
        private final int size;

        OutputsOf(int firstPair, int size) {
            this.firstPair = firstPair;
            this.size = size;
        }

        @Override
        public MapOutput get(int index) {
            return outputs.output(maps[firstPair + index]);
        }

        @Override
        public int size() {
            return size;
        }
    }

    /** What is seen in one look, map by map. */
    private static final class Look {

        private final int first;

        /** How many pairs, and how many copied records, each reducer has. */
        private final int[] pairsOf;

        private final int[] recordsOf;

        /** A map partition, a reducer counted from the first, and how many records were copied: 32, 16 and 16 bits. */
        private long[] pairs;

        private int count;

        /** What was copied, in the order of the pairs. */
        private long[] records = {};

        private int used;
        private boolean copies = true;
        private @Nullable Primitive keys;
        private @Nullable Primitive values;

        Look(int first, int width, int maps) {
            this.first = first;
            this.pairsOf = new int[width];
            this.recordsOf = new int[width];
            this.pairs = new long[maps];
        }

        void add(int map, @Nullable PackedNumbers packed, BlockSizes sizes) {
            if (packed != null && isCopied(packed)) {
                copy(map, packed);
                return;
            }
            for (int i = 0; i < pairsOf.length; i++) {
                if (!sizes.isEmpty(first + i)) {
                    add(map, i, 0);
                }
            }
        }

        private boolean isCopied(PackedNumbers packed) {
            if (keys == null) {
                keys = packed.keys();
                values = packed.values();
            }
            return copies && keys == packed.keys() && values == packed.values();
        }

        private void copy(int map, PackedNumbers packed) {
            int copied = 0;
            for (int i = 0; i < pairsOf.length; i++) {
                int some = packed.records(first + i);
                if (some > 0) {
                    add(map, i, some);
                    copied += some;
                }
            }
            if (copied == 0) {
                return;
            }
            if (used + 2 * copied > records.length) {
                records = Arrays.copyOf(records, Math.max(2 * records.length, used + 2 * copied));
            }
            System.arraycopy(packed.groupOf(first), 2 * packed.firstOf(first), records, used, 2 * copied);
            used += 2 * copied;
            if (used > 2 * MOST_RECORDS) {
                copyNothing();
            }
        }

        private void add(int map, int reducer, int copied) {
            if (count == pairs.length) {
                pairs = Arrays.copyOf(pairs, 2 * count);
            }
            pairs[count++] = ((long) map << 32) | ((long) reducer << 16) | copied;
            pairsOf[reducer]++;
            recordsOf[reducer] += copied;
        }

        private void copyNothing() {
            copies = false;
            records = new long[0];
            used = 0;
            Arrays.fill(recordsOf, 0);
            for (int i = 0; i < count; i++) {
                pairs[i] &= ~0xffffL;
            }
        }

        int map(int pair) {
            return (int) (pairs[pair] >>> 32);
        }

        int reducer(int pair) {
            return (int) (pairs[pair] >>> 16) & 0xffff;
        }

        int copied(int pair) {
            return (int) pairs[pair] & 0xffff;
        }
    }
}

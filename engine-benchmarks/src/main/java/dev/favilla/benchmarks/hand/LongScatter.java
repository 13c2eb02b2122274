package dev.favilla.benchmarks.hand;

/**
 * Pairs of longs, laid out by the hash of their first half: counted, then written to their place in one array, by all
 * threads at once. What lies in one range fits a cache, so the tables built from it do not miss.
 */
final class LongScatter {

    /** Makes the pair of a record. */
    interface Source {

        long key(long record);

        long value(long record);
    }

    /** About 20,000 pairs in a range, but no more ranges than a write-combining buffer likes. */
    private static final int PAIRS_IN_A_RANGE = 20_000;

    private static final int MOST_RANGES = 512;

    private final int shift;
    private final long[] pairs;
    private final int[] starts;

    private LongScatter(int shift, long[] pairs, int[] starts) {
        this.shift = shift;
        this.pairs = pairs;
        this.starts = starts;
    }

    static LongScatter of(Crew crew, long first, long records, Source source) throws Exception {
        return of(crew, first, records, source, rangesFor(records));
    }

    /** Returns how many ranges are good for so many pairs, a power of two. */
    static int rangesFor(long records) {
        long wanted = Math.max(2, Math.min(MOST_RANGES, records / PAIRS_IN_A_RANGE));
        return Integer.highestOneBit((int) wanted);
    }

    static LongScatter of(Crew crew, long first, long records, Source source, int ranges) throws Exception {
        int shift = 64 - Integer.numberOfTrailingZeros(ranges);
        int slices = crew.threads();
        int[][] counts = new int[slices][];
        crew.each(slice -> {
            int[] mine = new int[ranges];
            long end = first + Crew.sliceStart(records, slices, slice + 1);
            for (long r = first + Crew.sliceStart(records, slices, slice); r < end; r++) {
                mine[(int) (hash(source.key(r)) >>> shift)]++;
            }
            counts[slice] = mine;
            return 0;
        });
        int[] starts = new int[ranges + 1];
        int at = 0;
        for (int range = 0; range < ranges; range++) {
            starts[range] = at;
            for (int[] mine : counts) {
                int count = mine[range];
                mine[range] = at;
                at += count;
            }
        }
        starts[ranges] = at;
        long[] pairs = new long[2 * at];
        crew.each(slice -> {
            int[] mine = counts[slice];
            long end = first + Crew.sliceStart(records, slices, slice + 1);
            for (long r = first + Crew.sliceStart(records, slices, slice); r < end; r++) {
                long key = source.key(r);
                int to = 2 * mine[(int) (hash(key) >>> shift)]++;
                pairs[to] = key;
                pairs[to + 1] = source.value(r);
            }
            return 0;
        });
        return new LongScatter(shift, pairs, starts);
    }

    /** Returns bits of which the upper say the range and the lower the place in a table. */
    static long hash(long key) {
        long mixed = key * 0x9E3779B97F4A7C15L;
        return (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
    }

    int ranges() {
        return 1 << (64 - shift);
    }

    int start(int range) {
        return starts[range];
    }

    int end(int range) {
        return starts[range + 1];
    }

    long key(int pair) {
        return pairs[2 * pair];
    }

    long value(int pair) {
        return pairs[2 * pair + 1];
    }
}

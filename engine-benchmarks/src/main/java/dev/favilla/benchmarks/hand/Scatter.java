package dev.favilla.benchmarks.hand;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Keys and the numbers of their records, laid out by the keys' hash: each thread fills lists of its own for every range,
 * so that the maps made of a range are small.
 */
final class Scatter<K> {

    /** The keys and records of one range that one thread made. */
    static final class Lane<K> {

        private final List<K> keys = new ArrayList<>();
        private final List<Long> values = new ArrayList<>();

        void add(K key, Long value) {
            keys.add(key);
            values.add(value);
        }

        int size() {
            return keys.size();
        }

        K key(int index) {
            return keys.get(index);
        }

        Long value(int index) {
            return values.get(index);
        }
    }

    private final List<List<Lane<K>>> lanesBySlice;

    private Scatter(List<List<Lane<K>>> lanesBySlice) {
        this.lanesBySlice = lanesBySlice;
    }

    static <K> Scatter<K> of(Crew crew, long first, long records, int ranges, LongFunction<K> key) throws Exception {
        List<List<Lane<K>>> lanesBySlice = new ArrayList<>();
        for (int slice = 0; slice < crew.threads(); slice++) {
            lanesBySlice.add(lanes(ranges));
        }
        crew.each(slice -> {
            List<Lane<K>> lanes = lanesBySlice.get(slice);
            long end = first + Crew.sliceStart(records, crew.threads(), slice + 1);
            for (long record = first + Crew.sliceStart(records, crew.threads(), slice); record < end; record++) {
                K made = key.apply(record);
                lanes.get(range(made, ranges)).add(made, record);
            }
            return 0;
        });
        return new Scatter<>(lanesBySlice);
    }

    static <K> List<Lane<K>> lanes(int ranges) {
        List<Lane<K>> lanes = new ArrayList<>();
        for (int range = 0; range < ranges; range++) {
            lanes.add(new Lane<>());
        }
        return lanes;
    }

    /** Returns the range of a key, by other bits of its hash than a map takes. */
    static int range(Object key, int ranges) {
        return (key.hashCode() * 0x9E3779B9 >>> 16) & (ranges - 1);
    }

    /** Returns the lanes of one range, one of each thread. */
    List<Lane<K>> range(int range) {
        return lanesBySlice.stream().map(lanes -> lanes.get(range)).toList();
    }

    static int size(List<? extends Lane<?>> lanes) {
        return lanes.stream().mapToInt(Lane::size).sum();
    }
}

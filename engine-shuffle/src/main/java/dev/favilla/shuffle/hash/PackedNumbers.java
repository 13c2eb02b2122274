package dev.favilla.shuffle.hash;

import dev.favilla.value.Primitive;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Short runs of numbers, for many reducers in a few arrays: with thousands of maps and reducers an object for each pair
 * of them would take many times what the records take.
 */
final class PackedNumbers {

    /** How many records a reducer has here at most. */
    static final int MOST_RECORDS = 64;

    /** Elements of one array; what is packed can be let go before the next is needed, so that it is never held twice. */
    private static final int SEGMENT = 512;

    private static final int ARRAY_HEADER_BYTES = 16;

    private final Primitive keys;
    private final Primitive values;
    private final long[][] segments;

    /** Where the records of a reducer begin, counted over all segments. */
    private final int[] starts;

    /** How many records a reducer has here. */
    private final byte[] counts;

    private PackedNumbers(Primitive keys, Primitive values, long[][] segments, int[] starts, byte[] counts) {
        this.keys = keys;
        this.values = values;
        this.segments = segments;
        this.starts = starts;
        this.counts = counts;
    }

    /** Returns how many records {@code reducer} has here. */
    int records(int reducer) {
        return counts[reducer];
    }

    /** Returns how many bytes those take. */
    long bytes(int reducer) {
        return 2L * Long.BYTES * counts[reducer];
    }

    /** Returns what {@code reducer} has here; null if it has nothing. */
    @Nullable
    PrimitiveBlock block(int reducer) {
        int records = counts[reducer];
        if (records == 0) {
            return null;
        }
        int start = starts[reducer];
        return new PrimitiveBlock(
                keys, values, segments[start / SEGMENT], start % SEGMENT / 2, records, bytes(reducer));
    }

    /** Returns how many bytes of memory it takes. */
    long heldBytes() {
        long bytes = (long) starts.length * (Integer.BYTES + 1);
        for (long[] segment : segments) {
            bytes += ARRAY_HEADER_BYTES + (long) Long.BYTES * segment.length;
        }
        return bytes;
    }

    /** Takes runs one reducer after the other. */
    static final class Builder {

        private final int[] starts;
        private final byte[] counts;
        private final List<long[]> segments = new ArrayList<>();
        private long[] last = {};
        private int used;

        Builder(int numReducers) {
            this.starts = new int[numReducers];
            this.counts = new byte[numReducers];
        }

        /** Returns where to put the records of {@code reducer}, key, value, key, value, ...: from {@link #place} on. */
        long[] add(int reducer, int records) {
            if (used + 2 * records > last.length) {
                last = new long[SEGMENT];
                segments.add(last);
                used = 0;
            }
            starts[reducer] = (segments.size() - 1) * SEGMENT + used;
            counts[reducer] = (byte) records;
            used += 2 * records;
            return last;
        }

        /** Returns where in its array the run begins that was added last. */
        int place(int records) {
            return used - 2 * records;
        }

        /** Returns what was added; null if nothing was. */
        @Nullable
        PackedNumbers build(Primitive keys, Primitive values) {
            if (segments.isEmpty()) {
                return null;
            }
            long[][] all = segments.toArray(new long[0][]);
            all[all.length - 1] = Arrays.copyOf(last, used);
            return new PackedNumbers(keys, values, all, starts, counts);
        }
    }
}

package dev.favilla.shuffle.hash;

import dev.favilla.value.Primitive;
import org.jspecify.annotations.Nullable;

/**
 * Short runs of numbers, those of each {@value #GROUP} reducers in one array: with thousands of maps and reducers an object
 * for each pair of them would take many times what the records take. What neighbouring reducers get lies together.
 */
final class PackedNumbers {

    /** How many records a reducer has here at most. */
    static final int MOST_RECORDS = 64;

    /** So many reducers share an array; a power of two. */
    static final int GROUP = 64;

    private static final int ARRAY_HEADER_BYTES = 16;
    private static final int REFERENCE_BYTES = 4;

    private static final long[] NOTHING = {};

    private final Primitive keys;
    private final Primitive values;

    /** The records of each group, in the order of the reducers, without gaps. */
    private final long[][] groups;

    /** How many records a reducer has here. */
    private final byte[] counts;

    private PackedNumbers(Primitive keys, Primitive values, long[][] groups, byte[] counts) {
        this.keys = keys;
        this.values = values;
        this.groups = groups;
        this.counts = counts;
    }

    Primitive keys() {
        return keys;
    }

    Primitive values() {
        return values;
    }

    /** Returns how many records {@code reducer} has here. */
    int records(int reducer) {
        return counts[reducer];
    }

    /** Returns the records of the group that {@code reducer} is of. */
    long[] groupOf(int reducer) {
        return groups[reducer / GROUP];
    }

    /** Returns which record of its group is the first of {@code reducer}. */
    int firstOf(int reducer) {
        int first = 0;
        for (int before = reducer / GROUP * GROUP; before < reducer; before++) {
            first += counts[before];
        }
        return first;
    }

    /** Returns how many bytes the records of {@code reducer} take. */
    long bytes(int reducer) {
        return 2L * Long.BYTES * counts[reducer];
    }

    /** Returns what {@code reducer} has here; null if it has nothing. */
    @Nullable
    PrimitiveBlock block(int reducer) {
        int records = counts[reducer];
        return records == 0
                ? null
                : new PrimitiveBlock(keys, values, groupOf(reducer), firstOf(reducer), records, bytes(reducer));
    }

    /** Returns how many bytes of memory it takes. */
    long heldBytes() {
        long bytes = counts.length;
        for (long[] group : groups) {
            bytes += REFERENCE_BYTES + (group.length == 0 ? 0 : ARRAY_HEADER_BYTES + (long) Long.BYTES * group.length);
        }
        return bytes;
    }

    /** Takes runs of one kind of keys and one of values, one reducer after the other. */
    static final class Builder {

        private final long[][] groups;
        private final byte[] counts;
        private @Nullable Primitive keys;
        private @Nullable Primitive values;
        private long[] last = NOTHING;
        private int used;
        private int reducer;

        Builder(int numReducers) {
            this.groups = new long[(numReducers + GROUP - 1) / GROUP][];
            this.counts = new byte[numReducers];
        }

        /**
         * Says whose records come next.
         *
         * @param records how many those of its group will be, this run's and those of all others
         */
        void beginRun(int next, Primitive ofKeys, Primitive ofValues, int records) {
            reducer = next;
            keys = ofKeys;
            values = ofValues;
            int group = next / GROUP;
            if (groups[group] == null) {
                last = new long[2 * records];
                groups[group] = last;
                used = 0;
            }
        }

        /** Appends the first {@code elements} keys and values in turn. */
        void add(long[] entries, int elements) {
            System.arraycopy(entries, 0, last, used, elements);
            used += elements;
            counts[reducer] += (byte) (elements / 2);
        }

        /** Returns what was added; null if nothing was. */
        @Nullable
        PackedNumbers build() {
            Primitive ofKeys = keys;
            Primitive ofValues = values;
            if (ofKeys == null || ofValues == null) {
                return null;
            }
            for (int group = 0; group < groups.length; group++) {
                if (groups[group] == null) {
                    groups[group] = NOTHING;
                }
            }
            return new PackedNumbers(ofKeys, ofValues, groups, counts);
        }
    }
}

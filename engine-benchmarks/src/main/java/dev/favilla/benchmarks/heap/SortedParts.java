package dev.favilla.benchmarks.heap;

import java.util.List;

/** Whether partitions are sorted, each and one after the other, and the sum over their records. */
final class SortedParts {

    private SortedParts() {}

    /**
     * Returns the sum over all records.
     *
     * @param parts what {@link Part#asList} has returned for each partition, in their order
     * @throws IllegalStateException if they are not in order
     */
    static long sum(List<long[]> parts) {
        long sum = 0;
        long last = Long.MIN_VALUE;
        for (long[] part : parts) {
            if (part[1] < last) {
                throw new IllegalStateException("key " + part[1] + " came after " + last);
            }
            last = part[2];
            sum += part[0];
        }
        return sum;
    }

    /** One partition. */
    static final class Part {

        private long sum;
        private long first;
        private long last;
        private boolean any;

        void add(long key, String text) {
            if (!any) {
                any = true;
                first = key;
            } else if (key < last) {
                throw new IllegalStateException("key " + key + " came after " + last);
            }
            last = key;
            sum += HeapRecords.check(key, text);
        }

        /** Returns sum, first and last key; nothing if it was empty. */
        List<long[]> asList() {
            return any ? List.of(new long[] {sum, first, last}) : List.of();
        }
    }
}

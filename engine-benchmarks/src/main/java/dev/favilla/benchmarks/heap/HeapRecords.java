package dev.favilla.benchmarks.heap;

import dev.favilla.benchmarks.workload.Data;

/**
 * The records of all pipelines, a number and a text each, and what must come out: a sum over all results that does not
 * depend on their order. Each is a function of its number, and nothing is kept.
 */
public final class HeapRecords {

    /** What a key and a text of a record take as objects, a pair around them included. */
    public static final int BYTES = 160;

    private static final String PADDING = "-a-record-takes-some-room-whatever-it-says-";
    private static final int GROUP = 8;

    private HeapRecords() {}

    /** Returns the key of a record among {@code keys} keys. */
    public static long key(long record, long keys) {
        return Data.mix(record % keys);
    }

    /** Returns the text of a record, about sixty characters of ASCII. */
    public static String text(long record) {
        return Long.toHexString(Data.mix(record)) + PADDING;
    }

    /** Returns the key of a record where an eighth of all share one. */
    public static long groupKey(long record) {
        return record % GROUP == 0 ? -1 : Data.mix(record / (GROUP * GROUP) * GROUP + record % GROUP);
    }

    /** Returns what a key and a text add. */
    public static long check(long key, String text) {
        return Data.check(key, text.hashCode());
    }

    /** Returns what a key and two texts add. */
    public static long check(long key, String left, String right) {
        return Data.check(key, left.hashCode(), right.hashCode());
    }

    /** Returns what must come out. */
    public static long expected(HeapPipeline pipeline, long records) {
        long half = records / 2;
        long sum = 0;
        switch (pipeline) {
            case REDUCE_BY_KEY -> {
                for (long i = 0; i < half; i++) {
                    String left = text(i);
                    String right = text(i + half);
                    sum += check(key(i, half), left.compareTo(right) >= 0 ? left : right);
                }
            }
            case JOIN, COGROUP -> {
                for (long i = 0; i < half; i++) {
                    sum += check(key(i, half), text(i), text(i + half));
                }
            }
            case DISTINCT -> {
                for (long i = 0; i < half; i++) {
                    sum += check(0, text(i));
                }
            }
            case GROUP_BY_KEY -> {
                for (long i = 0; i < records; i++) {
                    sum += check(groupKey(i), text(i));
                }
            }
            default -> {
                for (long i = 0; i < records; i++) {
                    sum += check(key(i, records), text(i));
                }
            }
        }
        return pipeline.caches() ? 3 * sum : sum;
    }
}

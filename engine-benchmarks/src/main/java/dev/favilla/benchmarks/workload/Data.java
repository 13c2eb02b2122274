package dev.favilla.benchmarks.workload;

/**
 * The records of all workloads, each a function of its number: nothing is read or kept before a run, and every system
 * makes the same ones. Making one costs a nanosecond or two.
 */
public final class Data {

    private static final long GOLDEN = 0x9E3779B97F4A7C15L;

    private Data() {}

    /** Returns well mixed bits of {@code x}; a bijection. */
    public static long mix(long x) {
        long z = x * GOLDEN;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    /** Returns a number from 0 to {@code bound - 1}, evenly spread over records. */
    public static long below(long record, long bound) {
        return Long.remainderUnsigned(mix(record), bound);
    }

    /** Returns the key of a record, one of {@code keys} that lie anywhere among the longs. */
    public static long key(long record, long keys) {
        return numbered(below(record, keys));
    }

    /** Returns the key of that number: another for each, anywhere among the longs. */
    public static long numbered(long number) {
        return number * GOLDEN;
    }

    /** Returns the text of a key, 11 to 18 characters of ASCII. */
    public static String text(long record, long keys) {
        return "customer-" + (100 + below(record, keys));
    }

    /** Returns what one result of a key and a number adds to the checksum. */
    public static long check(long key, long value) {
        return mix(key ^ (value * 0xD1342543DE82EF95L));
    }

    /** Returns what one result of a text and a number adds to the checksum. */
    public static long check(String key, long value) {
        return check(key.hashCode(), value);
    }

    /** Returns what one joined record adds to the checksum. */
    public static long check(long key, long left, long right) {
        return check(key, mix(left) + right);
    }
}

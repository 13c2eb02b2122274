package dev.favilla.benchmarks.workload;

/**
 * The functions of the twelve operators of a {@link Chain}, in order: map, filter, map, flatMap, filter, map, map,
 * filter, map, flatMap, filter, map. The sum of what comes out is the checksum.
 */
public final class Steps {

    private Steps() {}

    public static long map1(long x) {
        return x * 31 + 7;
    }

    public static boolean keep2(long x) {
        return (x & 7) != 3;
    }

    public static long map3(long x) {
        return x ^ (x >>> 9);
    }

    /** The other record that the first flatMap makes of one, beside the record itself. */
    public static long twin4(long x) {
        return x + 1_000_003;
    }

    public static boolean keep5(long x) {
        return (x & 3) != 1;
    }

    public static long map6(long x) {
        return x * 17 - 5;
    }

    public static long map7(long x) {
        return x + (x >>> 3);
    }

    public static boolean keep8(long x) {
        return (x & 15) != 9;
    }

    public static long map9(long x) {
        return x ^ 0x5DEECE66DL;
    }

    /** The other record that the second flatMap makes of one, beside the record itself. */
    public static long twin10(long x) {
        return x - 77;
    }

    public static boolean keep11(long x) {
        return (x & 1) == 0;
    }

    public static long map12(long x) {
        return x * 5 + 1;
    }
}

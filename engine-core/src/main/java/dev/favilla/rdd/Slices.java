package dev.favilla.rdd;

/** Cuts {@code length} positions into contiguous parts whose sizes differ by at most one. */
final class Slices {

    private Slices() {}

    /** Returns where slice {@code index} of {@code count} begins; slice {@code count} begins at the end. */
    static long start(long length, int count, int index) {
        long whole = length / count;
        long rest = length % count;
        return whole * index + rest * index / count;
    }
}

package dev.favilla.stats;

import java.io.Serializable;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * How many numbers lie in which bucket. A bucket takes its lower edge and not its upper one, but for the last, which takes
 * both. Immutable.
 */
public final class Histogram implements Serializable {

    private static final long serialVersionUID = 1L;

    private final double[] edges;
    private final long[] counts;

    /**
     * @param edges in ascending order, one more than there are buckets
     * @param counts numbers in each bucket
     */
    public Histogram(double[] edges, long[] counts) {
        this.edges = edges.clone();
        this.counts = counts.clone();
    }

    /** Returns the edges in ascending order, one more than there are buckets. */
    public double[] edges() {
        return edges.clone();
    }

    /** Returns how many numbers there are in each bucket. */
    public long[] counts() {
        return counts.clone();
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Histogram other && Arrays.equals(edges, other.edges) && Arrays.equals(counts, other.counts);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(edges) + Arrays.hashCode(counts);
    }

    @Override
    public String toString() {
        return "Histogram[edges=" + Arrays.toString(edges) + ", counts=" + Arrays.toString(counts) + "]";
    }
}

package dev.favilla;

import java.io.Serializable;
import java.util.Arrays;

/**
 * The buckets of a histogram: each takes its lower edge and not its upper one, but for the last, which takes both. What lies
 * outside is in none, nor is NaN.
 */
final class Buckets implements Serializable {

    private static final long serialVersionUID = 1L;

    private final double[] edges;

    private Buckets(double[] edges) {
        this.edges = edges;
    }

    /**
     * Returns those between given edges.
     *
     * @throws IllegalArgumentException if there are fewer than two, or they do not ascend
     */
    static Buckets between(double[] edges) {
        if (edges.length < 2) {
            throw new IllegalArgumentException("edges must be at least two, got " + Arrays.toString(edges));
        }
        for (int i = 1; i < edges.length; i++) {
            if (!(edges[i - 1] < edges[i])) {
                throw new IllegalArgumentException("edges must ascend, got " + edges[i - 1] + " before " + edges[i]);
            }
        }
        return new Buckets(edges.clone());
    }

    /** Returns {@code count} buckets of the same width from {@code min} to {@code max}; one if both are the same. */
    static Buckets even(double min, double max, int count) {
        if (min == max) {
            return new Buckets(new double[] {min, max});
        }
        double[] edges = new double[count + 1];
        for (int i = 0; i < count; i++) {
            edges[i] = min + i * (max / count - min / count); // no overflow where the range is wider than a double
        }
        edges[count] = max;
        return new Buckets(edges);
    }

    double[] edges() {
        return edges.clone();
    }

    int count() {
        return edges.length - 1;
    }

    /** Returns the bucket of a number, or a negative number if it is in none. */
    int of(double number) {
        double min = edges[0];
        double max = edges[edges.length - 1];
        if (!(number >= min && number <= max)) {
            return -1;
        }
        if (number == max) {
            return count() - 1;
        }
        int found = Arrays.binarySearch(edges, number + 0.0); // minus zero is zero
        return found >= 0 ? found : -found - 2;
    }
}

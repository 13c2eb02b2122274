package dev.favilla.benchmarks.workload;

import java.io.Serializable;

/** The sum of points of one cluster, and how many they are. Not changed once made. */
public final class Cluster implements Serializable {

    private static final long serialVersionUID = 1;

    private final long[] sums;
    private final long count;

    private Cluster(long[] sums, long count) {
        this.sums = sums;
        this.count = count;
    }

    /** Returns the cluster of one point. */
    public static Cluster of(int[] point) {
        long[] sums = new long[point.length];
        for (int d = 0; d < sums.length; d++) {
            sums[d] = point[d];
        }
        return new Cluster(sums, 1);
    }

    /** Returns a cluster of that many points with these sums. */
    public static Cluster of(long[] sums, long count) {
        return new Cluster(sums.clone(), count);
    }

    /** Returns the cluster of the points of both. */
    public Cluster plus(Cluster other) {
        long[] both = sums.clone();
        for (int d = 0; d < both.length; d++) {
            both[d] += other.sums[d];
        }
        return new Cluster(both, count + other.count);
    }

    /** Moves the centre to the middle of the points. */
    public void middle(double[] centre) {
        for (int d = 0; d < sums.length; d++) {
            centre[d] = (double) sums[d] / count;
        }
    }

    /** Returns what this cluster adds to the checksum. */
    public long check(int number) {
        long check = Data.check(number, count);
        for (long sum : sums) {
            check += Data.check(number, sum);
        }
        return check;
    }
}

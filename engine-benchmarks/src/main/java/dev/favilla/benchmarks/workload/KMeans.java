package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * Lloyd's rounds over points of whole numbers that are made once and kept.
 *
 * @param points how many
 * @param clusters how many centres
 * @param iterations rounds
 * @param partitions on both sides of a shuffle, for the systems that have partitions
 */
public record KMeans(long points, int clusters, int iterations, int partitions) implements Workload {

    @Override
    public String name() {
        return "k-means";
    }

    @Override
    public String description() {
        return "k-means of " + points + " points, " + clusters + " clusters, " + iterations + " rounds, " + partitions
                + " partitions";
    }

    @Override
    public long units() {
        return points * iterations;
    }

    @Override
    public String unit() {
        return "point and round";
    }

    @Override
    public Set<Contender> contenders() {
        return EnumSet.complementOf(EnumSet.of(Contender.JET));
    }

    @Override
    public Job openOn(Contestant contestant) {
        return contestant.kMeans(this);
    }
}

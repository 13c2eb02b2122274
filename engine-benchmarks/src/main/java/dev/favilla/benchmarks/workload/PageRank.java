package dev.favilla.benchmarks.workload;

import java.util.EnumSet;
import java.util.Set;

/**
 * Ranks in whole numbers; a node without a link to it has none, as in Spark's own example.
 *
 * @param nodes how many there may be
 * @param edges how many, some of them more than once
 * @param iterations rounds
 * @param partitions on both sides of a shuffle, for the systems that have partitions
 */
public record PageRank(long nodes, long edges, int iterations, int partitions) implements Workload {

    @Override
    public String name() {
        return "page-rank";
    }

    @Override
    public String description() {
        return "PageRank of " + nodes + " nodes and " + edges + " edges, " + iterations + " rounds, " + partitions
                + " partitions";
    }

    @Override
    public long units() {
        return edges * iterations;
    }

    @Override
    public String unit() {
        return "edge and round";
    }

    @Override
    public Set<Contender> contenders() {
        return EnumSet.complementOf(EnumSet.of(Contender.JET));
    }

    @Override
    public Job openOn(Contestant contestant) {
        return contestant.pageRank(this);
    }
}

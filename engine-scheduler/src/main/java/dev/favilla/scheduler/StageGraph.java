package dev.favilla.scheduler;

import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A lineage, cut into stages at its shuffles: what a job brings along when it is submitted.
 *
 * <p>Each shuffle is written by one stage, however often it is read; nodes between shuffles belong to every stage that
 * computes them. Made on the caller's thread, in one pass with explicit stacks, so a lineage may be as long as memory
 * allows.
 *
 * @param stages parents before children, the result stage last
 */
public record StageGraph(List<StagePlan> stages) {

    public StageGraph {
        stages = List.copyOf(stages);
    }

    /**
     * Cuts the lineage of {@code target}.
     *
     * @param target what the job reads
     * @param partitions which of its partitions; the result stage has one task for each
     * @param persistedRddIds the datasets whose partitions are kept, so that what lies below them may be skipped
     * @throws IllegalArgumentException if a node's id is not greater than its parents'
     */
    public static StageGraph of(LineageNode target, List<Integer> partitions, Set<Integer> persistedRddIds) {
        return new StageGraphBuilder(persistedRddIds).build(target, partitions.size());
    }

    /** Returns the stage whose tasks run the job's action. */
    public StagePlan result() {
        return stages.get(stages.size() - 1);
    }

    /**
     * One stage: a dataset and everything that is computed in the same task as it.
     *
     * @param target the dataset whose partitions are its tasks
     * @param output the shuffle it writes; empty for the result stage
     * @param tasks how many tasks a full run has
     * @param regions what the stage reads, cut at its persisted datasets; {@code target}'s region first, each region
     *     before those below it
     * @param rddIds the datasets computed in it, ascending
     */
    public record StagePlan(
            LineageNode target,
            Optional<ShuffleDependency> output,
            int tasks,
            List<Region> regions,
            List<Integer> rddIds) {

        public StagePlan {
            regions = List.copyOf(regions);
            rddIds = List.copyOf(rddIds);
        }

        /** Returns the shuffles it may read, ascending, whatever is cached. */
        public List<Integer> parentShuffles() {
            if (regions.size() == 1) {
                return regions.get(0).shuffles();
            }
            return regions.stream()
                    .flatMap(region -> region.shuffles().stream())
                    .distinct()
                    .sorted()
                    .toList();
        }
    }

    /**
     * The part of a stage between one dataset and the persisted ones next below it. While all partitions of a persisted
     * root are cached nothing of its region is read; otherwise its shuffles are, and each region below it may be.
     *
     * @param rddId the dataset it is rooted at: the stage's target, or a persisted one
     * @param partitions how many partitions that dataset has
     * @param shuffles the shuffles reached from it without crossing another persisted dataset, ascending
     * @param cachedBelow the persisted datasets reached so, descending; each has a region of its own
     */
    public record Region(int rddId, int partitions, List<Integer> shuffles, List<Integer> cachedBelow) {

        public Region {
            shuffles = List.copyOf(shuffles);
            cachedBelow = List.copyOf(cachedBelow);
        }
    }
}

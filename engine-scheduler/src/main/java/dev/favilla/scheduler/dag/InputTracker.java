package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.StageGraph.Region;
import dev.favilla.scheduler.task.TaskAttempt;
import dev.favilla.shuffle.MapOutputTracker;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.StorageLevel;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What the tasks of a stage read, and whether it is there: put together from what the map output tracker and the table of
 * cached partitions know.
 */
final class InputTracker {

    private final MapOutputTracker tracker;
    private final CachedPartitions cache;

    InputTracker(MapOutputTracker tracker, CachedPartitions cache) {
        this.tracker = tracker;
        this.cache = cache;
    }

    /**
     * Returns the shuffles that a stage needs and that are not complete. What lies below a fully cached dataset is not
     * needed, unless a task has found otherwise.
     */
    List<Integer> lacking(Stage stage) {
        if (isWithoutInputs(stage)) {
            return List.of();
        }
        List<Integer> lacking = new ArrayList<>();
        Set<Integer> reached = new HashSet<>();
        boolean top = true;
        for (Region region : stage.plan().regions()) { // a region comes before those below it
            if ((top || reached.contains(region.rddId())) && !isCached(stage, region, top)) {
                addIncomplete(region.shuffles(), lacking);
                reached.addAll(region.cachedBelow());
            }
            top = false;
        }
        addIncomplete(stage.required(), lacking);
        return lacking;
    }

    /** Returns whether a stage reads nothing but its source, as most first stages do. */
    private static boolean isWithoutInputs(Stage stage) {
        List<Region> regions = stage.plan().regions();
        return regions.size() == 1
                && regions.get(0).shuffles().isEmpty()
                && stage.required().isEmpty();
    }

    private void addIncomplete(Iterable<Integer> shuffles, List<Integer> lacking) {
        for (int shuffle : shuffles) {
            if (!tracker.isComplete(shuffle)) {
                lacking.add(shuffle);
            }
        }
    }

    private boolean isCached(Stage stage, Region region, boolean top) {
        if (!stage.owner().job().persisted().containsKey(region.rddId())) {
            return false;
        }
        return cache.isComplete(region.rddId(), region.partitions()) || (top && isPendingCached(stage, region.rddId()));
    }

    /** Of the stage's own target, only the partitions that are still to be computed matter. */
    private boolean isPendingCached(Stage stage, int rddId) {
        BitSet pending = stage.pending();
        for (int index = pending.nextSetBit(0); index >= 0; index = pending.nextSetBit(index + 1)) {
            if (!cache.contains(rddId, stage.partitionOf(index))) {
                return false;
            }
        }
        return true;
    }

    /** Returns the persisted datasets of a stage that are computed from any of {@code shuffles} or {@code datasets}. */
    static Set<Integer> persistedAbove(Stage stage, Set<Integer> shuffles, Set<Integer> datasets) {
        Set<Integer> above = new HashSet<>();
        for (StageUse use : stage.uses()) {
            Set<Integer> computed = new HashSet<>(datasets);
            List<Region> regions = use.plan().regions();
            for (int i = regions.size() - 1; i >= 0; i--) { // from below
                Region region = regions.get(i);
                if (containsAny(shuffles, region.shuffles()) || containsAny(computed, region.cachedBelow())) {
                    computed.add(region.rddId());
                }
            }
            computed.removeAll(datasets);
            computed.retainAll(use.job().persisted().keySet());
            above.addAll(computed);
        }
        return above;
    }

    private static boolean containsAny(Set<Integer> set, List<Integer> elements) {
        for (int element : elements) {
            if (set.contains(element)) {
                return true;
            }
        }
        return false;
    }

    /** Returns the outputs of those of a stage's parent shuffles that are complete. */
    private Map<Integer, MapOutputs> inputs(Stage stage) {
        if (stage.parentShuffles().isEmpty()) {
            return Map.of();
        }
        Map<Integer, MapOutputs> inputs = new HashMap<>();
        for (int shuffle : stage.parentShuffles()) {
            if (tracker.isComplete(shuffle)) {
                inputs.put(shuffle, tracker.snapshot(shuffle));
            }
        }
        return Map.copyOf(inputs);
    }

    /** Returns the current generations of a stage's parent shuffles. */
    private Map<Integer, Long> generations(Stage stage) {
        if (stage.parentShuffles().isEmpty()) {
            return Map.of();
        }
        Map<Integer, Long> generations = new HashMap<>();
        for (int shuffle : stage.parentShuffles()) {
            generations.put(shuffle, tracker.generation(shuffle));
        }
        return Map.copyOf(generations);
    }

    /** Returns what the attempts of a stage are given to read. */
    InputSnapshot reads(Stage stage) {
        Map<Integer, Long> firstValidAttempts = new HashMap<>();
        for (int rddId : persisted(stage)) {
            firstValidAttempts.put(rddId, cache.firstValidAttempt(rddId));
        }
        for (int rddId : stage.plan().rddIds()) {
            long first = cache.firstValidAttempt(rddId);
            if (first > 0) { // also where it is not persisted: blocks above it are told apart by it
                firstValidAttempts.put(rddId, first);
            }
        }
        return new InputSnapshot(inputs(stage), generations(stage), firstValidAttempts);
    }

    /** Returns the persisted datasets that a stage may read or make. */
    static Set<Integer> persisted(Stage stage) {
        Map<Integer, StorageLevel> levels = stage.owner().job().persisted();
        if (levels.isEmpty()) {
            return Set.of();
        }
        Set<Integer> persisted = new HashSet<>();
        for (Region region : stage.plan().regions()) {
            if (levels.containsKey(region.rddId())) {
                persisted.add(region.rddId());
            }
        }
        return persisted;
    }

    /** Returns whether what an attempt was given to read is still what it was. */
    boolean isCurrent(TaskAttempt attempt) {
        InputSnapshot reads = attempt.set().tasks().reads();
        return (reads.firstValidAttempts().isEmpty()
                        || areUnchanged(reads.firstValidAttempts().keySet(), attempt.id()))
                && (reads.generations().isEmpty() || areCurrent(reads.generations()));
    }

    private boolean areUnchanged(Set<Integer> datasets, long attemptId) {
        for (int rddId : datasets) {
            if (attemptId < cache.firstValidAttempt(rddId)) {
                return false;
            }
        }
        return true;
    }

    private boolean areCurrent(Map<Integer, Long> generations) {
        for (Map.Entry<Integer, Long> entry : generations.entrySet()) {
            int shuffle = entry.getKey();
            if (!tracker.contains(shuffle) || tracker.generation(shuffle) != entry.getValue()) {
                return false;
            }
        }
        return true;
    }
}

package dev.favilla.scheduler.dag;

import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.PublishedBlock;
import dev.favilla.task.TaskOutcome;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Counts how often something that is kept turned out to have other contents than before, and of what. */
final class SimChanges {

    private final SimTracker tracker;
    private final Map<BlockId, Set<Long>> digests = new HashMap<>();

    /** The number of the last change of each cached dataset. */
    private final Map<Integer, Integer> datasets = new HashMap<>();

    SimChanges(SimTracker tracker) {
        this.tracker = tracker;
    }

    /** Returns the number of changes so far. */
    int count() {
        return tracker.differing();
    }

    /** Notes what a successful attempt has seen of cached partitions. */
    void seen(TaskOutcome.Success success) {
        success.cached().forEach(this::seen);
        success.used().forEach(this::seen);
    }

    private void seen(PublishedBlock block) {
        Set<Long> all = digests.computeIfAbsent(block.id(), id -> new HashSet<>(2));
        all.add(block.digest());
        if (all.size() > 1) { // perhaps the one that counts is the same again: that is for the machine to know
            datasets.put(block.id().rddId(), tracker.countChange());
        }
    }

    void unpersisted(int rddId) {
        datasets.put(rddId, tracker.countChange());
    }

    /** Returns whether anything that a job may read has changed after change number {@code begun}. */
    boolean isConcerned(SchedulerEvent.JobSubmitted job, int begun) {
        Deque<SimNode> unvisited = new ArrayDeque<>();
        unvisited.add((SimNode) job.request().target());
        while (!unvisited.isEmpty()) {
            SimNode node = unvisited.remove();
            if (datasets.getOrDefault(node.id(), 0) > begun) {
                return true;
            }
            for (Dependency dependency : node.dependencies()) {
                if (dependency instanceof ShuffleDependency shuffle
                        && tracker.lastChange(shuffle.shuffleId()) > begun) {
                    return true;
                }
                unvisited.add((SimNode) dependency.parent());
            }
        }
        return false;
    }
}

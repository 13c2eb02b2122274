package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.StageGraph.Region;
import dev.favilla.scheduler.task.TaskAttempt;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.PublishedBlock;
import dev.favilla.task.TaskOutcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Keeps {@link CachedPartitions} and the executors' block stores in step. */
final class CacheTracker {

    private final CachedPartitions table;
    private final TaskScheduler tasks;
    private final Outbox outbox;

    /** Datasets unpersisted while attempts ran, the first one first, and the first attempt launched after that. */
    private final Map<Integer, Long> unpersisted = new LinkedHashMap<>();

    CacheTracker(CachedPartitions table, TaskScheduler tasks, Outbox outbox) {
        this.table = table;
        this.tasks = tasks;
        this.outbox = outbox;
    }

    /**
     * Takes note of the blocks that a successful attempt made visible. Blocks that nobody wants any more, because they
     * were made from older inputs or their dataset was unpersisted meanwhile, are dropped.
     *
     * @return the datasets whose contents have turned out to change: each with the first attempt that cannot have read
     *     what it held before
     */
    Map<Integer, Long> made(TaskAttempt attempt, List<PublishedBlock> blocks, boolean current) {
        Map<Integer, Long> changed = new TreeMap<>();
        Set<Integer> unwanted = new TreeSet<>();
        for (PublishedBlock block : blocks) {
            if (!isWanted(attempt, block)) {
                unwanted.add(block.id().rddId());
            } else if (!current) {
                table.drop(attempt.executor(), block.id(), tasks.nextAttemptId()); // what lay there before is not there
                outbox.add(new SchedulerCommand.DropBlock(attempt.executor(), block.id()));
            } else {
                OptionalLong change = table.add(attempt.executor(), block, tasks.nextAttemptId());
                change.ifPresent(first -> changed.merge(block.id().rddId(), first, Math::max));
                if (change.isPresent()) {
                    dropOthers(block.id(), attempt.executor());
                }
            }
        }
        unwanted.forEach(this::drop);
        return changed;
    }

    /**
     * Returns the datasets of which an attempt has used other contents than those whose results were taken, although it
     * could have found the same.
     */
    Set<Integer> contradictions(TaskAttempt attempt, TaskOutcome.Success success) {
        Set<Integer> contradicted = new TreeSet<>();
        for (PublishedBlock block : success.cached()) {
            if (isWanted(attempt, block) && table.contradictsAsMade(attempt.id(), block)) {
                contradicted.add(block.id().rddId());
            }
        }
        for (PublishedBlock block : success.used()) {
            if (isWanted(attempt, block) && table.contradictsAsUsed(block)) {
                contradicted.add(block.id().rddId());
            }
        }
        return contradicted;
    }

    /** Takes note of the cached contents that have gone into a result beside the blocks made for it. */
    void used(TaskAttempt attempt, List<PublishedBlock> blocks) {
        for (PublishedBlock block : blocks) {
            if (isWanted(attempt, block)) {
                table.use(block, tasks.nextAttemptId());
            }
        }
    }

    /** Returns whether the dataset of a block was still kept when the attempt was launched, and is. */
    private boolean isWanted(TaskAttempt attempt, PublishedBlock block) {
        Long firstWithout = unpersisted.get(block.id().rddId());
        return firstWithout == null || attempt.id() >= firstWithout;
    }

    private void dropOthers(BlockId block, ExecutorId executor) {
        for (ExecutorId other : table.others(block, executor)) {
            table.drop(other, block, tasks.nextAttemptId());
            outbox.add(new SchedulerCommand.DropBlock(other, block));
        }
    }

    /**
     * Notes which persisted datasets the tasks of a stage are about to make from which, however indirectly: what lies
     * between may be unpersisted.
     */
    void computes(Stage stage) {
        Set<Integer> persisted = InputTracker.persisted(stage);
        if (persisted.isEmpty()) {
            return;
        }
        Map<Integer, Set<Integer>> below = new HashMap<>();
        List<Region> regions = stage.plan().regions();
        for (int i = regions.size() - 1; i >= 0; i--) { // from below
            Set<Integer> from = new HashSet<>(regions.get(i).cachedBelow());
            regions.get(i).cachedBelow().forEach(rddId -> from.addAll(below.getOrDefault(rddId, Set.of())));
            below.put(regions.get(i).rddId(), from);
            if (persisted.contains(regions.get(i).rddId())) {
                table.computes(regions.get(i).rddId(), from);
            }
        }
    }

    /** Returns the datasets that were made from another, however indirectly. */
    Set<Integer> computedFrom(int rddId) {
        return table.computedFrom(rddId);
    }

    /** Returns the first attempt that cannot have read anything of a dataset that is void; 0 if nothing is. */
    long firstValidAttempt(int rddId) {
        return table.firstValidAttempt(rddId);
    }

    /** Drops all blocks of a dataset. */
    void drop(int rddId) {
        table.drop(rddId, tasks.nextAttemptId());
        outbox.add(new SchedulerCommand.DropBlocks(rddId));
    }

    /** Drops all blocks of a dataset because they were made from something void, and so may be what was read of it. */
    void invalidate(int rddId) {
        table.change(rddId, tasks.nextAttemptId());
        drop(rddId);
    }

    /** Believes no longer that anything of a dataset is cached. */
    void doubt(int rddId) {
        table.doubt(rddId);
    }

    /** Drops a dataset for good: attempts launched before may still leave blocks of it. */
    void unpersist(int rddId) {
        drop(rddId);
        table.unpersist(rddId, tasks.nextAttemptId());
        unpersisted.remove(rddId);
        unpersisted.put(rddId, tasks.nextAttemptId());
    }

    /** Forgets what mattered only to attempts that have ended: it must not pile up where something always runs. */
    void tidy() {
        if (unpersisted.isEmpty()) { // asked after every event
            return;
        }
        Iterator<Map.Entry<Integer, Long>> oldestFirst = unpersisted.entrySet().iterator();
        while (oldestFirst.hasNext()) {
            Map.Entry<Integer, Long> dataset = oldestFirst.next();
            if (dataset.getValue() > tasks.oldestAttemptId()) {
                return;
            }
            table.forgetUnpersisted(dataset.getKey());
            oldestFirst.remove();
        }
    }
}

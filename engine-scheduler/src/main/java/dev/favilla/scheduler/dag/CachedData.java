package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.task.Attempt;
import dev.favilla.storage.BlockId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Keeps the cache table and the executors' stores in step. */
final class CachedData {

    private final CacheTable table;
    private final Outbox outbox;

    /** Datasets unpersisted while attempts ran, and the first attempt that was launched after that. */
    private final Map<Integer, Long> unpersisted = new HashMap<>();

    CachedData(CacheTable table, Outbox outbox) {
        this.table = table;
        this.outbox = outbox;
    }

    /**
     * Takes note of the blocks that a successful attempt made visible. Blocks that nobody wants any more, because they
     * were made from older inputs or their dataset was unpersisted meanwhile, are dropped.
     */
    void made(Attempt attempt, List<BlockId> blocks, boolean current) {
        Set<Integer> unwanted = new TreeSet<>();
        for (BlockId block : blocks) {
            Long firstWithout = unpersisted.get(block.rddId());
            if (current && (firstWithout == null || attempt.id() >= firstWithout)) {
                table.add(attempt.executor(), block);
            } else {
                unwanted.add(block.rddId());
            }
        }
        unwanted.forEach(this::drop);
    }

    /** Drops all blocks of a dataset. */
    void drop(int rddId) {
        table.forget(rddId);
        outbox.add(new SchedulerCommand.DropBlocks(rddId));
    }

    /** Believes no longer that anything of a dataset is cached. */
    void doubt(int rddId) {
        table.forget(rddId);
    }

    /** Drops a dataset for good: attempts launched before {@code nextAttemptId} may still leave blocks of it. */
    void unpersist(int rddId, long nextAttemptId) {
        drop(rddId);
        unpersisted.put(rddId, nextAttemptId);
    }

    /** Forgets what mattered to running attempts only. */
    void noAttemptRuns() {
        unpersisted.clear();
    }
}

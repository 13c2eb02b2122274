package dev.favilla;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.status.ExecutorUsage;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import dev.favilla.storage.BlockManager;
import java.util.List;

/**
 * The executors of one context: adds, drains and drops them, and asks and tells them what concerns all.
 *
 * @param factory makes them
 * @param scheduler knows which there are
 */
record ExecutorControl(ExecutorFactory factory, JobScheduler scheduler) {

    List<ExecutorStatus> executors() {
        return scheduler.status().executors();
    }

    void loseExecutor(ExecutorId executor, String reason, boolean replace) {
        if (!factory.disconnect(executor)) {
            return;
        }
        if (replace) {
            scheduler.replaceExecutor(executor, reason, factory.replacement(executor));
        } else {
            scheduler.loseExecutor(executor, reason);
        }
    }

    ExecutorId addExecutor() {
        if (!factory.makesIsolated()) {
            throw new UnsupportedOperationException("Cannot add an executor: the only one of this context shares its"
                    + " records and results with the driver as objects, and others could not. Open the context with"
                    + " EngineContext.builder().executors or with local-cluster[E,C,M].");
        }
        ExecutorId id = factory.newId();
        scheduler.addExecutor(factory.maker(id));
        return id;
    }

    void drainExecutor(ExecutorId executor) {
        scheduler.drainExecutor(executor);
    }

    /** Drops the copies of a broadcast. */
    void dropBroadcast(long broadcastId) {
        scheduler.executors().forEach(executor -> executor.dropBroadcast(broadcastId));
    }

    /** Says that a job has ended. */
    void endJob(int jobId) {
        for (ExecutorBackend executor : scheduler.executors()) {
            executor.endJob(jobId);
        }
    }

    /** Drops the map outputs of a shuffle. */
    void dropShuffle(int shuffleId) {
        scheduler.executors().forEach(executor -> executor.dropShuffle(shuffleId));
    }

    /** Drops the cached partitions of a dataset. */
    void dropBlocks(int rddId) {
        scheduler.executors().forEach(executor -> executor.dropBlocks(rddId));
    }

    /** Returns what all of them hold together. */
    ExecutorUsage usage() {
        return scheduler.executors().stream()
                .map(ExecutorBackend::usage)
                .reduce(ExecutorUsage.NONE, ExecutorUsage::plus);
    }

    /** Returns how much lies on the local disks of all of them; asked before each job. */
    long diskBytes() {
        long bytes = 0;
        for (ExecutorBackend executor : scheduler.executors()) {
            bytes += executor.diskBytes();
        }
        return bytes;
    }

    /** Returns what is kept of a dataset. */
    BlockManager.CachedSize sizeOf(int rddId) {
        return scheduler.executors().stream()
                .map(executor -> executor.sizeOf(rddId))
                .reduce(BlockManager.CachedSize.NONE, BlockManager.CachedSize::plus);
    }
}

package dev.favilla.spark;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.disk.DiskUsage;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.status.ExecutorUsage;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.BlockManager;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.apache.spark.SparkContext;
import org.apache.spark.storage.RDDInfo;

/**
 * All executors of Spark's as one of ours, for those who ask what is cached and drop what is not needed any more. Tasks are
 * never launched through it.
 */
final class SparkExecutors implements ExecutorBackend {

    private static final ExecutorId ID = new ExecutorId("spark", 0);

    private final SparkContext spark;
    private final Translation translation;
    private final SparkBroadcastTable broadcasts;

    SparkExecutors(SparkContext spark, Translation translation, SparkBroadcastTable broadcasts) {
        this.spark = spark;
        this.translation = translation;
        this.broadcasts = broadcasts;
    }

    @Override
    public ExecutorId id() {
        return ID;
    }

    @Override
    public int slots() {
        return spark.defaultParallelism();
    }

    @Override
    public void launch(TaskSpec task) {
        throw new IllegalStateException("Tasks are launched by Spark: a bug in Favilla");
    }

    @Override
    public void kill(long attemptId, String reason, boolean interrupt) {
        // Spark's attempts are killed with their jobs
    }

    @Override
    public void replaceSlot(long attemptId) {
        // Spark's executors keep theirs
    }

    @Override
    public void answerCommit(long attemptId, boolean granted) {
        // Spark's coordinator answers
    }

    @Override
    public void dropMapOutput(int shuffleId, int mapPartition, long attemptId) {
        // Spark keeps its own
    }

    @Override
    public void dropShuffle(int shuffleId) {
        // the scheduler is told as well
    }

    @Override
    public void dropBlocks(int rddId) {
        translation.unpersist(rddId);
    }

    @Override
    public void dropBlock(BlockId block) {
        // Spark keeps its own
    }

    @Override
    public void dropBroadcast(long broadcastId) {
        broadcasts.drop(broadcastId);
    }

    @Override
    public void endJob(int jobId) {
        // nothing of a job is kept
    }

    @Override
    public ExecutorUsage usage() {
        if (spark.isStopped()) {
            return ExecutorUsage.NONE;
        }
        Set<Integer> ours = translation.sparkIds();
        int blocks = 0;
        for (RDDInfo info : spark.getRDDStorageInfo()) {
            blocks += ours.contains(info.id()) ? info.numCachedPartitions() : 0;
        }
        return new ExecutorUsage(MemoryUsage.NONE, DiskUsage.NONE, blocks, 0);
    }

    @Override
    public BlockManager.CachedSize sizeOf(int rddId) {
        Integer id = translation.sparkId(rddId);
        if (id != null && !spark.isStopped()) {
            for (RDDInfo info : spark.getRDDStorageInfo()) {
                if (info.id() == id) {
                    return new BlockManager.CachedSize(info.numCachedPartitions(), info.memSize(), 0, info.diskSize());
                }
            }
        }
        return BlockManager.CachedSize.NONE;
    }

    @Override
    public void abandon(String reason) {
        // Spark's executors end with its context
    }

    @Override
    public List<String> close(Duration deadline) {
        return List.of();
    }
}

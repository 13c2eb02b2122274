package dev.favilla.scheduler;

import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.Locality;
import java.util.Map;

/**
 * One attempt to run: all that an executor is told. The maps are shared by all attempts of a stage attempt.
 *
 * @param attemptId unique in the context, never reused
 * @param jobId the job it runs for
 * @param stageId its stage
 * @param stageAttempt the stage's attempt, from 0
 * @param partition the partition to compute
 * @param numPartitions partitions of the stage's dataset
 * @param attemptNumber tries of this partition so far in this stage attempt
 * @param locality how near to its data it was placed
 * @param work what to do
 * @param reads what it may read
 * @param persisted storage levels by dataset id
 * @param properties the local properties of the thread that submitted the job
 */
public record TaskSpec(
        long attemptId,
        int jobId,
        int stageId,
        int stageAttempt,
        int partition,
        int numPartitions,
        int attemptNumber,
        Locality locality,
        TaskWork work,
        InputSnapshot reads,
        Map<Integer, StorageLevel> persisted,
        Map<String, String> properties) {

    /** Returns the map outputs it may read, by shuffle. */
    public Map<Integer, MapOutputs> inputs() {
        return reads.inputs();
    }

    /** Returns the generations of the shuffles it may read. */
    public Map<Integer, Long> generations() {
        return reads.generations();
    }

    /** Returns this attempt with its work in another form. */
    public TaskSpec withWork(TaskWork other) {
        return new TaskSpec(
                attemptId,
                jobId,
                stageId,
                stageAttempt,
                partition,
                numPartitions,
                attemptNumber,
                locality,
                other,
                reads,
                persisted,
                properties);
    }

    /** Returns how errors name this attempt. */
    public String describe() {
        return "task " + attemptId + " (stage " + stageId + "." + stageAttempt + ", partition " + partition
                + ", attempt " + attemptNumber + ")";
    }

    /** Returns {@link #describe}. */
    @Override
    public String toString() {
        return describe();
    }
}

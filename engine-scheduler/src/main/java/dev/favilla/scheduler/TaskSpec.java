package dev.favilla.scheduler;

import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.StorageLevel;
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
 * @param work what to do
 * @param inputs the map outputs it may read, by shuffle; a shuffle that is not here was not complete when the attempt
 *     was launched, because cached data was expected to make it unnecessary
 * @param generations the current generation of every shuffle the stage may read, complete or not
 * @param persisted storage levels by dataset id
 */
public record TaskSpec(
        long attemptId,
        int jobId,
        int stageId,
        int stageAttempt,
        int partition,
        int numPartitions,
        int attemptNumber,
        TaskWork work,
        Map<Integer, MapOutputs> inputs,
        Map<Integer, Long> generations,
        Map<Integer, StorageLevel> persisted) {

    /** Returns how errors name this attempt. */
    public String describe() {
        return "task " + attemptId + " (stage " + stageId + "." + stageAttempt + ", partition " + partition
                + ", attempt " + attemptNumber + ")";
    }
}

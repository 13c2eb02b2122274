package dev.favilla.scheduler.task;

import dev.favilla.scheduler.TaskWork;
import dev.favilla.shuffle.MapOutputs;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all tasks of one stage attempt have in common.
 *
 * @param stageId the stage
 * @param stageName how errors name it
 * @param stageAttempt counts the stage's attempts from 0
 * @param numPartitions partitions of the stage's dataset
 * @param partitions the partition of each task; null if task {@code i} computes partition {@code i}
 * @param work what each does
 * @param inputs the map outputs that were complete
 * @param generations the generations of all shuffles the stage may read
 */
public record Tasks(
        int stageId,
        String stageName,
        int stageAttempt,
        int numPartitions,
        @Nullable List<Integer> partitions,
        TaskWork work,
        Map<Integer, MapOutputs> inputs,
        Map<Integer, Long> generations) {

    /** Returns which partition task {@code index} computes. */
    public int partitionOf(int index) {
        return partitions == null ? index : partitions.get(index);
    }
}

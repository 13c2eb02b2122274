package dev.favilla.scheduler.task;

import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.TaskWork;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What all tasks of one stage attempt have in common.
 *
 * @param stageId the stage
 * @param stageName whose text is how errors name it; asked for it only when there is one
 * @param stageAttempt counts the stage's attempts from 0
 * @param numPartitions partitions of the stage's dataset
 * @param partitions the partition of each task; null if task {@code i} computes partition {@code i}
 * @param work what each does
 * @param reads what each may read
 */
public record StageAttempt(
        int stageId,
        Object stageName,
        int stageAttempt,
        int numPartitions,
        @Nullable List<Integer> partitions,
        TaskWork work,
        InputSnapshot reads) {

    /** Returns which partition task {@code index} computes. */
    public int partitionOf(int index) {
        return partitions == null ? index : partitions.get(index);
    }
}

package dev.favilla.scheduler;

import dev.favilla.job.JobProperties;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.lineage.LineageNode;
import dev.favilla.storage.StorageLevel;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One action, as submitted: a snapshot, so that nothing changed later reaches the job.
 *
 * @param target the dataset the action reads
 * @param partitions which of its partitions, in the order results are wanted; without duplicates
 * @param action what to do with each
 * @param persisted the storage levels users had set, by dataset id
 * @param names the names users had set, by dataset id
 * @param callSite the action's call in user code
 * @param properties what it takes over from the thread that submits it
 * @param binary target and action as bytes, where executors are isolated
 */
public record JobRequest(
        LineageNode target,
        List<Integer> partitions,
        Action action,
        Map<Integer, StorageLevel> persisted,
        Map<Integer, String> names,
        CallSite callSite,
        JobProperties properties,
        @Nullable LineageBinary binary) {

    /**
     * @throws IllegalArgumentException if a partition is not one of the target's
     */
    public JobRequest {
        partitions = List.copyOf(partitions);
        persisted = Map.copyOf(persisted);
        names = Map.copyOf(names);
        int count = target.numPartitions();
        for (int partition : partitions) {
            if (partition < 0 || partition >= count) {
                throw new IllegalArgumentException(
                        "partition must be between 0 and " + (count - 1) + " for " + target + ", got " + partition);
            }
        }
    }
}

package dev.favilla.scheduler;

import dev.favilla.lineage.Action;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What an attempt does with its partition. */
public sealed interface TaskWork {

    /**
     * Computes a partition of the dependency's parent and leaves it as a map output.
     *
     * @param dependency the shuffle to write
     */
    record WriteShuffle(ShuffleDependency dependency) implements TaskWork {}

    /**
     * Computes a partition of a job's target and its staged result.
     *
     * @param target the dataset
     * @param action what to do with it
     * @param binary both as bytes, where executors are isolated
     */
    record RunAction(
            LineageNode target, Action action, @Nullable LineageBinary binary) implements TaskWork {}

    /**
     * Makes a job's result of the staged ones.
     *
     * @param action whose merge to run
     * @param staged in the order of the job's partitions; may contain nulls
     * @param binary the action as bytes, where executors are isolated
     */
    record MergeResults(
            Action action,
            List<@Nullable Object> staged,
            @Nullable LineageBinary binary) implements TaskWork {

        public MergeResults {
            staged = Collections.unmodifiableList(staged);
        }
    }
}

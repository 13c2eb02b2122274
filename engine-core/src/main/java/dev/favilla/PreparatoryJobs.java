package dev.favilla;

import dev.favilla.lineage.Action;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Prepared;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a part of a lineage may ask for while it is prepared.
 *
 * @param runner runs its jobs
 * @param variables broadcasts what it has found
 */
record PreparatoryJobs(Runner runner, Variables variables) implements Prepared.Jobs {

    /** Runs an action and waits for its result. */
    @FunctionalInterface
    interface Runner {

        @Nullable
        Object run(LineageNode target, List<Integer> partitions, Action action);
    }

    @Override
    public @Nullable Object run(LineageNode target, List<Integer> partitions, Action action) {
        return runner.run(target, partitions, action);
    }

    @Override
    public Prepared.Shared share(List<?> records) {
        return variables.share(records);
    }
}

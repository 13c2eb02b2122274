package dev.favilla.scheduler;

import dev.favilla.attempt.TaskScope;
import dev.favilla.task.AccumulatorUpdate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The accumulators of one attempt. Used by its thread. */
public final class TaskAccumulators {

    private final Map<Long, Accumulator<?>> locals = new TreeMap<>();

    private TaskAccumulators() {}

    /** Returns those of the attempt of {@code scope}. */
    public static TaskAccumulators of(TaskScope scope) {
        return scope.attachment(TaskAccumulators.class, TaskAccumulators.class, TaskAccumulators::new);
    }

    Accumulator<?> local(Accumulator<?> handle) {
        return locals.computeIfAbsent(handle.id(), id -> handle.zero());
    }

    /** Returns what the attempt of {@code scope} has added, in the order of ids. */
    public static List<AccumulatorUpdate> updates(TaskScope scope) {
        TaskAccumulators used = scope.kept(TaskAccumulators.class, TaskAccumulators.class);
        return used == null ? List.of() : used.updates();
    }

    private List<AccumulatorUpdate> updates() {
        List<AccumulatorUpdate> updates = new ArrayList<>(locals.size());
        locals.forEach((id, local) -> updates.add(new AccumulatorUpdate(id, partialOf(local))));
        return updates;
    }

    private static Object partialOf(Accumulator<?> accumulator) {
        return accumulator.partial();
    }
}

package dev.favilla.examples;

import dev.favilla.fault.FaultInjector;
import dev.favilla.fault.FaultPoint;
import dev.favilla.fault.FaultSite;
import dev.favilla.spi.EngineControl;
import dev.favilla.spi.EngineExtension;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Drops the executor that begins the first task of each stage, with all it holds, and puts an empty one in its place, to
 * see that the answer stays the same. Called in slots, by several at once.
 */
final class ExecutorLosses implements EngineExtension {

    private final Set<Integer> stages = ConcurrentHashMap.newKeySet();
    private volatile @Nullable EngineControl control;

    @Override
    public void opened(EngineControl opened) {
        control = opened;
    }

    @Override
    public FaultInjector faults() {
        return this::reach;
    }

    private void reach(FaultPoint point) {
        if (point.site() == FaultSite.TASK_START && stages.add(point.stageId())) {
            EngineControl engine = Objects.requireNonNull(control, "a task began before the context was open");
            engine.executors().stream()
                    .map(ExecutorStatus::id)
                    .filter(id -> id.toString().equals(point.executor()))
                    .forEach(id -> engine.loseExecutor(id, "--lose-executors asks for it", true));
        }
    }

    /** Returns how many were lost. */
    int count() {
        return stages.size();
    }
}

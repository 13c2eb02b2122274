package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.spi.EngineControl;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import dev.favilla.status.SchedulerTables;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The door of one context for the extensions installed in it.
 *
 * @param engine its executors and scheduler
 * @param datasets its datasets
 */
record ContextControl(Engine engine, Datasets datasets) implements EngineControl {

    /**
     * Returns the datasets behind a control.
     *
     * @throws IllegalArgumentException if it is not one that a context has handed out
     */
    static Datasets datasetsOf(EngineControl control) {
        if (control instanceof ContextControl door) {
            return door.datasets();
        }
        throw new IllegalArgumentException("control must be the one that EngineExtension.opened was given, got a "
                + control.getClass().getName());
    }

    @Override
    public int newDatasetId() {
        return datasets.nextIdToPrepare();
    }

    @Override
    public CallSite callSite(String operation, Class<?>... own) {
        return CallSites.beyond(Set.copyOf(Arrays.asList(own)), notNull(operation, "operation"));
    }

    @Override
    public @Nullable Object run(LineageNode target, Action action, CallSite callSite) {
        return datasets.run(notNull(target, "target"), notNull(action, "action"), notNull(callSite, "callSite"));
    }

    @Override
    public @Nullable Object run(LineageNode target, List<Integer> partitions, Action action, CallSite callSite) {
        return datasets.run(
                notNull(target, "target"),
                notNull(partitions, "partitions"),
                notNull(action, "action"),
                notNull(callSite, "callSite"));
    }

    @Override
    public void addListener(EngineListener listener) {
        datasets.context().addListener(listener);
    }

    @Override
    public void removeListener(EngineListener listener) {
        datasets.context().removeListener(listener);
    }

    @Override
    public void publish(EngineEvent.Extension event) {
        engine.scheduler().publish(notNull(event, "event"));
    }

    @Override
    public List<ExecutorStatus> executors() {
        return engine.executors().executors();
    }

    @Override
    public void loseExecutor(ExecutorId executor, String reason, boolean replace) {
        engine.executors().loseExecutor(executor, reason, replace);
    }

    @Override
    public ExecutorId addExecutor() {
        return engine.executors().addExecutor();
    }

    @Override
    public void drainExecutor(ExecutorId executor) {
        engine.executors().drainExecutor(executor);
    }

    @Override
    public SchedulerTables tables() {
        return engine.scheduler().tables();
    }

    @Override
    public SchedulerStatus status() {
        return engine.scheduler().status();
    }
}

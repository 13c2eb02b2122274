package dev.favilla;

import dev.favilla.scheduler.JobScheduler;
import dev.favilla.scheduler.SchedulerStatus;
import dev.favilla.scheduler.SchedulerStatus.ExecutorStatus;
import dev.favilla.scheduler.SchedulerTables;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.spi.EngineControl;
import java.util.List;

/**
 * Adds, drains and drops executors of one context: their rooms, and what the scheduler knows of them.
 *
 * @param rooms the executors
 * @param scheduler told of them
 */
record ExecutorControl(Rooms rooms, JobScheduler scheduler) implements EngineControl {

    @Override
    public List<ExecutorStatus> executors() {
        return status().executors();
    }

    @Override
    public void loseExecutor(ExecutorId executor, String reason, boolean replace) {
        if (!rooms.remove(executor)) {
            return;
        }
        if (replace) {
            scheduler.replaceExecutor(executor, reason, rooms.replacement(executor));
        } else {
            scheduler.loseExecutor(executor, reason);
        }
    }

    @Override
    public ExecutorId addExecutor() {
        if (!rooms.areIsolated()) {
            throw new UnsupportedOperationException("Cannot add an executor: the only one of this context shares its"
                    + " records and results with the driver as objects, and others could not. Open the context with"
                    + " EngineContext.builder().executors or with local-cluster[E,C,M].");
        }
        return add(rooms.newId());
    }

    private ExecutorId add(ExecutorId id) {
        scheduler.addExecutor(rooms.maker(id));
        return id;
    }

    @Override
    public void drainExecutor(ExecutorId executor) {
        if (rooms.drain(executor)) {
            scheduler.drainExecutor(executor);
        }
    }

    @Override
    public SchedulerTables tables() {
        return scheduler.tables();
    }

    @Override
    public SchedulerStatus status() {
        return scheduler.status();
    }
}

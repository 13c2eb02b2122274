package dev.favilla;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import java.util.List;

/**
 * Adds, drains and drops executors of one context: themselves, and what the scheduler knows of them.
 *
 * @param executorFactory the executors
 * @param scheduler told of them
 */
record ExecutorControl(ExecutorFactory executorFactory, JobScheduler scheduler) {

    List<ExecutorStatus> executors() {
        return scheduler.status().executors();
    }

    void loseExecutor(ExecutorId executor, String reason, boolean replace) {
        if (!executorFactory.remove(executor)) {
            return;
        }
        if (replace) {
            scheduler.replaceExecutor(executor, reason, executorFactory.replacement(executor));
        } else {
            scheduler.loseExecutor(executor, reason);
        }
    }

    ExecutorId addExecutor() {
        if (!executorFactory.areIsolated()) {
            throw new UnsupportedOperationException("Cannot add an executor: the only one of this context shares its"
                    + " records and results with the driver as objects, and others could not. Open the context with"
                    + " EngineContext.builder().executors or with local-cluster[E,C,M].");
        }
        return add(executorFactory.newId());
    }

    private ExecutorId add(ExecutorId id) {
        scheduler.addExecutor(executorFactory.maker(id));
        return id;
    }

    void drainExecutor(ExecutorId executor) {
        if (executorFactory.drain(executor)) {
            scheduler.drainExecutor(executor);
        }
    }
}

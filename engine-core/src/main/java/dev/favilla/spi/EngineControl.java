package dev.favilla.spi;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.status.SchedulerTables;
import dev.favilla.attempt.ExecutorId;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import dev.favilla.status.SchedulerTables;
import java.util.List;

/**
 * A context from the inside.
 *
 * <p><b>Threads.</b> May be used from any thread, also from tasks, listeners and fault injectors. Nothing here waits for
 * a job.
 *
 * <p><b>Errors.</b> Once the context is being closed no executor can be added or replaced, which is an
 * {@link IllegalStateException}; then none is left to drain or lose.
 */
public interface EngineControl {

    /** Returns the executors of this moment, in the order they came. */
    List<ExecutorStatus> executors();

    /**
     * Drops an executor with its attempts, cached blocks and map outputs, as if its process had died. Those it ran are
     * run elsewhere, and what is needed of the rest is computed again. Unknown executors, and those that are gone, are
     * ignored.
     *
     * @param reason what observers and errors are told
     * @param replace whether an empty one of the same name takes its place at once. Without one a context may be left
     *     without executors; its jobs then wait for {@code favilla.executor.wait} and fail
     */
    void loseExecutor(ExecutorId executor, String reason, boolean replace);

    /**
     * Adds an executor like the others.
     *
     * @return how it is named
     * @throws UnsupportedOperationException if executors are not isolated
     */
    ExecutorId addExecutor();

    /**
     * Has an executor take no more attempts, and lets go of it once those it runs have ended. What it holds is lost with
     * it. Unknown executors, and those that are going already, are ignored.
     *
     * @throws IllegalStateException if no other would be left
     */
    void drainExecutor(ExecutorId executor);

    /** Returns how much the scheduler remembers. */
    SchedulerTables tables();

    /** Returns the jobs, stages and executors of this moment. */
    SchedulerStatus status();
}

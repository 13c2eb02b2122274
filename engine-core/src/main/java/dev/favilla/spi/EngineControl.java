package dev.favilla.spi;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import dev.favilla.status.SchedulerTables;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A context from the inside.
 *
 * <p><b>Datasets of a module's own</b> begin with a {@link LineageNode}: made with {@link #newDatasetId} and {@link
 * #callSite}, and given to users by {@code RDD.of(control, node)}. One that needs jobs of its own before it can be
 * computed is a {@link dev.favilla.lineage.PreparedNode}.
 *
 * <p><b>Threads.</b> May be used from any thread, also from tasks, listeners and fault injectors, but for {@link
 * #newDatasetId} and {@link #run}: a task that waited for another would wait for its own slot. Only {@link #run} waits
 * for a job.
 *
 * <p><b>Errors.</b> Once the context is being closed nothing can be made, run or listened to, and no executor can be
 * added or replaced: {@link IllegalStateException}. Then no executor is left to drain or lose.
 */
public interface EngineControl {

    // ---------------------------------------------------------------- datasets and jobs

    /**
     * Returns the id of a dataset that a module is about to make; ids grow, so that parents have smaller ones.
     *
     * @throws IllegalStateException after the close, and inside tasks
     */
    int newDatasetId();

    /**
     * Returns where the user has called a module: the innermost line that is neither the engine's nor in one of {@code
     * own}.
     *
     * @param operation what the user has called, for plans and errors
     * @param own the classes of the module that may lie between
     */
    CallSite callSite(String operation, Class<?>... own);

    /**
     * Runs a module's own action on all partitions of a dataset and waits for its result. Takes the properties of the
     * calling thread over, as every action does. Interrupting the thread cancels the job.
     *
     * @param callSite the user's call
     * @throws dev.favilla.JobFailedException if the job fails
     * @throws dev.favilla.JobCancelledException if it is cancelled
     * @throws IllegalStateException after the close, and inside tasks
     */
    @Nullable
    Object run(LineageNode target, Action action, CallSite callSite);

    /**
     * As {@link #run(LineageNode, Action, CallSite)}, on some partitions.
     *
     * @param partitions which, in the order in which results are wanted; without duplicates
     */
    @Nullable
    Object run(LineageNode target, List<Integer> partitions, Action action, CallSite callSite);

    // ---------------------------------------------------------------- observers

    /** Begins to tell {@code listener} what happens from now on. */
    void addListener(EngineListener listener);

    /** Tells {@code listener} no more. Unknown listeners are ignored. */
    void removeListener(EngineListener listener);

    /** Tells the listeners, after what they were told before, of an event of a module's own. Returns at once. */
    void publish(EngineEvent.Extension event);

    // ---------------------------------------------------------------- executors

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

    // ---------------------------------------------------------------- looking

    /** Returns how much the scheduler remembers. */
    SchedulerTables tables();

    /** Returns the jobs, stages and executors of this moment. */
    SchedulerStatus status();
}

package dev.favilla.scheduler;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.task.TaskCompletionListener;
import dev.favilla.task.TaskContext;
import dev.favilla.task.TaskFailureListener;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One attempt, as its own code sees it while it runs: the engine's side of {@link TaskContext}, with the scope that user
 * code is not to close.
 *
 * <p><b>Threads.</b> {@link #scope} and {@link #mayCommit} belong to the attempt's thread; all else may be called from
 * any.
 */
public final class RunningTask extends TaskContext {

    private final TaskSpec task;
    private final ExecutorId executor;
    private final int slot;
    private final TaskScope scope;
    private final Commits commits;
    private final TaskListeners listeners = new TaskListeners();

    /**
     * @param task the attempt
     * @param executor where it runs
     * @param slot which of the executor's slots runs it, from 0
     * @param scope what it holds
     * @param commits knows whether it may make its output final
     */
    public RunningTask(TaskSpec task, ExecutorId executor, int slot, TaskScope scope, Commits commits) {
        this.task = task;
        this.executor = executor;
        this.slot = slot;
        this.scope = scope;
        this.commits = commits;
    }

    @Override
    public int jobId() {
        return task.jobId();
    }

    @Override
    public int stageId() {
        return task.stageId();
    }

    @Override
    public int stageAttempt() {
        return task.stageAttempt();
    }

    @Override
    public int partition() {
        return task.partition();
    }

    @Override
    public int numPartitions() {
        return task.numPartitions();
    }

    @Override
    public int attemptNumber() {
        return task.attemptNumber();
    }

    @Override
    public long attemptId() {
        return task.attemptId();
    }

    @Override
    public ExecutorId executor() {
        return executor;
    }

    @Override
    public int slot() {
        return slot;
    }

    /** Returns what the attempt holds. */
    public TaskScope scope() {
        return scope;
    }

    @Override
    public Optional<String> localProperty(String key) {
        return Optional.ofNullable(task.properties().get(key));
    }

    @Override
    public boolean isInterrupted() {
        return killReason().isPresent();
    }

    @Override
    public Optional<String> killReason() {
        return scope.killReason();
    }

    @Override
    public void killTaskIfInterrupted() {
        scope.checkKilled();
    }

    @Override
    public boolean isCompleted() {
        return listeners.isCompleted();
    }

    @Override
    public boolean isFailed() {
        return listeners.isFailed();
    }

    @Override
    public RunningTask addTaskCompletionListener(TaskCompletionListener listener) {
        listeners.add(this, required(listener));
        return this;
    }

    @Override
    public RunningTask addTaskFailureListener(TaskFailureListener listener) {
        listeners.add(this, required(listener));
        return this;
    }

    private static <L> L required(@Nullable L listener) {
        if (listener == null) {
            throw new IllegalArgumentException("listener must not be null");
        }
        return listener;
    }

    @Override
    public boolean mayCommit() throws InterruptedException {
        return commits.mayCommit();
    }

    /**
     * Runs {@code body} with this context as the thread's current one, and then calls the listeners. To be called once.
     *
     * @throws Exception what {@code body} throws, or after it went well what a listener throws
     */
    public <R extends @Nullable Object> R call(Body<R> body) throws Exception {
        TaskContext before = enterThread();
        try {
            R result;
            try {
                result = body.run();
            } catch (Throwable t) { // whatever it is, listeners are to be told
                listeners.end(this, t);
                throw t;
            }
            Throwable failure = listeners.end(this, null);
            if (failure != null) {
                throw RunningTask.<RuntimeException>unchecked(failure);
            }
            return result;
        } finally {
            leaveThread(before);
        }
    }

    @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"
    }) // the cast is erased: what is thrown stays as it is
    private static <E extends Throwable> E unchecked(Throwable thrown) throws E {
        throw (E) thrown;
    }

    @Override
    public String toString() {
        return task.describe();
    }

    /** Something to run inside a task. */
    @FunctionalInterface
    public interface Body<R extends @Nullable Object> {

        R run() throws Exception;
    }

    /** Knows whether an attempt may commit. */
    @FunctionalInterface
    public interface Commits {

        /** Asks and waits; may be asked again. */
        boolean mayCommit() throws InterruptedException;
    }
}

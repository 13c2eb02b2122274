package dev.favilla.scheduler;

import dev.favilla.memory.TaskScope;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.task.CommitDeniedException;
import dev.favilla.task.TaskCompletionListener;
import dev.favilla.task.TaskFailureListener;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What user code may know of the attempt that runs it, and what it may ask for.
 *
 * <p><b>Threads.</b> {@link #get} knows the attempt on its own thread only. The context may be handed to other threads,
 * except {@link #scope} and {@link #mayCommit}, which belong to the attempt's.
 *
 * <p><b>Listeners.</b> Are called in the slot when the work is over, well or not: those added last first, failure
 * listeners before completion listeners, each once and never two at the same time. All are called even if some throw.
 * What they throw is suppressed into the attempt's own error; after a success it makes the attempt fail. One that is
 * added after that is called at once.
 */
public final class TaskContext {

    private static final ThreadLocal<@Nullable TaskContext> CURRENT = new ThreadLocal<>();

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
    public TaskContext(TaskSpec task, ExecutorId executor, int slot, TaskScope scope, Commits commits) {
        this.task = task;
        this.executor = executor;
        this.slot = slot;
        this.scope = scope;
        this.commits = commits;
    }

    /** Returns the context of the attempt that runs on this thread, or null outside of tasks. */
    public static @Nullable TaskContext get() {
        return CURRENT.get();
    }

    /** Returns the partition that is computed on this thread, or 0 outside of tasks. */
    public static int getPartitionId() {
        TaskContext context = CURRENT.get();
        return context == null ? 0 : context.partition();
    }

    /** Returns the job that the attempt was launched for. */
    public int jobId() {
        return task.jobId();
    }

    public int stageId() {
        return task.stageId();
    }

    /** Returns how many attempts of the stage there were before this one. */
    public int stageAttempt() {
        return task.stageAttempt();
    }

    /** Returns the partition that is computed. */
    public int partition() {
        return task.partition();
    }

    /** Returns how many partitions the stage's dataset has. */
    public int numPartitions() {
        return task.numPartitions();
    }

    /** Returns how many tries of this partition there were before in this stage attempt. */
    public int attemptNumber() {
        return task.attemptNumber();
    }

    /** Returns the attempt's id, which is unique in the context and never used again. */
    public long attemptId() {
        return task.attemptId();
    }

    public ExecutorId executor() {
        return executor;
    }

    /** Returns which of the executor's slots runs the attempt, from 0. */
    public int slot() {
        return slot;
    }

    /** Returns what the attempt holds. */
    public TaskScope scope() {
        return scope;
    }

    /** Returns a local property of the thread that submitted the job, as it was then. */
    public Optional<String> localProperty(String key) {
        return Optional.ofNullable(task.properties().get(key));
    }

    /** Returns whether the attempt was asked to stop. */
    public boolean isInterrupted() {
        return killReason().isPresent();
    }

    /** Returns why the attempt was asked to stop, if it was. */
    public Optional<String> killReason() {
        return scope.killReason();
    }

    /**
     * Ends the attempt if it was asked to stop. For loops that go on for long without a record.
     *
     * @throws dev.favilla.memory.TaskKilledException if it was
     */
    public void killTaskIfInterrupted() {
        scope.checkKilled();
    }

    /** Returns whether the attempt's work is over, well or not. */
    public boolean isCompleted() {
        return listeners.isCompleted();
    }

    /** Returns whether the attempt's work, or one of its listeners, has thrown. */
    public boolean isFailed() {
        return listeners.isFailed();
    }

    /** Has {@code listener} called when the attempt's work is over; at once if it is. */
    public TaskContext addTaskCompletionListener(TaskCompletionListener listener) {
        listeners.add(this, required(listener));
        return this;
    }

    /** Has {@code listener} called if the attempt fails; at once if it has. */
    public TaskContext addTaskFailureListener(TaskFailureListener listener) {
        listeners.add(this, required(listener));
        return this;
    }

    private static <L> L required(@Nullable L listener) {
        if (listener == null) {
            throw new IllegalArgumentException("listener must not be null");
        }
        return listener;
    }

    /**
     * Asks whether this attempt may make its output final, and waits for the answer, which stays the same. At most one
     * attempt of a partition may. One that may not ends with a {@link CommitDeniedException}, or without having left
     * anything.
     *
     * @throws dev.favilla.memory.TaskKilledException if the attempt is asked to stop meanwhile
     * @throws IllegalStateException if there is no answer in time
     */
    public boolean mayCommit() throws InterruptedException {
        return commits.mayCommit();
    }

    /**
     * Runs {@code body} with this context as the thread's current one, and then calls the listeners. To be called once.
     *
     * @throws Exception what {@code body} throws, or after it went well what a listener throws
     */
    public <R extends @Nullable Object> R call(Body<R> body) throws Exception {
        CURRENT.set(this);
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
                throw TaskContext.<RuntimeException>unchecked(failure);
            }
            return result;
        } finally {
            CURRENT.remove();
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

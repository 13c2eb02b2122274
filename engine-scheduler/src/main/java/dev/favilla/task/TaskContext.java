package dev.favilla.task;

import dev.favilla.attempt.ExecutorId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What user code may know of the attempt that runs it, and what it may ask for. Made by the engine only.
 *
 * <p><b>Threads.</b> {@link #get} knows the attempt on its own thread only. The context may be handed to other threads,
 * except {@link #mayCommit}, which belongs to the attempt's.
 *
 * <p><b>Listeners.</b> Are called in the slot when the work is over, well or not: those added last first, failure
 * listeners before completion listeners, each once and never two at the same time. All are called even if some throw.
 * What they throw is suppressed into the attempt's own error; after a success it makes the attempt fail. One that is
 * added after that is called at once.
 */
public abstract class TaskContext {

    private static final ThreadLocal<@Nullable TaskContext> CURRENT = new ThreadLocal<>();

    /** For the engine, which runs attempts. */
    protected TaskContext() {}

    /** Returns the context of the attempt that runs on this thread, or null outside of tasks. */
    public static @Nullable TaskContext get() {
        return CURRENT.get();
    }

    /** Returns the partition that is computed on this thread, or 0 outside of tasks. */
    public static int getPartitionId() {
        TaskContext context = CURRENT.get();
        return context == null ? 0 : context.partition();
    }

    /**
     * Makes this the context of the attempt that runs on this thread, until {@link #leaveThread}.
     *
     * @return the one before; there is one where attempts are simulated on one thread
     */
    protected final @Nullable TaskContext enterThread() {
        TaskContext before = CURRENT.get();
        CURRENT.set(this);
        return before;
    }

    /** Says that this attempt runs on this thread no more, but {@code before} does, if it is not null. */
    protected final void leaveThread(@Nullable TaskContext before) {
        CURRENT.set(before); // also null, rather than remove: the next attempt on this thread would make the entry anew
    }

    /** Returns the job that the attempt was launched for. */
    public abstract int jobId();

    public abstract int stageId();

    /** Returns how many attempts of the stage there were before this one. */
    public abstract int stageAttempt();

    /** Returns the partition that is computed. */
    public abstract int partition();

    /** Returns how many partitions the stage's dataset has. */
    public abstract int numPartitions();

    /** Returns how many tries of this partition there were before in this stage attempt. */
    public abstract int attemptNumber();

    /** Returns the attempt's id, which is unique in the context and never used again. */
    public abstract long attemptId();

    public abstract ExecutorId executor();

    /** Returns which of the executor's slots runs the attempt, from 0. */
    public abstract int slot();

    /** Returns a local property of the thread that submitted the job, as it was then. */
    public abstract Optional<String> localProperty(String key);

    /** Returns whether the attempt was asked to stop. */
    public abstract boolean isInterrupted();

    /** Returns why the attempt was asked to stop, if it was. */
    public abstract Optional<String> killReason();

    /**
     * Ends the attempt if it was asked to stop. For loops that go on for long without a record.
     *
     * @throws dev.favilla.memory.TaskKilledException if it was
     */
    public abstract void killTaskIfInterrupted();

    /** Returns whether the attempt's work is over, well or not. */
    public abstract boolean isCompleted();

    /** Returns whether the attempt's work, or one of its listeners, has thrown. */
    public abstract boolean isFailed();

    /** Has {@code listener} called when the attempt's work is over; at once if it is. */
    public abstract TaskContext addTaskCompletionListener(TaskCompletionListener listener);

    /** Has {@code listener} called if the attempt fails; at once if it has. */
    public abstract TaskContext addTaskFailureListener(TaskFailureListener listener);

    /**
     * Asks whether this attempt may make its output final, and waits for the answer, which stays the same. At most one
     * attempt of a partition may. One that may not ends with a {@link CommitDeniedException}, or without having left
     * anything.
     *
     * @throws dev.favilla.memory.TaskKilledException if the attempt is asked to stop meanwhile
     * @throws IllegalStateException if there is no answer in time
     */
    public abstract boolean mayCommit() throws InterruptedException;
}

package dev.favilla.scheduler;

import dev.favilla.memory.TaskScope;
import dev.favilla.shuffle.ExecutorId;
import org.jspecify.annotations.Nullable;

/**
 * What user code may know of the attempt that runs it.
 *
 * @param jobId the job that the attempt was launched for
 * @param stageId the stage
 * @param stageAttempt counts the stage's attempts from 0
 * @param partition the partition computed
 * @param numPartitions how many partitions the stage's dataset has
 * @param attemptNumber counts the tries of this partition in this stage attempt from 0
 * @param attemptId unique in the context, never reused
 * @param executor where the attempt runs
 * @param slot which of the executor's slots runs it, from 0
 * @param scope what the attempt holds
 */
public record TaskContext(
        int jobId,
        int stageId,
        int stageAttempt,
        int partition,
        int numPartitions,
        int attemptNumber,
        long attemptId,
        ExecutorId executor,
        int slot,
        TaskScope scope) {

    private static final ThreadLocal<@Nullable TaskContext> CURRENT = new ThreadLocal<>();

    /** Returns the context of the attempt that runs on this thread, or null outside of tasks. */
    public static @Nullable TaskContext get() {
        return CURRENT.get();
    }

    /** Returns whether the attempt was asked to stop. */
    public boolean isInterrupted() {
        return scope.killReason().isPresent();
    }

    /** Runs {@code body} with this context as the thread's current one. */
    public <R extends @Nullable Object> R call(Body<R> body) throws Exception {
        CURRENT.set(this);
        try {
            return body.run();
        } finally {
            CURRENT.remove();
        }
    }

    /** Something to run inside a task. */
    @FunctionalInterface
    public interface Body<R extends @Nullable Object> {

        R run() throws Exception;
    }
}

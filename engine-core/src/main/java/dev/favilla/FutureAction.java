package dev.favilla;

import java.util.List;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * An action that runs while its caller goes on: see {@link RDD#countAsync}.
 *
 * <p><b>Errors.</b> {@link #get} throws an {@link java.util.concurrent.ExecutionException} whose cause is what the action
 * would have thrown, a {@link JobFailedException} for example; a {@link java.util.concurrent.CancellationException} after
 * {@link #cancel}; and the other form a {@link java.util.concurrent.TimeoutException} if it does not end in time, which it
 * may still do later.
 *
 * <p><b>Threads.</b> May be used from any thread. Interrupting a waiting thread does not cancel anything.
 *
 * @param <T> of the result
 */
public interface FutureAction<T extends @Nullable Object> extends Future<T> {

    /**
     * Asks the jobs of this action to stop, and returns at once; attempts may run on for a moment.
     *
     * @param mayInterruptIfRunning ignored: {@link EngineContext#setJobGroup} says whether tasks are interrupted
     * @return false if it has ended already, or was cancelled before
     */
    @Override
    boolean cancel(boolean mayInterruptIfRunning);

    /** Returns the ids of the jobs that it has begun so far, in that order. */
    List<Integer> jobIds();
}

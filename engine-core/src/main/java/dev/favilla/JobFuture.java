package dev.favilla;

import dev.favilla.job.JobOutcome;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** An action of one job. No thread waits for it but those that ask; the first to ask makes the result. */
final class JobFuture<T extends @Nullable Object> implements FutureAction<T> {

    private final JobRunner.Submitted job;
    private final AtomicBoolean cancelled = new AtomicBoolean();

    /** Null before it is made. Guarded by this, as the next. */
    private Actions.@Nullable Present result;

    private @Nullable RuntimeException failure;

    JobFuture(JobRunner.Submitted job) {
        this.job = job;
    }

    @Override
    public List<Integer> jobIds() {
        return List.of(job.handle().jobId());
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        if (job.isEnded() || !cancelled.compareAndSet(false, true)) {
            return false;
        }
        job.handle().cancel(StepwiseAction.CANCELLED);
        return true;
    }

    @Override
    public boolean isCancelled() {
        return cancelled.get();
    }

    @Override
    public boolean isDone() {
        return cancelled.get() || job.isEnded();
    }

    @Override
    public T get() throws InterruptedException, ExecutionException {
        requireNotCancelled();
        return resultOf(job.handle().await());
    }

    @Override
    public T get(long timeout, TimeUnit unit) throws InterruptedException, ExecutionException, TimeoutException {
        requireNotCancelled();
        Duration patience = Duration.ofNanos(unit.toNanos(timeout));
        JobOutcome outcome = job.handle()
                .await(patience)
                .orElseThrow(() -> new TimeoutException(job + " has not ended within " + patience));
        return resultOf(outcome);
    }

    private void requireNotCancelled() {
        if (cancelled.get()) {
            throw new CancellationException(job + " was cancelled");
        }
    }

    private T resultOf(JobOutcome outcome) throws ExecutionException {
        requireNotCancelled();
        synchronized (this) {
            if (result == null && failure == null) {
                try {
                    result = new Actions.Present(job.resultOf(outcome));
                } catch (RuntimeException e) {
                    failure = e;
                }
            }
            if (result == null) {
                throw new ExecutionException(failure);
            }
            return RDDActions.result(result.value());
        }
    }

    @Override
    public String toString() {
        return job.toString();
    }
}

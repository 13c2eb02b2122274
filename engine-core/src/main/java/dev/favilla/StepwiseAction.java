package dev.favilla;

import dev.favilla.scheduler.JobHandle;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** An action of several jobs, one after the other, which a thread of its own submits and waits for. */
final class StepwiseAction<T extends @Nullable Object> extends FutureTask<T> implements FutureAction<T> {

    /** Why its jobs end. */
    static final String CANCELLED = "its FutureAction was cancelled";

    private final Jobs jobs;

    private StepwiseAction(Jobs jobs, Function<Consumer<JobHandle>, T> steps) {
        super(() -> steps.apply(jobs::begun));
        this.jobs = jobs;
    }

    /** @param steps do it all, and say of each job that it has begun; what that throws ends them */
    static <T extends @Nullable Object> StepwiseAction<T> of(Function<Consumer<JobHandle>, T> steps) {
        return new StepwiseAction<>(new Jobs(), steps);
    }

    @Override
    public List<Integer> jobIds() {
        return jobs.ids();
    }

    @Override
    public boolean cancel(boolean mayInterruptIfRunning) {
        boolean first = super.cancel(false); // its thread ends by itself, when its job has
        if (first) {
            jobs.cancel();
        }
        return first;
    }

    /** The jobs that were begun. */
    private static final class Jobs {

        private final List<JobHandle> begun = new ArrayList<>();
        private boolean cancelled;

        synchronized void begun(JobHandle job) {
            begun.add(job);
            if (cancelled) {
                job.cancel(CANCELLED);
            }
        }

        synchronized void cancel() {
            cancelled = true;
            begun.forEach(job -> job.cancel(CANCELLED)); // those that have ended do not mind
        }

        synchronized List<Integer> ids() {
            return begun.stream().map(JobHandle::jobId).toList();
        }
    }
}

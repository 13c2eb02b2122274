package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.job.JobOutcome;
import dev.favilla.stats.PartialResult;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The estimate of an approximate action, and its job. The scheduler is asked once for what partitions have left so far, when
 * the time is over; estimates, and the results of all partitions, are put together by whoever asks for them.
 */
final class ApproximateResult<R> implements PartialResult<R> {

    private final JobRunner.Submitted job;
    private final AfterEnd afterEnd;
    private final R initialValue;
    private final boolean initialValueFinal;

    private ApproximateResult(JobRunner.Submitted job, AfterEnd afterEnd, R initialValue, boolean initialValueFinal) {
        this.job = job;
        this.afterEnd = afterEnd;
        this.initialValue = initialValue;
        this.initialValueFinal = initialValueFinal;
    }

    /**
     * Begins a job and waits for it as long as {@code patience} has it.
     *
     * @param afterEnd told when the job has ended
     */
    static <R> PartialResult<R> begin(
            JobRunner jobs,
            JobRunner.Request request,
            Approximation<R> action,
            JobRunner.Patience patience,
            AfterEnd afterEnd) {
        JobRunner.Submitted job = jobs.start(request, afterEnd::ended);
        Optional<JobOutcome> ended = job.await(patience);
        if (ended.isEmpty()) {
            Optional<List<@Nullable Object>> staged = job.staged();
            if (staged.isPresent()) {
                R estimate = action.estimate(staged.get(), request.partitions().size());
                return new ApproximateResult<>(job, afterEnd, estimate, false);
            }
        }
        JobOutcome outcome = ended.orElseGet(job::await); // has ended in the meantime
        return new ApproximateResult<>(job, afterEnd, RDDActions.result(job.resultOf(outcome)), true);
    }

    @Override
    public R initialValue() {
        return initialValue;
    }

    @Override
    public boolean isInitialValueFinal() {
        return initialValueFinal;
    }

    @Override
    public R getFinalValue() {
        return RDDActions.result(job.resultOf(job.await()));
    }

    @Override
    public PartialResult<R> onComplete(Consumer<? super R> handler) {
        Consumer<? super R> complete = notNull(handler, "handler");
        afterEnd.add(() -> end(complete, failure -> {}));
        return this;
    }

    @Override
    public PartialResult<R> onFail(Consumer<? super RuntimeException> handler) {
        Consumer<? super RuntimeException> fail = notNull(handler, "handler");
        afterEnd.add(() -> end(result -> {}, fail));
        return this;
    }

    private void end(Consumer<? super R> complete, Consumer<? super RuntimeException> fail) {
        R result;
        try {
            result = getFinalValue();
        } catch (EngineException e) {
            fail.accept(e);
            return;
        }
        complete.accept(result);
    }

    @Override
    public void cancel() {
        job.handle().cancel("its PartialResult was cancelled");
    }

    @Override
    public String toString() {
        return "PartialResult[" + job + ", initialValue=" + initialValue + ", isInitialValueFinal=" + initialValueFinal
                + "]";
    }
}

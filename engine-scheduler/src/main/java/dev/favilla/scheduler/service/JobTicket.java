package dev.favilla.scheduler.service;

import dev.favilla.scheduler.JobFailure;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.JobReport;
import dev.favilla.scheduler.JobRequest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What whoever submitted a job waits with. The first outcome it is told stays. May be used from any thread. */
final class JobTicket implements JobHandle {

    private final int jobId;
    private final JobRequest request;
    private final Instant submitted;
    private final Consumer<String> cancel;
    private final CountDownLatch ended = new CountDownLatch(1);
    private final AtomicReference<@Nullable JobOutcome> outcome = new AtomicReference<>();

    /**
     * @param submitted when the job was submitted
     * @param cancel asks for the job's cancellation, with a reason
     */
    JobTicket(int jobId, JobRequest request, Instant submitted, Consumer<String> cancel) {
        this.jobId = jobId;
        this.request = request;
        this.submitted = submitted;
        this.cancel = cancel;
    }

    @Override
    public int jobId() {
        return jobId;
    }

    @Override
    public JobOutcome await() throws InterruptedException {
        ended.await();
        return outcome().orElseThrow();
    }

    @Override
    public Optional<JobOutcome> await(Duration timeout) throws InterruptedException {
        return ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS) ? outcome() : Optional.empty();
    }

    @Override
    public void cancel(String reason) {
        if (outcome().isEmpty()) {
            cancel.accept(reason);
        }
    }

    /** Wakes whoever waits. Only the first call does anything. */
    void complete(JobOutcome end) {
        if (outcome.compareAndSet(null, end)) {
            ended.countDown();
        }
    }

    /** Completes the ticket for a job that the state machine can say nothing of any more. */
    void abort(String reason, @Nullable Throwable error, Instant now) {
        Duration duration = Duration.between(submitted, now);
        complete(new JobOutcome.Failed(
                new JobFailure.Aborted(reason, error), new JobReport(jobId, request.callSite(), List.of(), duration)));
    }

    private Optional<JobOutcome> outcome() {
        return Optional.ofNullable(outcome.get());
    }

    @Override
    public String toString() {
        return "job " + jobId + " (" + request.callSite() + ")";
    }
}

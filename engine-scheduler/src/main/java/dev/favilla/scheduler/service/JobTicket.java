package dev.favilla.scheduler.service;

import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.status.JobReport;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The handle with which a submitter waits for its job. The first outcome that it is told stays. May be used from any
 * thread.
 *
 * <p><b>Failures.</b> A waiter that is thrown out by an error of its own thread wants the job no longer. All that it
 * does then for certain is to write a field, as there may be no stack for more; the scheduler looks for such tickets.
 */
final class JobTicket implements JobHandle {

    private final int jobId;
    private final JobRequest request;
    private final Instant submitted;
    private final InstantSource clock;
    private final Consumer<String> cancel;
    private final Unwanted tickets;
    private final CountDownLatch ended = new CountDownLatch(1);

    /** Null, then an {@link AbortReason} or a {@link JobOutcome}; the first is made the second by whoever asks. */
    private final AtomicReference<@Nullable Object> end = new AtomicReference<>();

    /** What is run when the job has ended; taken by whoever runs it. */
    private final AtomicReference<@Nullable Runnable> follower = new AtomicReference<>();

    private volatile boolean unwanted;

    /**
     * @param clock tells when the job was submitted and, if it is aborted, how long it took
     * @param cancel asks for the job's cancellation, with a reason
     * @param tickets told when this ticket becomes unwanted
     */
    JobTicket(int jobId, JobRequest request, InstantSource clock, Consumer<String> cancel, Unwanted tickets) {
        this.jobId = jobId;
        this.request = request;
        this.submitted = clock.instant();
        this.clock = clock;
        this.cancel = cancel;
        this.tickets = tickets;
    }

    /** Whether there are tickets that nobody waits with any more. */
    static final class Unwanted {

        /** Set after the ticket's own field; taken back before the tickets are looked at. */
        volatile boolean any;
    }

    @Override
    public int jobId() {
        return jobId;
    }

    @Override
    public JobOutcome await() throws InterruptedException {
        try {
            ended.await();
            return outcome().orElseThrow();
        } catch (StackOverflowError | OutOfMemoryError e) {
            unwanted = true; // without a call: there may be no stack for one
            tickets.any = true;
            throw e;
        }
    }

    @Override
    public Optional<JobOutcome> await(Duration timeout) throws InterruptedException {
        return ended.await(timeout.toNanos(), TimeUnit.NANOSECONDS) ? outcome() : Optional.empty();
    }

    @Override
    public void whenEnded(Runnable then) {
        follower.set(then);
        if (isEnded()) {
            follow();
        }
    }

    private void follow() {
        Runnable then = follower.getAndSet(null);
        if (then != null) {
            then.run();
        }
    }

    @Override
    public boolean isEnded() {
        return ended.getCount() == 0;
    }

    @Override
    public void cancel(String reason) {
        if (ended.getCount() > 0) {
            cancel.accept(reason);
        }
    }

    /** Returns whether nobody waits for the job any more, because of an error in the waiting thread. */
    boolean isUnwanted() {
        return unwanted;
    }

    /** Says that nobody waits for the job. */
    void forget() {
        unwanted = true;
        tickets.any = true;
    }

    /** Wakes whoever waits. Only the first call does anything. */
    void complete(JobOutcome outcome) {
        if (end.compareAndSet(null, outcome)) {
            ended.countDown();
            follow();
        }
    }

    /** Wakes whoever waits for a job that the state machine can say nothing of any more. Takes no memory. */
    void abort(AbortReason reason) {
        if (end.compareAndSet(null, reason)) {
            ended.countDown();
        }
    }

    @Override
    public Optional<JobOutcome> outcome() {
        Object told = end.get();
        if (told instanceof AbortReason reason) {
            Duration duration = Duration.between(submitted, clock.instant());
            JobReport report = new JobReport(jobId, request.callSite(), List.of(), duration);
            JobOutcome outcome = new JobOutcome.Failed(reason.failure(), report);
            end.compareAndSet(told, outcome); // else another was quicker
            told = end.get();
        }
        return Optional.ofNullable((JobOutcome) told);
    }

    @Override
    public String toString() {
        return "job " + jobId + " (" + request.callSite() + ")";
    }
}

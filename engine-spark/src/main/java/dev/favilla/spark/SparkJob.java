package dev.favilla.spark;

import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.status.JobReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A job of ours that Spark runs, from its submission to its end. */
final class SparkJob implements JobHandle {

    /** Where the results of partitions that have not ended are. */
    private static final Object MISSING = new Object();

    private final int id;
    private final String group;
    private final JobRequest request;
    private final Consumer<SparkJob> canceller;
    private final List<@Nullable Object> staged;
    private final CountDownLatch end = new CountDownLatch(1);

    /** Guarded by this, as all below. */
    private @Nullable JobOutcome outcome;

    private @Nullable String cancelled;

    /** Whether it was cancelled because nobody is there any more to run it for. */
    private boolean closed;

    private @Nullable Runnable then;

    /**
     * @param group the name that Spark knows it by: no other job of that context of Spark's has it
     * @param canceller has Spark stop it
     */
    SparkJob(int id, String group, JobRequest request, Consumer<SparkJob> canceller) {
        this.id = id;
        this.group = group;
        this.request = request;
        this.canceller = canceller;
        this.staged = new ArrayList<>(Collections.nCopies(request.partitions().size(), MISSING));
    }

    @Override
    public int jobId() {
        return id;
    }

    JobRequest request() {
        return request;
    }

    /** Returns the name that Spark knows it by. */
    String group() {
        return group;
    }

    /** Keeps the result of the partition at {@code place} of the request. */
    synchronized void stage(int place, @Nullable Object result) {
        staged.set(place, result);
    }

    /** Returns what has come so far. */
    synchronized List<@Nullable Object> staged() {
        return staged.stream().filter(result -> result != MISSING).collect(ArrayList::new, List::add, List::addAll);
    }

    void end(JobOutcome how) {
        Runnable waiting;
        synchronized (this) {
            outcome = how;
            waiting = then;
        }
        end.countDown();
        if (waiting != null) {
            waiting.run();
        }
    }

    /** Returns why it was cancelled; null if it was not. */
    synchronized @Nullable String cancelled() {
        return cancelled;
    }

    /** Cancels it because its context is closed, which is a failure to those who wait for it. */
    void close(String reason) {
        synchronized (this) {
            closed = outcome == null && cancelled == null;
        }
        cancel(reason);
    }

    /** Returns how it ends when nothing else than a call of {@link #cancel} or {@link #close} has ended it. */
    synchronized JobOutcome unwanted(String reason, JobReport report) {
        return closed
                ? new JobOutcome.Failed(
                        new JobFailure.Aborted(
                                "The engine was closed: " + reason + ". Open another context to run jobs.", null),
                        report)
                : new JobOutcome.Cancelled(reason, report);
    }

    @Override
    public JobOutcome await() throws InterruptedException {
        end.await();
        return outcome().orElseThrow();
    }

    @Override
    public Optional<JobOutcome> await(Duration timeout) throws InterruptedException {
        return end.await(timeout.toNanos(), TimeUnit.NANOSECONDS) ? outcome() : Optional.empty();
    }

    @Override
    public void whenEnded(Runnable run) {
        synchronized (this) {
            then = run;
            if (outcome == null) {
                return;
            }
        }
        run.run();
    }

    @Override
    public boolean isEnded() {
        return end.getCount() == 0;
    }

    @Override
    public synchronized Optional<JobOutcome> outcome() {
        return Optional.ofNullable(outcome);
    }

    @Override
    public void cancel(String reason) {
        synchronized (this) {
            if (outcome != null || cancelled != null) {
                return;
            }
            cancelled = reason;
        }
        canceller.accept(this);
    }

    @Override
    public String toString() {
        return "job " + id + " (" + request.callSite() + ")";
    }
}

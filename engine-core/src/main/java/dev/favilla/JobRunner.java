package dev.favilla;

import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Prepared;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.SerializedValue;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.status.JobReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Submits the actions of one context, waits for them, and makes results of what comes back. Used from any thread. */
final class JobRunner {

    private static final int RECENT_JOBS = 100;

    private final Engine engine;
    private final DatasetSettings datasets;
    private final Variables variables;
    private final HeapShare heap;

    /** The reports of the last jobs, each in the place that its number gives. */
    private final AtomicReferenceArray<@Nullable JobReport> recent = new AtomicReferenceArray<>(RECENT_JOBS);

    private final AtomicInteger ended = new AtomicInteger();

    /** Whether anything was made that may have to be prepared: without that no lineage is searched. */
    private volatile boolean preparing;

    JobRunner(Engine engine, DatasetSettings datasets, Variables variables, HeapShare heap) {
        this.engine = engine;
        this.variables = variables;
        this.heap = heap;
        this.datasets = datasets;
    }

    /** Says that something is about to be made that may have to be prepared. */
    void expectPreparation() {
        preparing = true;
    }

    /** Returns whether something of a lineage must be prepared before a job can compute it. */
    boolean needsPreparation(LineageNode target) {
        return preparing && !Preparation.missingFor(target).isEmpty();
    }

    /**
     * Runs an action and waits for its result. Interrupting the waiting thread cancels the job.
     *
     * @param begun told of each job that is submitted for it
     */
    @Nullable
    Object run(Request request, Consumer<JobHandle> begun) {
        prepare(request, begun);
        Submitted job = submit(request);
        JobOutcome outcome;
        try {
            begun.accept(job.handle);
            outcome = job.await();
        } finally {
            forget(job.handle.jobId());
        }
        remember(outcome.report());
        return job.resultOf(outcome);
    }

    /** Begins a job for an action; there must be nothing to prepare. Nobody needs to wait for it. */
    Submitted start(Request request) {
        return start(request, () -> {});
    }

    /**
     * As {@link #start(Request)}.
     *
     * @param ended run when the job has ended: see {@link JobHandle#whenEnded}
     */
    Submitted start(Request request, Runnable ended) {
        Submitted job = submit(request);
        job.handle.whenEnded(() -> {
            forget(job.handle.jobId());
            job.handle.outcome().map(JobOutcome::report).ifPresent(this::remember);
            ended.run();
        });
        return job;
    }

    private Submitted submit(Request request) {
        Map<Integer, String> names = datasets.names();
        JobHandle handle = engine.scheduler()
                .submit(new JobRequest(
                        request.target(),
                        request.partitions(),
                        request.action(),
                        datasets.levels(),
                        names,
                        request.site(),
                        request.properties(),
                        null));
        return new Submitted(handle, request, names);
    }

    private void forget(int jobId) {
        engine.results().end(jobId);
        engine.executors().endJob(jobId);
    }

    /** Prepares what a job computes, parents first. */
    void prepare(Request request, Consumer<JobHandle> begun) {
        if (!preparing) {
            return;
        }
        for (Prepared part : Preparation.missingFor(request.target())) {
            part.prepare(new PreparatoryJobs(
                    (needed, partitions, action) ->
                            run(new Request(needed, partitions, action, request.site(), request.properties()), begun),
                    variables));
            if (!part.isPrepared()) {
                throw new IllegalStateException(part + " is not prepared although its jobs were run: its prepare must"
                        + " keep what it has found, and its isPrepared tell so.");
            }
        }
    }

    /**
     * What is asked for.
     *
     * @param properties what the job takes over from its caller's thread
     */
    record Request(
            LineageNode target, List<Integer> partitions, Action action, CallSite site, JobProperties properties) {}

    /** For how long somebody waits for a job. */
    @FunctionalInterface
    interface Patience {

        /** Returns how the job has ended; empty if it was not waited for any longer. */
        Optional<JobOutcome> await(JobHandle job) throws InterruptedException;
    }

    /** A job that was begun. */
    final class Submitted {

        private final JobHandle handle;
        private final Request request;
        private final Map<Integer, String> names;

        private Submitted(JobHandle handle, Request request, Map<Integer, String> names) {
            this.handle = handle;
            this.request = request;
            this.names = names;
        }

        JobHandle handle() {
            return handle;
        }

        boolean isEnded() {
            return handle.isEnded();
        }

        /** Waits for the end. Interrupting the waiting thread cancels the job. */
        JobOutcome await() {
            try {
                return handle.await();
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }

        /** Waits for the end as long as {@code patience} has it; empty if that was too short. As {@link #await()}. */
        Optional<JobOutcome> await(Patience patience) {
            try {
                return patience.await(handle);
            } catch (InterruptedException e) {
                throw interrupted();
            }
        }

        private JobCancelledException interrupted() {
            String reason = "the thread that waited for it was interrupted";
            handle.cancel(reason);
            Thread.currentThread().interrupt();
            return new JobCancelledException(handle.jobId(), request.site(), reason);
        }

        /** Makes the result of what the job came to, or throws what it failed with. */
        @Nullable
        Object resultOf(JobOutcome outcome) {
            try {
                return result(outcome, handle.jobId(), request.action(), request.site(), names);
            } catch (SerializationException e) {
                throw unreadable(e);
            }
        }

        /** Returns the results that partitions have left so far, while the job runs; empty once it has ended. */
        Optional<List<@Nullable Object>> staged() {
            try {
                return engine.scheduler().staged(handle.jobId()).map(JobRunner.this::plain);
            } catch (SerializationException e) {
                throw unreadable(e);
            }
        }

        private JobFailedException unreadable(SerializationException error) {
            String reason = "its results came back as bytes that cannot be read: " + error.getMessage();
            return new JobFailedException(handle.jobId(), request.site(), new JobFailure.Aborted(reason, error), names);
        }

        @Override
        public String toString() {
            return "job " + handle.jobId() + " (" + request.site() + ")";
        }
    }

    private @Nullable Object result(
            JobOutcome outcome, int jobId, Action action, CallSite site, Map<Integer, String> names) {
        if (outcome instanceof JobOutcome.Staged staged) {
            return merge(action, plain(staged.staged()));
        }
        if (outcome instanceof JobOutcome.Merged merged) {
            return SerializedValue.plain(merged.result(), engine.serializer());
        }
        if (outcome instanceof JobOutcome.Failed failed) {
            throw HeapShare.ranOut(failed.failure())
                    ? new OutOfHeapException(jobId, site, failed.failure(), names, heap)
                    : new JobFailedException(jobId, site, failed.failure(), names);
        }
        throw new JobCancelledException(jobId, site, ((JobOutcome.Cancelled) outcome).reason());
    }

    private List<@Nullable Object> plain(List<@Nullable Object> staged) {
        if (!engine.isolated()) {
            return staged;
        }
        Serializer serializer = engine.serializer();
        List<@Nullable Object> plain = new ArrayList<>(staged.size());
        for (Object value : staged) {
            plain.add(SerializedValue.plain(value, serializer));
        }
        return plain;
    }

    private static @Nullable Object merge(Action action, List<@Nullable Object> staged) {
        try {
            return action.merge(staged);
        } catch (RuntimeException e) {
            throw e;
        } catch (Exception e) {
            throw new IllegalStateException("merging the results of " + action.name() + " failed: a bug in Favilla", e);
        }
    }

    private void remember(JobReport report) {
        recent.set(Math.floorMod(ended.getAndIncrement(), RECENT_JOBS), report);
    }

    /** Returns what the jobs did that ended last, the newest last. */
    List<JobReport> recent() {
        List<JobReport> reports = new ArrayList<>(RECENT_JOBS);
        int next = ended.get();
        for (int place = next; place < next + RECENT_JOBS; place++) {
            JobReport report = recent.get(Math.floorMod(place, RECENT_JOBS));
            if (report != null) {
                reports.add(report);
            }
        }
        return List.copyOf(reports);
    }
}

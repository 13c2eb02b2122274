package dev.favilla.spark;

import dev.favilla.attempt.TaskScope;
import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.lineage.Action;
import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.TaskAccumulators;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.spi.RemoteExecutor;
import dev.favilla.status.JobReport;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.Locality;
import dev.favilla.task.TaskError;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.spark.SparkContext;
import org.apache.spark.TaskContext;
import org.jspecify.annotations.Nullable;
import scala.collection.Iterator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/** What the thread of one job does: has Spark run it, and makes an outcome of how it ended. */
final class JobRun implements Runnable {

    private static final Duration LISTENER_PATIENCE = Duration.ofSeconds(5);
    private static final int MAX_CAUSES = 64;

    private final SparkJob job;
    private final SparkContext spark;
    private final RemoteExecutor here;
    private final AccumulatorRegistry accumulators;
    private final Translation translation;
    private final MapUpdates mapUpdates;
    private final JobWatch watch;
    private final long begun = System.nanoTime();

    /** What tasks have added, by the place of their partition. */
    private final Map<Integer, List<AccumulatorUpdate>> updates = new TreeMap<>();

    JobRun(SparkJob job, SparkScheduler.Parts parts) {
        this.job = job;
        this.spark = parts.spark();
        this.here = parts.driver().here();
        this.accumulators = parts.driver().accumulators();
        this.translation = parts.translation();
        this.mapUpdates = parts.mapUpdates();
        this.watch = parts.watch();
    }

    @Override
    public void run() {
        JobWatch.Watched watched = watch.watch(job.group(), () -> {
            if (job.cancelled() != null) {
                spark.cancelJobGroup(job.group());
            }
        });
        JobOutcome outcome;
        try {
            outcome = outcome(watched);
        } catch (Throwable t) { // the root of the thread; who waits for the job is to be told
            outcome = failed(t, watched);
        }
        watch.forget(job.group());
        job.end(outcome);
    }

    private JobOutcome outcome(JobWatch.Watched watched) throws Exception {
        JobRequest request = job.request();
        if (job.cancelled() == null && !request.partitions().isEmpty()) {
            tellSpark(request.properties());
            submit(translation.ofAction(request.target(), request.action(), request.persisted()));
            watched.awaitEnd(LISTENER_PATIENCE);
        }
        String reason = job.cancelled();
        mapUpdates.apply();
        if (reason != null) {
            return job.unwanted(reason, report(watched));
        }
        JobOutcome outcome = request.action().mergesInSlot()
                ? merged(request.action(), watched)
                : new JobOutcome.Staged(job.staged(), report(watched));
        if (!(outcome instanceof JobOutcome.Failed)) {
            updates.values().forEach(accumulators::apply);
        }
        return outcome;
    }

    private void tellSpark(JobProperties properties) {
        spark.setJobGroup(
                job.group(),
                properties.description().isEmpty() ? job.request().callSite().toString() : properties.description(),
                properties.interruptOnCancel());
        spark.setLocalProperty(SparkAttempt.JOB, Integer.toString(job.jobId()));
        spark.setLocalProperty("callSite.short", job.request().callSite().toString());
        properties.local().forEach((key, value) -> spark.setLocalProperty(SparkAttempt.USERS + key, value));
        String pool = properties.local().get(JobProperties.POOL);
        if (pool != null && !pool.isBlank()) {
            spark.setLocalProperty("spark.scheduler.pool", pool);
        }
    }

    private void submit(StageRdd rdd) {
        List<Integer> partitions = job.request().partitions();
        List<Object> boxed = new ArrayList<>(partitions);
        spark.runJob(
                rdd,
                new First(),
                CollectionConverters.asScala(boxed).toSeq(),
                new AbstractFunction2<Object, Object, BoxedUnit>() {
                    @Override
                    public BoxedUnit apply(Object place, Object result) {
                        take((Integer) place, (Parcel) result);
                        return BoxedUnit.UNIT;
                    }
                },
                ClassTag$.MODULE$.apply(Object.class));
    }

    /** Called by Spark, for one partition after the other. */
    private void take(int place, Parcel result) {
        List<@Nullable Object> values = result.open(here);
        updates.put(place, MapUpdates.listed(values.subList(1, values.size())));
        job.stage(place, values.get(0));
    }

    private JobOutcome merged(Action action, JobWatch.Watched watched) {
        try {
            return new JobOutcome.Merged(merge(action), report(watched));
        } catch (Throwable t) { // user code may throw anything, and is told of as if a task had thrown it
            List<Integer> stages = watched.stageIds();
            JobFailure failure = new JobFailure.TaskFailed(
                    stages.isEmpty() ? 0 : stages.get(stages.size() - 1),
                    job.request().callSite().toString(),
                    0,
                    1,
                    "the driver, which merges results",
                    TaskError.of(t),
                    List.of());
            return new JobOutcome.Failed(failure, report(watched));
        }
    }

    private @Nullable Object merge(Action action) throws Exception {
        List<@Nullable Object> staged = job.staged();
        TaskSpec spec = new TaskSpec(
                -1L - job.jobId(),
                job.jobId(),
                0,
                0,
                0,
                1,
                0,
                Locality.ANY,
                new TaskWork.MergeResults(action, staged, null),
                InputSnapshot.NONE,
                Map.of(),
                new HashMap<>(job.request().properties().local()));
        try (TaskScope scope =
                new TaskScope(spec.attemptId(), spec, here.memory().openTask(spec, job.jobId()))) {
            here.enter(scope);
            return new RunningTask(spec, here.id(), 0, scope, () -> true)
                    .call(() -> {
                        Object result = action.mergeInSlot(staged, scope);
                        updates.put(staged.size(), TaskAccumulators.updates(scope)); // after those of all partitions
                        return Collections.singletonList(result);
                    })
                    .get(0);
        }
    }

    private JobReport report(JobWatch.Watched watched) {
        return new JobReport(
                job.jobId(), job.request().callSite(), watched.reports(), Duration.ofNanos(System.nanoTime() - begun));
    }

    private JobOutcome failed(Throwable thrown, JobWatch.Watched watched) {
        try {
            watched.awaitEnd(LISTENER_PATIENCE);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // the history may be short then
        }
        mapUpdates.apply();
        String reason = job.cancelled();
        return reason != null
                ? job.unwanted(reason, report(watched))
                : new JobOutcome.Failed(failure(thrown, watched), report(watched));
    }

    private static JobFailure failure(Throwable thrown, JobWatch.Watched watched) {
        Throwable cause = thrown;
        for (int i = 0; i < MAX_CAUSES && cause != null; i++) {
            if (cause instanceof RemoteTaskException remote && remote.getCause() != null) {
                return new JobFailure.TaskFailed(
                        remote.stage(),
                        watched.nameOf(remote.stage()),
                        remote.partition(),
                        remote.attempt() + 1,
                        "executor " + remote.executor() + " of Spark",
                        TaskError.of(remote.getCause()),
                        watched.historyOf(remote.stage(), remote.partition(), remote.attempt()));
            }
            cause = cause.getCause();
        }
        String text = String.valueOf(thrown.getMessage());
        if (text.contains("ClassNotFoundException: dev.favilla")) {
            return new JobFailure.Aborted(
                    "the executors of Spark do not have Favilla's classes. Name its jars, as in spark-submit --jars"
                            + " engine-spark.jar,engine-core.jar,..., or --conf spark.jars=..., or put them on"
                            + " spark.executor.extraClassPath. Spark said: " + text,
                    thrown);
        }
        return new JobFailure.Aborted(text, thrown);
    }

    /** The one element of a partition, which is the result of its work. */
    private static final class First extends AbstractFunction2<TaskContext, Iterator<Object>, Object>
            implements Serializable {

        private static final long serialVersionUID = 1L;

        @Override
        public Object apply(TaskContext context, Iterator<Object> elements) {
            return elements.next();
        }
    }
}

package dev.favilla.spark;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import dev.favilla.job.JobProperties;
import dev.favilla.scheduler.ExecutorBackend;
import dev.favilla.scheduler.ExecutorMaker;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.JobScheduler;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.spi.Cluster;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerTables;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.spark.SparkContext;
import org.apache.spark.broadcast.Broadcast;
import org.jspecify.annotations.Nullable;
import scala.reflect.ClassTag$;

/**
 * Has Spark run the jobs of a context: one thread of ours for each waits for it, and merges results by functions of the
 * user's where that is asked for. What only executors of our own can do is refused.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
final class SparkScheduler implements JobScheduler {

    private final Parts parts;
    private final SparkExecutors executors;
    private final SparkBroadcastTable broadcasts;
    private final Broadcast<Lease> lease;

    /** Tasks that run in this process. */
    private final ExecutorHome here;

    private final Runnable disconnect;
    private final AtomicInteger nextJob = new AtomicInteger();
    private final Map<Integer, SparkJob> running = new ConcurrentHashMap<>();
    private final Map<String, String> cancelledGroups = new ConcurrentHashMap<>();
    private final AtomicBoolean closed = new AtomicBoolean();

    /** What the jobs of a context work with. */
    record Parts(
            SparkContext spark,
            Cluster.Driver driver,
            Translation translation,
            MapUpdates mapUpdates,
            JobWatch watch) {}

    /** @param disconnect ends what was connected */
    SparkScheduler(SparkContext spark, Cluster.Driver driver, Runnable disconnect) {
        this.broadcasts = new SparkBroadcastTable(spark, driver);
        Updates updates = new Updates();
        spark.register(updates, "favilla");
        this.lease = spark.broadcast(new Lease(driver.executors()), ClassTag$.MODULE$.apply(Lease.class));
        Translation translation = new Translation(spark, driver, lease, updates, broadcasts::all);
        MapUpdates mapUpdates = new MapUpdates(updates, driver.accumulators(), driver.here());
        JobWatch watch = new JobWatch();
        spark.addSparkListener(watch);
        this.here = ExecutorHome.adopt(driver.executors().context(), driver.here());
        this.parts = new Parts(spark, driver, translation, mapUpdates, watch);
        this.executors = new SparkExecutors(spark, translation, broadcasts);
        this.disconnect = disconnect;
    }

    @Override
    public JobHandle submit(JobRequest request) {
        if (closed.get()) {
            throw new IllegalStateException("The context is closed");
        }
        if (parts.spark().isStopped()) {
            throw new IllegalStateException("Spark's context has been stopped, by the program or because its master or"
                    + " all executors were lost. Open another context.");
        }
        int id = nextJob.getAndIncrement();
        SparkJob job =
                new SparkJob(id, groupOf(id), request, ended -> parts.spark().cancelJobGroup(ended.group()));
        running.put(job.jobId(), job);
        JobProperties properties = request.properties();
        String unwanted = properties.group() == null ? null : cancelledGroups.get(properties.group());
        if (unwanted != null) {
            job.cancel(unwanted);
        }
        Runnable run = new JobRun(job, parts);
        parts.driver().slots().newThread(() -> run(job, run)).start();
        Duration deadline = properties.deadline();
        if (deadline != null) {
            CompletableFuture.delayedExecutor(deadline.toMillis(), TimeUnit.MILLISECONDS)
                    .execute(() -> job.cancel("it took longer than its deadline of " + deadline));
        }
        return job;
    }

    /** Several contexts may share one of Spark's. */
    private String groupOf(int job) {
        return "favilla-"
                + Long.toHexString(parts.driver().executors().context().bits()) + "-job-" + job;
    }

    private void run(SparkJob job, Runnable run) {
        try {
            run.run();
        } finally {
            running.remove(job.jobId());
        }
    }

    @Override
    public Optional<List<@Nullable Object>> staged(int jobId) {
        return Optional.ofNullable(running.get(jobId)).map(SparkJob::staged);
    }

    @Override
    public void cancel(JobSelector jobs, String reason) {
        if (jobs instanceof JobSelector.InGroup group && group.alsoFuture()) {
            cancelledGroups.put(group.group(), reason);
        }
        for (SparkJob job : List.copyOf(running.values())) {
            if (isMeant(job, jobs)) {
                job.cancel(reason);
            }
        }
    }

    private static boolean isMeant(SparkJob job, JobSelector jobs) {
        JobProperties properties = job.request().properties();
        if (jobs instanceof JobSelector.One one) {
            return one.jobId() == job.jobId();
        }
        if (jobs instanceof JobSelector.InGroup group) {
            return group.group().equals(properties.group());
        }
        if (jobs instanceof JobSelector.WithTag tagged) {
            return properties.tags().contains(tagged.tag());
        }
        if (jobs instanceof JobSelector.UsingStage) {
            throw notThere("Cancelling a stage", "cancel its job");
        }
        return true;
    }

    private static UnsupportedOperationException notThere(String what, String instead) {
        return new UnsupportedOperationException(what + " is not supported through Spark: " + instead + ".");
    }

    @Override
    public void killAttempt(long attemptId, String reason) {
        throw notThere("Killing an attempt", "use SparkContext.killTaskAttempt");
    }

    @Override
    public void addExecutor(ExecutorMaker executor) {
        throw notThere(
                "Adding an executor", "Spark adds them, as spark.executor.instances or its cluster manager says");
    }

    @Override
    public List<ExecutorBackend> executors() {
        return List.of(executors);
    }

    @Override
    public void drainExecutor(ExecutorId executor) {
        throw notThere("Draining an executor", "decommission its worker");
    }

    @Override
    public void loseExecutor(ExecutorId executor, String reason) {
        throw notThere("Dropping an executor", "use SparkContext.killExecutors");
    }

    @Override
    public void replaceExecutor(ExecutorId executor, String reason, ExecutorMaker replacement) {
        throw notThere("Replacing an executor", "use SparkContext.killExecutors");
    }

    @Override
    public SchedulerStatus status() {
        List<SchedulerStatus.JobStatus> jobs = new ArrayList<>();
        for (SparkJob job : running.values()) {
            JobProperties properties = job.request().properties();
            jobs.add(new SchedulerStatus.JobStatus(
                    job.jobId(),
                    job.request().callSite(),
                    properties.group(),
                    Set.copyOf(properties.tags()),
                    SchedulerStatus.State.RUNNING,
                    List.of()));
        }
        int slots = parts.spark().isStopped() ? 0 : parts.spark().defaultParallelism();
        int tasks = Math.max(running.size(), here.taskCount()); // those of a job that was cancelled may go on
        return new SchedulerStatus(
                jobs, List.of(), List.of(new SchedulerStatus.ExecutorStatus(executors.id(), slots, tasks, false)));
    }

    @Override
    public void addListener(EngineListener listener) {
        throw notThere("Listening to the engine's events", "add a SparkListener to Spark's context");
    }

    @Override
    public void removeListener(EngineListener listener) {
        // none was ever added
    }

    @Override
    public void publish(EngineEvent.Extension event) {
        // nobody listens
    }

    @Override
    public void unpersist(int rddId) {
        parts.translation().unpersist(rddId);
    }

    @Override
    public void release(int shuffleId) {
        parts.translation().release(shuffleId);
        parts.mapUpdates().forget(shuffleId);
    }

    @Override
    public SchedulerTables tables() {
        return new SchedulerTables(
                running.size(), 0, 0, here.taskCount(), parts.translation().shuffleCount(), 1);
    }

    @Override
    public long droppedEvents() {
        return 0;
    }

    @Override
    public List<String> close(Duration deadline) {
        if (!closed.compareAndSet(false, true)) {
            return List.of();
        }
        List<String> stuck = new ArrayList<>();
        try {
            endJobs(System.nanoTime() + deadline.toNanos(), stuck);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        disconnect.run();
        if (!parts.spark().isStopped()) {
            giveBack();
        }
        ExecutorHome.close(parts.driver().executors().context());
        return stuck;
    }

    /** Ends what runs, and adds what does not end in time to {@code stuck}. */
    private void endJobs(long end, List<String> stuck) throws InterruptedException {
        List<SparkJob> left = List.copyOf(running.values());
        left.forEach(job -> job.close("its context was closed"));
        for (SparkJob job : left) {
            if (job.await(until(end)).isEmpty()) {
                stuck.add(job + " goes on in Spark");
            }
        }
        here.attempts().values().forEach(attempt -> attempt.stop("its context was closed"));
        int tasks = here.awaitNoTasks(until(end));
        if (tasks > 0) {
            stuck.add(tasks + " tasks go on in this process");
        }
    }

    private static Duration until(long end) {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    /** Leaves a context of Spark's that others use with nothing of ours, in no process. */
    private void giveBack() {
        parts.spark().removeSparkListener(parts.watch());
        parts.translation().close();
        broadcasts.close();
        lease.destroy();
    }
}

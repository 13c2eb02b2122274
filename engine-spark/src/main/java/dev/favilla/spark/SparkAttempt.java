package dev.favilla.spark;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.LineageBinary;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.Sink;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.TaskAccumulators;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.shuffle.ShuffleWriter;
import dev.favilla.spi.RemoteExecutor;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.Locality;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import org.apache.spark.SparkEnv;
import org.apache.spark.TaskContext;
import org.apache.spark.TaskKilledException;
import org.jspecify.annotations.Nullable;

/**
 * One task of Spark's as an attempt of ours: what it does for the {@link StageRdd} on top, whose records may come from
 * others below it that Spark caches.
 *
 * <p><b>Threads.</b> Belongs to the task's thread, but for {@link #stop}.
 */
final class SparkAttempt {

    /** Local properties with this prefix are the user's own, as he named them. */
    static final String USERS = "favilla.local.";

    /** The local property that says which of our jobs a task runs for. */
    static final String JOB = "favilla.job";

    private final ExecutorHome home;
    private final TaskContext context;
    private final StageWork work;
    private final LineageBinary.Content content;
    private final TaskScope scope;
    private final TaskSpec spec;
    private final Thread thread = Thread.currentThread();

    /** Whether its thread has gone on to what is not ours. Guarded by this. */
    private boolean ended;

    private SparkAttempt(ExecutorHome home, TaskContext context, StageWork work) {
        this.home = home;
        this.context = context;
        this.work = work;
        this.content = home.lineage(work);
        this.spec = spec(context, content);
        this.scope =
                new TaskScope(spec.attemptId(), spec, home.executor().memory().openTask(spec, spec.jobId()));
    }

    private static TaskSpec spec(TaskContext context, LineageBinary.Content content) {
        TaskWork work = content.work() instanceof ShuffleDependency shuffle
                ? new TaskWork.WriteShuffle(shuffle)
                : new TaskWork.RunAction(content.target(), (Action) content.work(), null);
        Map<String, String> properties = new HashMap<>();
        context.getLocalProperties().forEach((key, value) -> {
            if (key.toString().startsWith(USERS)) {
                properties.put(key.toString().substring(USERS.length()), value.toString());
            }
        });
        String job = context.getLocalProperty(JOB);
        return new TaskSpec(
                context.taskAttemptId(),
                job == null ? 0 : Integer.parseInt(job),
                context.stageId(),
                context.stageAttemptNumber(),
                context.partitionId(),
                content.target().numPartitions(),
                context.attemptNumber(),
                Locality.ANY,
                work,
                InputSnapshot.NONE,
                Map.of(),
                properties);
    }

    /** Runs the work of {@code rdd} on a partition, from the opening of its scope to its close. */
    static Object run(StageRdd rdd, TaskContext context) {
        ExecutorHome home = ExecutorHome.enter(rdd.work().lease().value(), context);
        SparkAttempt attempt;
        try {
            attempt = new SparkAttempt(home, context, rdd.work());
        } catch (RuntimeException | Error e) {
            throw RemoteTaskException.of(e, context);
        }
        home.attempts().put(context.taskAttemptId(), attempt);
        Future<?> watched = home.killWatch().over(context, attempt.scope);
        try {
            return attempt.runAndClose(rdd);
        } finally {
            watched.cancel(false);
            home.attempts().remove(context.taskAttemptId());
            attempt.end();
        }
    }

    private synchronized void end() {
        ended = true;
    }

    /** Has it end as soon as it can, and wakes it from whatever it waits for. From any thread. */
    synchronized void stop(String reason) {
        if (!ended) {
            scope.kill(reason);
            thread.interrupt();
        }
    }

    private Object runAndClose(StageRdd rdd) {
        Object result;
        try {
            result = run(rdd);
        } catch (Throwable t) { // user code may throw anything; Spark is told by an exception that can travel
            closeAfter(t);
            throw failure(t);
        }
        try {
            scope.close();
        } catch (RuntimeException | Error e) { // a cursor's close is user code
            throw RemoteTaskException.of(e, context);
        }
        return result;
    }

    /** An attempt that was asked to stop has not failed: Spark runs it again if its job goes on, and does not count it. */
    private RuntimeException failure(Throwable thrown) {
        return scope.killReason()
                .<RuntimeException>map(TaskKilledException::new)
                .orElseGet(() -> RemoteTaskException.of(thrown, context));
    }

    private void closeAfter(Throwable first) {
        try {
            scope.close();
        } catch (RuntimeException | Error e) { // what went wrong first is to be told
            if (e != first) {
                first.addSuppressed(e);
            }
        }
    }

    private Object run(StageRdd rdd) throws Exception {
        home.executor().enter(scope);
        RunningTask task = new RunningTask(spec, home.executor().id(), 0, scope, this::mayCommit);
        Object result = task.call(() -> work.kind() == StageWork.Kind.MAP_OUTPUT ? writeShuffle(rdd) : runAction(rdd));
        scope.succeed();
        return result;
    }

    private boolean mayCommit() {
        return SparkEnv.get()
                .outputCommitCoordinator()
                .canCommit(
                        context.stageId(),
                        context.stageAttemptNumber(),
                        context.partitionId(),
                        context.attemptNumber());
    }

    private Object runAction(StageRdd rdd) throws Exception {
        Action action = (Action) content.work();
        Pipelines pipelines = new Pipelines(rdd, home, context, scope);
        Cursor records = pipelines.openFor(action, content.target(), context.partitionId());
        List<@Nullable Object> values = new ArrayList<>();
        values.add(action.run(records, scope));
        values.addAll(updates());
        return Parcel.of(values, home.executor());
    }

    private Object writeShuffle(StageRdd rdd) throws Exception {
        ShuffleDependency shuffle = (ShuffleDependency) content.work();
        Pipelines pipelines = new Pipelines(rdd, home, context, scope);
        MapSide mapSide = new MapSide(shuffle, context, home.executor());
        Cursor records = pipelines.open(content.target(), context.partitionId());
        try (ShuffleWriter writer = mapSide.writer(scope)) {
            pipelines.drive(records, new Entries(shuffle, writer));
            writer.commit();
        }
        List<Object> updates = updates();
        if (!updates.isEmpty()) {
            work.updates()
                    .add(new Updates.OfTask(
                            shuffle.shuffleId(), context.partitionId(), Parcel.of(updates, home.executor())));
        }
        return mapSide;
    }

    private List<Object> updates() {
        List<Object> all = new ArrayList<>();
        for (AccumulatorUpdate update : TaskAccumulators.updates(scope)) {
            all.add(update.accumulatorId());
            all.add(update.partial());
        }
        return all;
    }

    /** Opens a partition that Spark is about to cache. */
    static ChunkIterator records(StageRdd rdd, int partition, TaskContext context) {
        RemoteExecutor.Recipe recipe = rdd.work().lease().value().recipe();
        ExecutorHome home = ExecutorHome.of(recipe);
        SparkAttempt around = home.attempts().get(context.taskAttemptId());
        if (around == null) {
            throw new IllegalStateException(rdd + " was asked for its records outside of the engine's own jobs");
        }
        LineageNode target = home.lineage(rdd.work()).target();
        return new ChunkIterator(new Pipelines(rdd, home, context, around.scope), target, partition, recipe);
    }

    /** Takes records to the shuffle. */
    private static final class Entries extends Sink {

        private final ShuffleDependency shuffle;
        private final ShuffleWriter writer;

        Entries(ShuffleDependency shuffle, ShuffleWriter writer) {
            this.shuffle = shuffle;
            this.writer = writer;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            writer.write(shuffle.entries().key(record), shuffle.entries().value(record));
            return true;
        }
    }
}

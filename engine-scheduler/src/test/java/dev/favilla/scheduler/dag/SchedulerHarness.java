package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.Metric;
import dev.favilla.attempt.MetricValues;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.lineage.LineageNode;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.DriverMapOutputTracker;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerTables;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.PublishedBlock;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.ManualClock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** A state machine, told what a test likes, and everything it said. */
final class SchedulerHarness {

    static final RetryPolicy POLICY = new RetryPolicy(3, 4, 50);

    private static final int MOST_WAKINGS_AT_ONCE = 10;

    final ManualClock clock = new ManualClock();
    final DriverMapOutputTracker tracker = new DriverMapOutputTracker();
    final List<SchedulerCommand> said = new ArrayList<>();

    private final SchedulerStateMachine machine;
    private final Map<Long, SchedulerCommand.Launch> running = new TreeMap<>();
    private int nextJob;
    private int nextExecutor;
    private boolean observed = true;
    private @Nullable Instant wakeAt;

    SchedulerHarness() {
        this(POLICY);
    }

    SchedulerHarness(RetryPolicy policy) {
        this(policy, SchedulingPolicy.DEFAULT);
    }

    SchedulerHarness(SchedulingPolicy scheduling) {
        this(POLICY, scheduling);
    }

    SchedulerHarness(RetryPolicy policy, SchedulingPolicy scheduling) {
        machine = new DagScheduler(() -> tracker, policy, scheduling, clock, () -> observed);
    }

    /** A machine with one executor. */
    static SchedulerHarness with(int slots) {
        SchedulerHarness harness = new SchedulerHarness();
        harness.addExecutor(slots);
        return harness;
    }

    void nobodyObserves() {
        observed = false;
    }

    // --- without a memory, for large jobs

    static final ExecutorId EXECUTOR = new ExecutorId("large", 0);

    List<SchedulerCommand> machine(SchedulerEvent event) {
        return machine.on(event);
    }

    /** Returns the good end of an attempt on {@link #EXECUTOR}. */
    static SchedulerEvent ended(TaskSpec task) {
        Object result = task.work() instanceof TaskWork.WriteShuffle
                ? new MapOutput(task.partition(), task.attemptId(), EXECUTOR, 1, 1, BlockSizes.of(new long[0]))
                : "result";
        return new SchedulerEvent.AttemptEnded(
                task.attemptId(),
                EXECUTOR,
                new TaskOutcome.Success(result, 0, List.of(), List.of()),
                MetricValues.ZERO);
    }

    // --- telling

    List<SchedulerCommand> tell(SchedulerEvent event) {
        List<SchedulerCommand> commands = machine.on(event);
        said.addAll(commands);
        for (SchedulerCommand command : commands) {
            if (command instanceof SchedulerCommand.Launch launch) {
                running.put(launch.task().attemptId(), launch);
            } else if (command instanceof SchedulerCommand.ReplaceSlot replace) {
                running.remove(replace.attemptId());
            } else if (command instanceof SchedulerCommand.WakeAt wake) {
                wakeAt = wake.instant();
            }
        }
        return commands;
    }

    /** Lets time pass, and wakes the machine when, and only when, it has asked for that. */
    void pass(Duration duration) {
        Instant end = clock.instant().plus(duration);
        int wakingsAtOnce = 0;
        while (wakeAt != null && !wakeAt.isAfter(end)) {
            Instant next = wakeAt;
            wakeAt = null;
            wakingsAtOnce = next.isAfter(clock.instant()) ? 0 : wakingsAtOnce + 1;
            if (wakingsAtOnce > MOST_WAKINGS_AT_ONCE) {
                throw new AssertionError("the machine wants to be woken at " + next + " over and over");
            }
            advanceTo(next);
            tell(new SchedulerEvent.TimePassed());
        }
        advanceTo(end);
    }

    private void advanceTo(Instant moment) {
        if (moment.isAfter(clock.instant())) {
            clock.advance(Duration.between(clock.instant(), moment));
        }
    }

    ExecutorId addExecutor(int slots) {
        return addExecutor("executor", slots);
    }

    ExecutorId addExecutor(String name, int slots) {
        ExecutorId id = new ExecutorId(name, nextExecutor++);
        tell(new SchedulerEvent.ExecutorAdded(id, slots));
        return id;
    }

    /** Adds an executor that takes {@code ahead} attempts while all its slots are busy. */
    ExecutorId addExecutor(String name, int slots, int ahead) {
        ExecutorId id = new ExecutorId(name, nextExecutor++);
        tell(new SchedulerEvent.ExecutorAdded(id, slots, ahead));
        return id;
    }

    void lose(ExecutorId executor) {
        running.values().removeIf(launch -> launch.executor().equals(executor));
        tell(new SchedulerEvent.ExecutorLost(executor, "gone"));
    }

    void drain(ExecutorId executor) {
        tell(new SchedulerEvent.ExecutorDraining(executor));
    }

    int collect(LineageNode target, Integer... persisted) {
        return submit(target, SimAction.COLLECT, persisted);
    }

    int submit(LineageNode target, SimAction action, Integer... persisted) {
        return submit(target, IntStream.range(0, target.numPartitions()).boxed().toList(), action, persisted);
    }

    int submit(LineageNode target, List<Integer> partitions, SimAction action, Integer... persisted) {
        return submit(target, partitions, action, JobProperties.NONE, persisted);
    }

    /** Collects all of {@code target} in a job with properties. */
    int collect(LineageNode target, JobProperties properties, Integer... persisted) {
        return submit(
                target,
                IntStream.range(0, target.numPartitions()).boxed().toList(),
                SimAction.COLLECT,
                properties,
                persisted);
    }

    private int submit(
            LineageNode target,
            List<Integer> partitions,
            SimAction action,
            JobProperties properties,
            Integer... persisted) {
        Map<Integer, StorageLevel> levels = new HashMap<>();
        for (Integer rddId : persisted) {
            levels.put(rddId, StorageLevel.MEMORY_ONLY);
        }
        JobRequest request =
                new JobRequest(target, partitions, action, levels, Map.of(), target.callSite(), properties, null);
        int id = nextJob++;
        tell(new SchedulerEvent.JobSubmitted(id, request, StageGraph.of(target, partitions, levels.keySet())));
        return id;
    }

    void cancel(int jobId) {
        cancel(new JobSelector.One(jobId));
    }

    void cancel(JobSelector jobs) {
        tell(new SchedulerEvent.JobsCancelled(jobs, "no longer wanted"));
    }

    void start(TaskSpec task) {
        tell(new SchedulerEvent.AttemptStarted(task.attemptId(), executorOf(task), 0));
    }

    List<SchedulerCommand> end(TaskSpec task, TaskOutcome outcome) {
        return end(task, outcome, MetricValues.ZERO);
    }

    private List<SchedulerCommand> end(TaskSpec task, TaskOutcome outcome, MetricValues metrics) {
        return tell(new SchedulerEvent.AttemptEnded(task.attemptId(), leave(task), outcome, metrics));
    }

    private ExecutorId leave(TaskSpec task) {
        SchedulerCommand.Launch launch = running.remove(task.attemptId());
        if (launch == null) {
            throw new NoSuchElementException(task.describe() + " does not run");
        }
        return launch.executor();
    }

    /** Ends an attempt well that has run for so long. */
    void succeedAfter(Duration time, TaskSpec task) {
        TaskMetrics metrics = new TaskMetrics();
        metrics.add(Metric.RUN_NANOS, time.toNanos());
        end(task, success(task, task.partition(), List.of()), metrics.snapshot());
    }

    /** Gives an attempt back that has not begun. */
    void giveBack(TaskSpec task) {
        tell(new SchedulerEvent.AttemptWithdrawn(task.attemptId(), leave(task)));
    }

    void fail(TaskSpec task) {
        end(task, new TaskOutcome.Failed(new ArithmeticException("by zero")));
    }

    /** Ends an attempt well; a map output holds the same as ever. */
    void succeed(TaskSpec task) {
        succeed(task, task.partition());
    }

    void succeed(TaskSpec task, long digest) {
        end(task, success(task, digest, List.of()));
    }

    void succeedCaching(TaskSpec task, BlockId... blocks) {
        end(task, success(task, task.partition(), published(List.of(blocks))));
    }

    void succeedCaching(TaskSpec task, PublishedBlock... blocks) {
        end(task, success(task, task.partition(), List.of(blocks)));
    }

    /** Ends a map attempt well that leaves so many bytes for each reducer. */
    void succeedLeaving(TaskSpec task, long... bytes) {
        MapOutput output =
                new MapOutput(task.partition(), task.attemptId(), executorOf(task), 1, 1, BlockSizes.of(bytes));
        end(task, new TaskOutcome.Success(output, 0, List.of(), List.of()));
    }

    TaskOutcome.Success success(TaskSpec task, long digest, List<PublishedBlock> cached) {
        List<AccumulatorUpdate> updates =
                List.of(new AccumulatorUpdate(task.stageId(), "partition " + task.partition()));
        if (task.work() instanceof TaskWork.WriteShuffle) {
            return new TaskOutcome.Success(output(task, digest), 0, updates, cached);
        }
        if (task.work() instanceof TaskWork.MergeResults merge) {
            return new TaskOutcome.Success("merged " + merge.staged(), 0, List.of(), cached);
        }
        return new TaskOutcome.Success("result " + task.partition(), 0, updates, cached);
    }

    static List<PublishedBlock> published(List<BlockId> blocks) {
        return blocks.stream().map(id -> new PublishedBlock(id, 0, 0, 0)).toList();
    }

    MapOutput output(TaskSpec task, long digest) {
        int reducers = task.work() instanceof TaskWork.WriteShuffle write
                ? write.dependency().spec().numReducers()
                : 0;
        long[] bytes = new long[reducers];
        Arrays.fill(bytes, 1);
        return new MapOutput(task.partition(), task.attemptId(), executorOf(task), 1, digest, BlockSizes.of(bytes));
    }

    /** Ends every running attempt well, and those launched then, until nothing runs. */
    void succeedAll() {
        while (!running.isEmpty()) {
            succeed(running().get(0));
        }
    }

    // --- asking

    ExecutorId executorOf(TaskSpec task) {
        return launchOf(task).executor();
    }

    private SchedulerCommand.Launch launchOf(TaskSpec task) {
        return all(SchedulerCommand.Launch.class).stream()
                .filter(launch -> launch.task().attemptId() == task.attemptId())
                .findFirst()
                .orElseThrow();
    }

    /** Returns the attempts launched whose end was not told, in the order of their launch. */
    List<TaskSpec> running() {
        return running.values().stream().map(SchedulerCommand.Launch::task).toList();
    }

    /** Returns the latest running attempt at a map partition. */
    TaskSpec map(int shuffleId, int partition) {
        return latest(running().stream()
                .filter(task -> task.partition() == partition
                        && task.work() instanceof TaskWork.WriteShuffle write
                        && write.dependency().shuffleId() == shuffleId)
                .toList());
    }

    /** Returns the running attempts at a partition of a job's result stage, the oldest first. */
    List<TaskSpec> results(int jobId, int partition) {
        return running().stream()
                .filter(task -> task.partition() == partition
                        && task.jobId() == jobId
                        && task.work() instanceof TaskWork.RunAction)
                .toList();
    }

    /** Returns the latest running attempt at a result partition. */
    TaskSpec result(int jobId, int partition) {
        return latest(results(jobId, partition));
    }

    private static TaskSpec latest(List<TaskSpec> tasks) {
        if (tasks.isEmpty()) {
            throw new NoSuchElementException("no such attempt runs");
        }
        return tasks.get(tasks.size() - 1);
    }

    /** Returns how many attempts were launched so far to write a shuffle. */
    long launchesOf(int shuffleId) {
        return all(SchedulerCommand.Launch.class).stream()
                .filter(launch -> launch.task().work() instanceof TaskWork.WriteShuffle write
                        && write.dependency().shuffleId() == shuffleId)
                .count();
    }

    <C extends SchedulerCommand> List<C> all(Class<C> kind) {
        return said.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    <E extends EngineEvent> List<E> published(Class<E> kind) {
        return all(SchedulerCommand.Publish.class).stream()
                .map(SchedulerCommand.Publish::event)
                .filter(kind::isInstance)
                .map(kind::cast)
                .toList();
    }

    boolean hasEnded(int jobId) {
        return all(SchedulerCommand.EndJob.class).stream().anyMatch(end -> end.jobId() == jobId);
    }

    JobOutcome outcome(int jobId) {
        return all(SchedulerCommand.EndJob.class).stream()
                .filter(end -> end.jobId() == jobId)
                .findFirst()
                .orElseThrow()
                .outcome();
    }

    /** Returns why a job failed, in words. */
    String failure(int jobId) {
        return ((JobOutcome.Failed) outcome(jobId)).failure().describe();
    }

    /** Returns the attempts launched so far, in order. */
    List<TaskSpec> launched() {
        return all(SchedulerCommand.Launch.class).stream()
                .map(SchedulerCommand.Launch::task)
                .toList();
    }

    /** Returns the results that a running job has so far. */
    Optional<List<@Nullable Object>> staged(int jobId) {
        return machine.staged(jobId);
    }

    SchedulerStatus status() {
        return machine.status();
    }

    SchedulerTables tables() {
        return machine.tables();
    }
}

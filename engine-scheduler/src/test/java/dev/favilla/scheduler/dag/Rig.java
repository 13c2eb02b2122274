package dev.favilla.scheduler.dag;

import dev.favilla.memory.MetricValues;
import dev.favilla.scheduler.AccumulatorUpdate;
import dev.favilla.scheduler.EngineEvent;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerTables;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.DriverMapOutputTracker;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.ManualClock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** A state machine, told what a test likes, and everything it said. */
final class Rig {

    static final RetryPolicy POLICY = new RetryPolicy(3, 4, 50);

    final ManualClock clock = new ManualClock();
    final DriverMapOutputTracker tracker = new DriverMapOutputTracker();
    final List<SchedulerCommand> said = new ArrayList<>();

    private final SchedulerStateMachine machine;
    private final Map<Long, SchedulerCommand.Launch> running = new TreeMap<>();
    private int nextJob;
    private int nextExecutor;
    private boolean observed = true;

    Rig() {
        this(POLICY);
    }

    Rig(RetryPolicy policy) {
        machine = new SchedulerStateMachine(tracker, policy, clock, () -> observed);
    }

    /** A machine with one executor. */
    static Rig with(int slots) {
        Rig rig = new Rig();
        rig.addExecutor(slots);
        return rig;
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
                task.attemptId(), EXECUTOR, new TaskOutcome.Success(result, List.of(), List.of()), MetricValues.ZERO);
    }

    // --- telling

    List<SchedulerCommand> tell(SchedulerEvent event) {
        List<SchedulerCommand> commands = machine.on(event);
        said.addAll(commands);
        for (SchedulerCommand command : commands) {
            if (command instanceof SchedulerCommand.Launch launch) {
                running.put(launch.task().attemptId(), launch);
            }
        }
        return commands;
    }

    ExecutorId addExecutor(int slots) {
        ExecutorId id = new ExecutorId("executor", nextExecutor++);
        tell(new SchedulerEvent.ExecutorAdded(id, slots));
        return id;
    }

    void lose(ExecutorId executor) {
        running.values().removeIf(launch -> launch.executor().equals(executor));
        tell(new SchedulerEvent.ExecutorLost(executor, "gone"));
    }

    int collect(SimNode target, Integer... persisted) {
        return submit(target, SimAction.COLLECT, persisted);
    }

    int submit(SimNode target, SimAction action, Integer... persisted) {
        return submit(target, IntStream.range(0, target.numPartitions()).boxed().toList(), action, persisted);
    }

    int submit(SimNode target, List<Integer> partitions, SimAction action, Integer... persisted) {
        Map<Integer, StorageLevel> levels = new HashMap<>();
        for (Integer rddId : persisted) {
            levels.put(rddId, StorageLevel.MEMORY_ONLY);
        }
        JobRequest request = new JobRequest(target, partitions, action, levels, Map.of(), target.callSite());
        int id = nextJob++;
        tell(new SchedulerEvent.JobSubmitted(id, request, StageGraph.of(target, partitions, levels.keySet())));
        return id;
    }

    void cancel(int jobId) {
        tell(new SchedulerEvent.JobCancelled(jobId, "no longer wanted"));
    }

    void start(TaskSpec task) {
        tell(new SchedulerEvent.AttemptStarted(task.attemptId(), executorOf(task), 0));
    }

    List<SchedulerCommand> end(TaskSpec task, TaskOutcome outcome) {
        SchedulerCommand.Launch launch = running.remove(task.attemptId());
        if (launch == null) {
            throw new NoSuchElementException(task.describe() + " does not run");
        }
        return tell(new SchedulerEvent.AttemptEnded(task.attemptId(), launch.executor(), outcome, MetricValues.ZERO));
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
        end(task, success(task, task.partition(), List.of(blocks)));
    }

    TaskOutcome.Success success(TaskSpec task, long digest, List<BlockId> cached) {
        List<AccumulatorUpdate> updates =
                List.of(new AccumulatorUpdate(task.stageId(), "partition " + task.partition()));
        if (task.work() instanceof TaskWork.WriteShuffle) {
            return new TaskOutcome.Success(output(task, digest), updates, cached);
        }
        if (task.work() instanceof TaskWork.MergeResults merge) {
            return new TaskOutcome.Success("merged " + merge.staged(), List.of(), cached);
        }
        return new TaskOutcome.Success("result " + task.partition(), updates, cached);
    }

    MapOutput output(TaskSpec task, long digest) {
        return new MapOutput(
                task.partition(), task.attemptId(), executorOf(task), 1, digest, BlockSizes.of(new long[] {1}));
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

    /** Returns the latest running attempt at a result partition. */
    TaskSpec result(int jobId, int partition) {
        return latest(running().stream()
                .filter(task -> task.partition() == partition
                        && task.jobId() == jobId
                        && task.work() instanceof TaskWork.RunAction)
                .toList());
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

    SchedulerTables tables() {
        return machine.tables();
    }
}

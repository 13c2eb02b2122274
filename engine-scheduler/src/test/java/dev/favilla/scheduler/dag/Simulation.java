package dev.favilla.scheduler.dag;

import dev.favilla.lineage.LineageNode;
import dev.favilla.memory.MetricValues;
import dev.favilla.scheduler.AccumulatorUpdate;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.dag.SimAudit.Violation;
import dev.favilla.scheduler.dag.SimExecutor.Running;
import dev.favilla.scheduler.dag.SimTracker.Registered;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.ManualClock;
import dev.favilla.testing.TestSeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * One seeded world around the state machine: executors that compute symbols, lose things and vanish, and messages that
 * come late, twice and out of order. Throws a {@link Violation} as soon as an invariant does not hold.
 */
final class Simulation {

    private static final int MOST_STEPS = 60_000;

    private final SplittableRandom random;
    private final SplittableRandom nonces;
    private final SimFaults faults;
    private final UnaryOperator<List<SchedulerCommand>> transit;

    private final ManualClock clock = new ManualClock();
    private final SimLineage lineage;
    private final SimTracker tracker;
    private final SchedulerStateMachine machine;
    private final SimAudit audit;
    private final SimObserver observer = new SimObserver();

    private final Map<ExecutorId, SimExecutor> executors = new LinkedHashMap<>();
    private final List<SchedulerEvent> mail = new ArrayList<>();
    private final Set<Integer> persisted = new TreeSet<>();
    private final int jobsToSubmit;
    private final boolean concurrent;

    private int jobsSubmitted;
    private int jobsEnded;
    private int lossesLeft;
    private long nextIncarnation;
    private int steps;

    private Simulation(
            TestSeed seed, SimFaults faults, SimTracker tracker, UnaryOperator<List<SchedulerCommand>> transit) {
        this.random = seed.split("steps");
        this.nonces = seed.split("nonces");
        this.faults = faults;
        this.tracker = tracker;
        this.transit = transit;
        this.lineage = SimLineage.random(seed.split("lineage"), faults.nondeterminism());
        this.lossesLeft = faults.executorLosses();
        this.jobsToSubmit = random.nextInt(1, 11);
        this.concurrent = random.nextBoolean();
        RetryPolicy policy = policy();
        this.machine = new SchedulerStateMachine(tracker, policy, clock, () -> true);
        this.audit = new SimAudit(tracker, lineage, policy);
        for (SimNode node : lineage.nodes()) {
            if (random.nextInt(4) == 0) {
                persisted.add(node.id());
            }
        }
    }

    private RetryPolicy policy() {
        if (faults.isCalm()) {
            return new RetryPolicy(1, 1, 1);
        }
        return random.nextBoolean()
                ? new RetryPolicy(20, 20, 200)
                : new RetryPolicy(random.nextInt(1, 6), random.nextInt(1, 6), random.nextInt(1, 40));
    }

    /** What a world came to. */
    record Summary(int steps, int jobs, int succeeded, int failed, int cancelled, int differing) {}

    /** Plays the world of {@code seed} to its end. */
    static Summary run(TestSeed seed) {
        return run(seed, SimFaults.random(seed.split("faults")), new SimTracker(), UnaryOperator.identity());
    }

    /**
     * Plays a world with a tracker of the caller's, in which {@code transit} may change what the machine says before
     * anybody hears it.
     */
    static Summary run(
            TestSeed seed, SimFaults faults, SimTracker tracker, UnaryOperator<List<SchedulerCommand>> transit) {
        return new Simulation(seed, faults, tracker, transit).play();
    }

    private Summary play() {
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            addExecutor();
        }
        while (!isOver()) {
            if (++steps > MOST_STEPS) {
                throw new Violation("I4", "not over after " + steps + " steps: " + machine.tables());
            }
            step();
        }
        finish();
        Map<Integer, JobOutcome> outcomes = audit.outcomes();
        int failed = count(outcomes, JobOutcome.Failed.class);
        int cancelled = count(outcomes, JobOutcome.Cancelled.class);
        int succeeded = outcomes.size() - failed - cancelled;
        return new Summary(steps, outcomes.size(), succeeded, failed, cancelled, tracker.differing());
    }

    private static int count(Map<Integer, JobOutcome> outcomes, Class<? extends JobOutcome> kind) {
        return (int) outcomes.values().stream().filter(kind::isInstance).count();
    }

    private boolean isOver() {
        return jobsSubmitted == jobsToSubmit
                && jobsEnded == jobsSubmitted
                && mail.isEmpty()
                && running().isEmpty();
    }

    /** Faults end, so that what follows shows whether the scheduler recovers. */
    private boolean isRough() {
        return steps < 600;
    }

    private boolean happens(double probability) {
        return isRough() && random.nextDouble() < probability;
    }

    private void step() {
        clock.advance(Duration.ofMillis(1));
        if (happens(faults.evict())) {
            evict();
        }
        if (happens(faults.cancel()) && jobsSubmitted > 0) {
            tell(new SchedulerEvent.JobCancelled(random.nextInt(jobsSubmitted), "not wanted"));
        }
        if (happens(0.03) && lossesLeft > 0) {
            loseExecutor();
        }
        if (happens(faults.evict() / 10) && !persisted.isEmpty()) {
            unpersist();
        }
        if (executors.isEmpty() && (random.nextInt(20) == 0 || !isRough())) {
            addExecutor();
        }
        List<Running> running = running();
        int choice = random.nextInt(10);
        if (maySubmit() && (choice == 0 || (mail.isEmpty() && running.isEmpty()))) {
            submitJob();
        } else if (!mail.isEmpty() && (choice < 6 || running.isEmpty())) {
            deliver();
        } else if (!running.isEmpty()) {
            proceed(running.get(random.nextInt(running.size())));
        } else if (!executors.isEmpty()) {
            throw new Violation("I4", "nothing runs and nothing is on its way, but " + machine.tables());
        }
    }

    private boolean maySubmit() {
        return jobsSubmitted < jobsToSubmit && (concurrent || jobsEnded == jobsSubmitted);
    }

    private List<Running> running() {
        List<Running> all = new ArrayList<>();
        executors.values().forEach(executor -> all.addAll(executor.running.values()));
        return all;
    }

    // --- the machine

    private void tell(SchedulerEvent event) {
        audit.before(event);
        List<SchedulerCommand> commands = transit.apply(machine.on(event));
        for (SchedulerCommand command : commands) {
            audit.after(command);
            perform(command);
        }
    }

    private void perform(SchedulerCommand command) {
        if (command instanceof SchedulerCommand.Launch launch) {
            SimExecutor executor = executors.get(launch.executor());
            if (executor != null) {
                executor.running.put(launch.task().attemptId(), new Running(launch.task()));
            }
        } else if (command instanceof SchedulerCommand.Kill kill) {
            SimExecutor executor = executors.get(kill.executor());
            Running attempt = executor == null ? null : executor.running.get(kill.attemptId());
            if (attempt != null) {
                attempt.killed = kill.reason();
            }
        } else if (command instanceof SchedulerCommand.DropMapOutput drop) {
            SimExecutor executor = executors.get(drop.executor());
            if (executor != null) {
                executor.outputs.remove(
                        new Registered(drop.shuffleId(), drop.mapPartition(), drop.attemptId(), drop.executor()));
            }
        } else if (command instanceof SchedulerCommand.DropShuffle drop) {
            executors
                    .values()
                    .forEach(executor ->
                            executor.outputs.keySet().removeIf(output -> output.shuffle() == drop.shuffleId()));
        } else if (command instanceof SchedulerCommand.DropBlocks drop) {
            executors
                    .values()
                    .forEach(executor -> executor.blocks.keySet().removeIf(block -> block.rddId() == drop.rddId()));
        } else if (command instanceof SchedulerCommand.EndJob) {
            jobsEnded++;
        } else if (command instanceof SchedulerCommand.Publish publish) {
            observer.on(publish.event());
        }
    }

    private void deliver() {
        int index = happens(faults.disorder()) ? random.nextInt(mail.size()) : 0;
        SchedulerEvent event = mail.remove(index);
        tell(event);
        if (event instanceof SchedulerEvent.AttemptEnded && happens(faults.duplicate())) {
            mail.add(random.nextInt(mail.size() + 1), event);
        }
    }

    // --- jobs

    private void submitJob() {
        SimNode target = lineage.nodes().get(random.nextInt(lineage.nodes().size()));
        List<Integer> partitions = new ArrayList<>();
        for (int partition = 0; partition < target.numPartitions(); partition++) {
            if (random.nextInt(4) > 0) {
                partitions.add(random.nextInt(partitions.size() + 1), partition);
            }
        }
        int kind = random.nextInt(10);
        SimAction action = kind == 0 ? SimAction.FOREACH : kind < 4 ? SimAction.REDUCE : SimAction.COLLECT;
        Map<Integer, StorageLevel> levels = new HashMap<>();
        persisted.forEach(id -> levels.put(id, StorageLevel.MEMORY_ONLY));
        JobRequest request = new JobRequest(target, partitions, action, levels, Map.of(), target.callSite());
        StageGraph stages = StageGraph.of(target, partitions, levels.keySet());
        tell(new SchedulerEvent.JobSubmitted(jobsSubmitted++, request, stages));
    }

    private void unpersist() {
        List<Integer> all = List.copyOf(persisted);
        int rddId = all.get(random.nextInt(all.size()));
        persisted.remove(rddId);
        tell(new SchedulerEvent.DatasetUnpersisted(rddId));
    }

    // --- executors

    private void addExecutor() {
        ExecutorId id = new ExecutorId("executor", nextIncarnation++);
        SimExecutor executor = new SimExecutor(id, random.nextInt(1, 4));
        executors.put(id, executor);
        mail.add(new SchedulerEvent.ExecutorAdded(id, executor.slots));
    }

    private void loseExecutor() {
        if (executors.isEmpty()) {
            return;
        }
        lossesLeft--;
        List<ExecutorId> ids = List.copyOf(executors.keySet());
        ExecutorId id = ids.get(random.nextInt(ids.size()));
        if (mail.stream()
                .anyMatch(event -> event instanceof SchedulerEvent.ExecutorAdded added
                        && added.executor().equals(id))) {
            return; // nobody knows it yet
        }
        executors.remove(id);
        mail.add(new SchedulerEvent.ExecutorLost(id, "pulled the plug"));
        if (random.nextBoolean()) {
            addExecutor();
        }
    }

    private void evict() {
        List<SimExecutor> all = List.copyOf(executors.values());
        if (all.isEmpty()) {
            return;
        }
        SimExecutor executor = all.get(random.nextInt(all.size()));
        List<BlockId> blocks = executor.blocks.keySet().stream()
                .sorted(Comparator.comparing(BlockId::toString))
                .toList();
        if (!blocks.isEmpty()) {
            BlockId block = blocks.get(random.nextInt(blocks.size()));
            executor.blocks.remove(block);
            mail.add(new SchedulerEvent.BlockDropped(executor.id, block));
        }
    }

    // --- attempts

    private void proceed(Running attempt) {
        SimExecutor executor = executors.values().stream()
                .filter(each -> each.running.get(attempt.task.attemptId()) == attempt)
                .findFirst()
                .orElseThrow();
        if (!attempt.started) {
            attempt.started = true;
            read(attempt, executor);
            if (attempt.killed == null || random.nextBoolean()) {
                mail.add(new SchedulerEvent.AttemptStarted(attempt.task.attemptId(), executor.id, 0));
                return;
            }
        }
        executor.running.remove(attempt.task.attemptId());
        TaskOutcome outcome = outcome(attempt, executor);
        mail.add(new SchedulerEvent.AttemptEnded(attempt.task.attemptId(), executor.id, outcome, MetricValues.ZERO));
    }

    private TaskOutcome outcome(Running attempt, SimExecutor executor) {
        if (attempt.killed != null && random.nextInt(3) > 0) {
            return new TaskOutcome.Killed(attempt.killed);
        }
        if (happens(faults.failure())) {
            return new TaskOutcome.Failed(new IllegalArgumentException("bad record"));
        }
        if (happens(faults.kill())) {
            return new TaskOutcome.Killed("somebody else wanted it");
        }
        if (happens(faults.damage())) {
            TaskOutcome damaged = damage(attempt.task);
            if (damaged != null) {
                return damaged;
            }
        }
        return leave(attempt, executor);
    }

    private @Nullable TaskOutcome damage(TaskSpec task) {
        List<TaskOutcome> candidates = new ArrayList<>();
        task.inputs()
                .values()
                .forEach(inputs -> inputs.outputs()
                        .forEach(output -> candidates.add(new TaskOutcome.FetchFailed(
                                inputs.shuffleId(), output.mapPartition(), output.attemptId(), "output is damaged"))));
        candidates.sort(Comparator.comparing(TaskOutcome::toString));
        return candidates.isEmpty() ? null : candidates.get(random.nextInt(candidates.size()));
    }

    /** Reads all inputs, long before the attempt ends. */
    private void read(Running attempt, SimExecutor executor) {
        LineageNode target = target(attempt.task);
        if (target == null) {
            return;
        }
        try {
            attempt.computed = executor.compute(attempt.task, target, executors::get, nonces, attempt.made);
        } catch (SimValue.MixedGenerations e) {
            throw new Violation("I3", attempt.task.describe() + ": " + e.getMessage());
        }
    }

    private static @Nullable LineageNode target(TaskSpec task) {
        if (task.work() instanceof TaskWork.WriteShuffle write) {
            return write.dependency().parent();
        }
        return task.work() instanceof TaskWork.RunAction run ? run.target() : null;
    }

    /** Makes visible what the attempt computed. */
    private static TaskOutcome leave(Running attempt, SimExecutor executor) {
        TaskSpec task = attempt.task;
        if (task.work() instanceof TaskWork.MergeResults merge) {
            return new TaskOutcome.Success(merge.staged(), List.of(), List.of());
        }
        if (!(attempt.computed instanceof SimValue value)) {
            return (TaskOutcome) Objects.requireNonNull(attempt.computed);
        }
        executor.blocks.putAll(attempt.made);
        List<BlockId> blocks = List.copyOf(attempt.made.keySet());
        if (!(task.work() instanceof TaskWork.WriteShuffle write)) {
            AccumulatorUpdate update = new AccumulatorUpdate(task.jobId(), task.partition());
            return new TaskOutcome.Success(value, List.of(update), blocks);
        }
        int shuffle = write.dependency().shuffleId();
        executor.outputs.put(new Registered(shuffle, task.partition(), task.attemptId(), executor.id), value);
        MapOutput left = new MapOutput(
                task.partition(), task.attemptId(), executor.id, 1, value.hash(), BlockSizes.of(new long[] {1}));
        return new TaskOutcome.Success(left, List.of(), blocks);
    }

    // --- the end

    private void finish() {
        audit.atEnd();
        observer.atEnd();
        require(machine.tables().isIdle(), () -> "the machine remembers " + machine.tables());
        for (SimExecutor executor : executors.values()) {
            Set<Registered> registered = tracker.registered(executor.id);
            require(
                    executor.outputs.keySet().equals(registered),
                    () -> executor.id + " keeps " + executor.outputs.keySet() + ", registered are " + registered);
        }
        for (int shuffle : tracker.shuffles()) {
            tell(new SchedulerEvent.ShuffleUnreachable(shuffle));
        }
        for (int rddId : new HashSet<>(persisted)) {
            tell(new SchedulerEvent.DatasetUnpersisted(rddId));
        }
        require(machine.tables().shuffles() == 0, () -> "shuffles are left: " + machine.tables());
        for (SimExecutor executor : executors.values()) {
            require(executor.outputs.isEmpty(), () -> "map outputs are left: " + executor.outputs.keySet());
            require(executor.blocks.isEmpty(), () -> "blocks are left: " + executor.blocks.keySet());
        }
    }

    private static void require(boolean holds, Supplier<String> message) {
        if (!holds) {
            throw new Violation("I8", message.get());
        }
    }
}

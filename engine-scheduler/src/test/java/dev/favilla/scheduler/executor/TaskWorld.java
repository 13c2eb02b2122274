package dev.favilla.scheduler.executor;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.lineage.CallSite;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.SpeculationPolicy;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.scheduler.dag.DagScheduler;
import dev.favilla.scheduler.executor.WorldLineage.Dataset;
import dev.favilla.scheduler.executor.WorldLineage.Label;
import dev.favilla.shuffle.DriverMapOutputTracker;
import dev.favilla.shuffle.MapOutputTracker;
import dev.favilla.shuffle.transfer.InMemoryTransfer;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.testing.ManualClock;
import dev.favilla.testing.TestSeed;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One seeded world in which the real scheduler has real attempts run among real parts of executors, all on one thread:
 * an attempt runs when the world picks it, and other things happen while it is at one of its sites. So every fault,
 * message and loss has its place in one order, and a seed plays it again.
 *
 * <p>Throws a {@link Violation} as soon as an invariant does not hold.
 */
final class TaskWorld {

    private static final int MOST_STEPS = 30_000;
    private static final int ROUGH_STEPS = 300;
    private static final int DEEPEST = 3;
    private static final int AMPLE = 100_000;

    /** An invariant of the reliability document does not hold. */
    static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Violation(String invariant, String message) {
            super(invariant + " violated: " + message);
        }
    }

    /**
     * What a world came to.
     *
     * @param trace a hash of all that happened, in its order
     */
    record Summary(int jobs, int succeeded, int failed, int cancelled, int attempts, int faults, long trace) {

        Summary plus(Summary other) {
            return new Summary(
                    jobs + other.jobs,
                    succeeded + other.succeeded,
                    failed + other.failed,
                    cancelled + other.cancelled,
                    attempts + other.attempts,
                    faults + other.faults,
                    trace * 31 + other.trace);
        }
    }

    private final SplittableRandom random;
    private final boolean calm;
    private final UnaryOperator<List<SchedulerCommand>> transit;
    private final ManualClock clock = new ManualClock();
    private final WorldLineage lineage;
    private final WorldFaults faults;
    private final RetryPolicy policy;
    private final SchedulerStateMachine machine;
    private final InMemoryTransfer transfer = new InMemoryTransfer();
    private final Map<ExecutorId, WorldExecutor> executors = new LinkedHashMap<>();
    private final List<WorldExecutor> gone = new ArrayList<>();
    private final List<SchedulerEvent> mail = new ArrayList<>();

    private final int jobsToSubmit;
    private final Map<Integer, Dataset> jobs = new TreeMap<>();
    private final Map<Integer, JobOutcome> outcomes = new TreeMap<>();
    private final Set<Integer> cancelled = new HashSet<>();
    private final Map<Integer, Long> counted = new HashMap<>();

    /** What was collected of deterministic datasets, by id: must be the same each time, in the same order. */
    private final Map<Integer, List<Object>> collected = new HashMap<>();

    private @Nullable Instant alarm;
    private long nextIncarnation;
    private int lossesLeft;
    private int steps;
    private int depth;
    private int attempts;
    private long trace;

    private TaskWorld(
            TestSeed seed, boolean calm, MapOutputTracker tracker, UnaryOperator<List<SchedulerCommand>> transit) {
        this.random = seed.split("steps");
        this.calm = calm;
        this.transit = transit;
        SplittableRandom rates = seed.split("rates");
        double nondeterminism = rates.nextBoolean() ? 0 : 0.7;
        this.lineage = WorldLineage.random(seed.split("lineage"), nondeterminism);
        this.faults = new WorldFaults(
                seed.split("faults"),
                calm ? WorldFaults.Rates.NONE : WorldFaults.Rates.random(rates),
                this::happenMeanwhile);
        this.policy = new RetryPolicy(calm ? 1 : random.nextBoolean() ? AMPLE : random.nextInt(1, 4), AMPLE, AMPLE);
        this.machine = new DagScheduler(
                () -> tracker,
                policy,
                SchedulingPolicy.DEFAULT.withSpeculation(
                        random.nextInt(3) == 0 ? SpeculationPolicy.OFF.on() : SpeculationPolicy.OFF),
                clock,
                random::nextBoolean);
        this.jobsToSubmit = random.nextInt(1, 7);
        this.lossesLeft = calm ? 0 : random.nextInt(0, 5);
    }

    /** Plays the world of {@code seed} to its end. */
    static Summary run(TestSeed seed) {
        return run(seed, new DriverMapOutputTracker(), UnaryOperator.identity());
    }

    /**
     * Plays a world with a tracker of the caller's, in which {@code transit} may change what the machine says before
     * anybody hears it.
     */
    static Summary run(TestSeed seed, MapOutputTracker tracker, UnaryOperator<List<SchedulerCommand>> transit) {
        return new TaskWorld(seed, false, tracker, transit).play();
    }

    /** Plays it without anything going wrong. */
    static Summary runCalmly(TestSeed seed) {
        return new TaskWorld(seed, true, new DriverMapOutputTracker(), UnaryOperator.identity()).play();
    }

    private Summary play() {
        for (int i = random.nextInt(2, 4); i > 0; i--) {
            addRoom();
        }
        while (!isOver()) {
            if (steps > MOST_STEPS) {
                throw new Violation("I4", "not over after " + steps + " steps: " + machine.tables());
            }
            if (steps == ROUGH_STEPS) {
                faults.end(); // what follows shows whether the scheduler recovers
            }
            step();
            requireBalancedBooks();
        }
        finish();
        int failed = count(JobOutcome.Failed.class);
        int cancelledJobs = count(JobOutcome.Cancelled.class);
        return new Summary(
                outcomes.size(),
                outcomes.size() - failed - cancelledJobs,
                failed,
                cancelledJobs,
                attempts,
                faults.count(),
                trace);
    }

    private int count(Class<? extends JobOutcome> kind) {
        return (int) outcomes.values().stream().filter(kind::isInstance).count();
    }

    private boolean isOver() {
        return jobs.size() == jobsToSubmit
                && outcomes.size() == jobs.size()
                && mail.isEmpty()
                && waiting().isEmpty();
    }

    private boolean happens(double probability) {
        return !calm && steps < ROUGH_STEPS && random.nextDouble() < probability;
    }

    // --- steps

    private void step() {
        steps++;
        clock.advance(Duration.ofMillis(1));
        if (alarm != null && !clock.instant().isBefore(alarm)) {
            alarm = null;
            tell(new SchedulerEvent.TimePassed());
        }
        if (happens(0.02) && lossesLeft > 0 && !executors.isEmpty()) {
            lose(any(List.copyOf(executors.values())));
        }
        if (happens(0.02) && !executors.isEmpty()) {
            any(List.copyOf(executors.values())).squeeze();
        }
        if (happens(0.005) && !jobs.isEmpty()) {
            int job = random.nextInt(jobs.size());
            cancelled.add(job);
            tell(new SchedulerEvent.JobsCancelled(new JobSelector.One(job), "not wanted"));
        }
        if (happens(0.02) && attempts > 0) {
            tell(new SchedulerEvent.AttemptUnwanted(random.nextInt(attempts + 1), "somebody else wanted it"));
        }
        if (happens(0.005) && !lineage.persisted().isEmpty()) {
            int dataset = any(List.copyOf(lineage.persisted().keySet()));
            lineage.persisted().remove(dataset);
            tell(new SchedulerEvent.DatasetUnpersisted(dataset));
        }
        if (executors.size() < 2 && (random.nextInt(20) == 0 || steps >= ROUGH_STEPS)) {
            addRoom();
        }
        move();
    }

    private void move() {
        List<Long> waiting = waiting();
        int choice = random.nextInt(10);
        if (jobs.size() < jobsToSubmit && depth == 0 && (choice == 0 || (mail.isEmpty() && waiting.isEmpty()))) {
            submit();
        } else if (!mail.isEmpty() && (choice < 5 || waiting.isEmpty())) {
            deliver();
        } else if (!waiting.isEmpty()) {
            run(waiting.get(random.nextInt(waiting.size())));
        } else if (depth == 0 && !executors.isEmpty() && alarm == null && outcomes.size() < jobs.size()) {
            throw new Violation("I4", "nothing runs and nothing is on its way, but " + machine.tables());
        }
    }

    /** While an attempt is at a site, the world goes on without it. */
    private void happenMeanwhile() {
        if (depth < DEEPEST && steps < ROUGH_STEPS) {
            depth++;
            step();
            depth--;
        }
    }

    private <T> T any(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private List<Long> waiting() {
        return executors.values().stream()
                .flatMap(host -> host.waiting().stream())
                .toList();
    }

    private void run(long attemptId) {
        WorldExecutor host = executors.values().stream()
                .filter(each -> each.waiting().contains(attemptId))
                .findFirst()
                .orElseThrow();
        attempts++;
        note(host.id(), attemptId);
        depth++; // as a meanwhile of its own: books are looked at between attempts
        host.run(attemptId);
        depth--;
    }

    private void note(Object... what) {
        trace = trace * 31 + List.of(what).toString().hashCode();
    }

    // --- the machine

    private void tell(SchedulerEvent event) {
        note(event.getClass().getSimpleName());
        for (SchedulerCommand command : transit.apply(machine.on(event))) {
            perform(command);
        }
    }

    private void deliver() {
        SchedulerEvent event = mail.remove(happens(0.2) ? random.nextInt(mail.size()) : 0);
        if (event instanceof SchedulerEvent.AttemptEnded ended) {
            note(ended.attemptId(), ended.outcome().describe());
            if (happens(0.1)) {
                mail.add(random.nextInt(mail.size() + 1), event); // heard twice
            }
        }
        tell(event);
    }

    private void perform(SchedulerCommand command) {
        if (command instanceof SchedulerCommand.WakeAt wake) {
            alarm = wake.instant();
        } else if (command instanceof SchedulerCommand.ApplyAccumulators apply) {
            for (AccumulatorUpdate update : apply.updates()) {
                counted.merge((int) update.accumulatorId(), (Long) update.partial(), Long::sum);
            }
        } else if (command instanceof SchedulerCommand.EndJob end) {
            ended(end.jobId(), end.outcome());
        } else if (command instanceof SchedulerCommand.DropShuffle drop) {
            executors.values().forEach(host -> host.shuffle().drop(drop.shuffleId()));
        } else if (command instanceof SchedulerCommand.DropBlocks drop) {
            executors.values().forEach(host -> host.blocks().drop(drop.rddId()));
        } else {
            performInRoom(command);
        }
    }

    private void performInRoom(SchedulerCommand command) {
        if (command instanceof SchedulerCommand.Launch launch) {
            at(launch.executor(), host -> host.launch(launch.task()));
        } else if (command instanceof SchedulerCommand.Kill kill) {
            at(kill.executor(), host -> host.kill(kill.attemptId(), kill.reason()));
        } else if (command instanceof SchedulerCommand.AnswerCommit answer) {
            at(answer.executor(), host -> host.answerCommit(answer.attemptId(), answer.granted()));
        } else if (command instanceof SchedulerCommand.DropMapOutput drop) {
            at(drop.executor(), host -> host.shuffle().drop(drop.shuffleId(), drop.mapPartition(), drop.attemptId()));
        } else if (command instanceof SchedulerCommand.DropBlock drop) {
            at(drop.executor(), host -> host.blocks().drop(drop.block()));
        }
    }

    private void at(ExecutorId executor, Consumer<WorldExecutor> action) {
        WorldExecutor host = executors.get(executor);
        if (host != null) {
            action.accept(host);
        }
    }

    // --- executors

    private void addRoom() {
        ExecutorId id = new ExecutorId("room", nextIncarnation++);
        WorldExecutor host =
                new WorldExecutor(id, random.nextInt(1, 4), transfer, clock, faults, mail::add, this::tell);
        executors.put(id, host);
        mail.add(new SchedulerEvent.ExecutorAdded(id, host.slots()));
    }

    private void lose(WorldExecutor host) {
        boolean known = mail.stream()
                .noneMatch(event -> event instanceof SchedulerEvent.ExecutorAdded added
                        && added.executor().equals(host.id()));
        if (!known) {
            return;
        }
        lossesLeft--;
        note("lost", host.id());
        executors.remove(host.id());
        host.abandon("pulled the plug");
        gone.add(host);
        mail.add(new SchedulerEvent.ExecutorLost(host.id(), "pulled the plug"));
        if (random.nextBoolean()) {
            addRoom();
        }
    }

    // --- jobs

    private void submit() {
        int job = jobs.size();
        Dataset dataset = any(lineage.datasets());
        jobs.put(job, dataset);
        List<Integer> partitions =
                IntStream.range(0, dataset.node().numPartitions()).boxed().toList();
        Map<Integer, StorageLevel> levels = Map.copyOf(lineage.persisted());
        JobRequest request = new JobRequest(
                dataset.node(),
                partitions,
                new WorldAction(job, random.nextInt(3) == 0, random.nextInt(3) == 0),
                levels,
                Map.of(),
                new CallSite("collect", "TaskWorld.java:1"),
                JobProperties.NONE,
                null);
        StageGraph stages = StageGraph.of(dataset.node(), partitions, levels.keySet());
        tell(new SchedulerEvent.JobSubmitted(job, request, stages));
    }

    private void ended(int job, JobOutcome outcome) {
        require(outcomes.put(job, outcome) == null, "I2", () -> "job " + job + " ended twice");
        if (outcome instanceof JobOutcome.Staged staged) {
            List<Object> all = new ArrayList<>();
            staged.staged().forEach(records -> all.addAll((List<?>) records));
            succeeded(job, all);
        } else if (outcome instanceof JobOutcome.Merged merged) {
            succeeded(job, List.copyOf((List<?>) merged.result()));
        } else {
            require(!counted.containsKey(job), "I2", () -> "additions of job " + job + " count, which did not succeed");
        }
        if (outcome instanceof JobOutcome.Cancelled) {
            require(cancelled.contains(job), "I15", () -> "job " + job + " was cancelled by nobody");
        } else if (outcome instanceof JobOutcome.Failed failed) {
            requireJustified(job, failed.failure());
        }
    }

    private void succeeded(int job, List<Object> records) {
        Dataset dataset = jobs.get(job);
        List<String> labels = records.stream()
                .flatMap(record -> WorldLineage.labelsOf(record).stream())
                .sorted()
                .toList();
        List<String> expected = dataset.expected().stream()
                .map(label -> label.drawn(0))
                .sorted()
                .toList();
        List<String> undrawn =
                labels.stream().map(label -> Label.of(label).drawn(0)).sorted().toList();
        require(undrawn.equals(expected), "I1", () -> "job " + job + " gave " + labels + " instead of " + expected);
        Map<List<Integer>, Long> drawn = new HashMap<>();
        for (String label : labels) {
            Label of = Label.of(label);
            Long other = drawn.put(List.of(of.source(), of.partition()), Label.drawOf(label));
            require(
                    other == null || other == Label.drawOf(label),
                    "I3",
                    () -> "job " + job + " mixes draws of partition " + of.partition() + " of source " + of.source());
        }
        if (dataset.deterministic()) {
            List<Object> before = collected.putIfAbsent(dataset.node().id(), records);
            require(
                    before == null || before.equals(records),
                    "I1",
                    () -> "job " + job + " gave " + records + ", an earlier one " + before);
        }
        require(
                counted.getOrDefault(job, 0L) == records.size(),
                "I2",
                () -> "job " + job + " counted " + counted.get(job) + " of " + records.size() + " records");
    }

    private void requireJustified(int job, JobFailure failure) {
        boolean justified = failure instanceof JobFailure.TaskFailed task
                && faults.errorsOf(task.stageId(), task.partition()) >= policy.maxTaskFailures();
        require(justified, "I15", () -> "job " + job + " failed: " + failure.describe());
    }

    // --- what must hold

    private static void require(boolean holds, String invariant, Supplier<String> message) {
        if (!holds) {
            throw new Violation(invariant, message.get());
        }
    }

    private void requireBalancedBooks() {
        for (WorldExecutor host : executors.values()) {
            String left = host.leftOver();
            require(left == null, "I6", () -> host.id() + " holds " + left);
        }
    }

    private void finish() {
        require(machine.tables().isIdle(), "I4", () -> "the machine remembers " + machine.tables());
        lineage.shuffles().forEach(shuffle -> tell(new SchedulerEvent.ShuffleUnreachable(shuffle)));
        List.copyOf(lineage.persisted().keySet())
                .forEach(dataset -> tell(new SchedulerEvent.DatasetUnpersisted(dataset)));
        require(machine.tables().shuffles() == 0, "I8", () -> "shuffles are left: " + machine.tables());
        executors.values().forEach(host -> require(host.isEmpty(), "I7", () -> "something is left in " + host));
        gone.forEach(host -> require(host.isEmpty(), "I7", () -> "something is left in lost " + host));
        executors.values().forEach(host -> host.abandon("the world is over"));
    }
}

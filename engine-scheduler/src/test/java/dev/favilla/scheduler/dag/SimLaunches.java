package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.Metric;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.dag.SimAudit.Violation;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.PublishedBlock;
import dev.favilla.task.Locality;
import dev.favilla.task.TaskOutcome;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Watches attempts from their launch to their end: slots, twins, kills, commits (I5, and I2 for commits). */
final class SimLaunches {

    /** An executor as the machine knows it. */
    private static final class Known {
        final int slots;
        final int ahead;
        int taken;
        boolean draining;

        /** Datasets of which it was said to have blocks. */
        final Set<Integer> cached = new HashSet<>();

        Known(int slots, int ahead) {
            this.slots = slots;
            this.ahead = ahead;
        }

        boolean hasFree() {
            return !draining && taken < slots;
        }
    }

    /** A launched attempt whose end the machine has not been told. */
    static final class Launched {
        final ExecutorId executor;
        final TaskSpec task;

        @Nullable
        Instant started;

        @Nullable
        Instant asked;

        boolean interrupted;
        boolean mayCommit;

        /** Whether it is to be given back if it has not begun. */
        boolean recalled;

        Launched(ExecutorId executor, TaskSpec task) {
            this.executor = executor;
            this.task = task;
        }

        boolean isKilled() {
            return asked != null;
        }

        boolean isTwinOf(TaskSpec other) {
            return task.stageId() == other.stageId()
                    && task.stageAttempt() == other.stageAttempt()
                    && task.partition() == other.partition()
                    && task.work().getClass() == other.work().getClass();
        }
    }

    /** A task of one stage attempt. */
    private record Twin(int stage, int attempt, int partition) {}

    private final SchedulingPolicy policy;
    private final SimChance clock;
    private final Map<ExecutorId, Known> executors = new HashMap<>();
    private final Map<Long, Launched> launched = new HashMap<>();
    private final Map<Integer, Integer> latestStageAttempt = new HashMap<>();
    private final Set<Twin> twins = new HashSet<>();

    /** How many attempts in a row were short, by stage attempt. */
    private final Map<List<Integer>, Integer> brief = new HashMap<>();

    /** How many executors had been lost when each was, and when the latest attempt of each stage began. */
    private final Map<ExecutorId, Integer> losses = new HashMap<>();

    private final Map<Integer, Integer> lossesBefore = new HashMap<>();
    private long latest = -1;

    SimLaunches(SchedulingPolicy policy, SimChance clock) {
        this.policy = policy;
        this.clock = clock;
    }

    private static void require(boolean holds, String invariant, Supplier<String> message) {
        if (!holds) {
            throw new Violation(invariant, message.get());
        }
    }

    /** Returns the id of the attempt launched last, negative if there was none. */
    long latest() {
        return latest;
    }

    boolean anyTakesTasks() {
        return executors.values().stream().anyMatch(known -> !known.draining);
    }

    boolean isEmpty() {
        return launched.isEmpty();
    }

    @Nullable
    Launched running(long attemptId) {
        return launched.get(attemptId);
    }

    @Nullable
    Launched running(long attemptId, ExecutorId executor) {
        Launched attempt = launched.get(attemptId);
        return attempt != null && attempt.executor.equals(executor) ? attempt : null;
    }

    // --- what the machine is told

    void added(SchedulerEvent.ExecutorAdded event) {
        executors.put(event.executor(), new Known(event.slots(), event.ahead()));
    }

    void draining(ExecutorId executor) {
        Known known = executors.get(executor);
        if (known != null) {
            known.draining = true;
        }
    }

    void lost(ExecutorId executor) {
        executors.remove(executor);
        losses.putIfAbsent(executor, losses.size());
        launched.values().removeIf(attempt -> attempt.executor.equals(executor));
    }

    void started(SchedulerEvent.AttemptStarted event) {
        Launched attempt = running(event.attemptId(), event.executor());
        if (attempt != null && attempt.started == null) {
            attempt.started = clock.instant();
        }
    }

    /** Returns the attempt that ended, if the machine takes it for a running one. */
    @Nullable
    Launched ended(SchedulerEvent.AttemptEnded event) {
        Launched attempt = running(event.attemptId(), event.executor());
        if (attempt != null) {
            forget(attempt);
            boolean isBrief = event.outcome() instanceof TaskOutcome.Success
                    && event.metrics().get(Metric.RUN_NANOS) < 100_000;
            brief.compute(
                    stageAttemptOf(attempt.task), (stage, before) -> isBrief ? 1 + (before == null ? 0 : before) : 0);
            Known known = executors.get(event.executor());
            if (known != null && event.outcome() instanceof TaskOutcome.Success success) {
                for (PublishedBlock block : success.cached()) {
                    known.cached.add(block.id().rddId());
                }
            }
        }
        return attempt;
    }

    private static List<Integer> stageAttemptOf(TaskSpec task) {
        return List.of(task.stageId(), task.stageAttempt());
    }

    /** An attempt was given back that had not begun. */
    void withdrawn(SchedulerEvent.AttemptWithdrawn event) {
        Launched attempt = running(event.attemptId(), event.executor());
        if (attempt != null) {
            require(attempt.recalled, "I5", () -> attempt.task.describe() + " was given back unasked");
            forget(attempt);
        }
    }

    private void forget(Launched attempt) {
        launched.remove(attempt.task.attemptId());
        Known known = executors.get(attempt.executor);
        if (known != null) {
            known.taken--;
        }
    }

    // --- what the machine says

    void submitted(int stage) {
        lossesBefore.put(stage, losses.size());
    }

    void launch(ExecutorId executor, TaskSpec task) {
        require(task.attemptId() > latest, "I5", () -> "attempt id " + task.attemptId() + " is not a new one");
        latest = task.attemptId();
        Known known = executors.get(executor);
        require(known != null, "I5", () -> task.describe() + " launched on " + executor + ", which is gone");
        require(!known.draining, "I5", () -> task.describe() + " launched on " + executor + ", which is to go");
        if (known.taken >= known.slots) {
            requireMayWait(known, task);
        }
        int latestAttempt = latestStageAttempt.merge(task.stageId(), task.stageAttempt(), Math::max);
        require(
                latestAttempt == task.stageAttempt(),
                "I5",
                () -> task.describe() + " launched after attempt " + latestAttempt);
        requireRightTwins(executor, task);
        if (!losses.isEmpty()) {
            requireLiveInputs(task);
        }
        require(
                task.locality() != Locality.PROCESS_LOCAL || isHome(known, executor, task),
                "locality",
                () -> task.describe() + " has no data on " + executor);
        known.taken++;
        launched.put(task.attemptId(), new Launched(executor, task));
    }

    /** Short tasks of one set may wait for a slot on an executor, unless another has one. */
    private void requireMayWait(Known known, TaskSpec task) {
        require(known.taken < known.slots + known.ahead, "I5", () -> task.describe() + " launched on a full executor");
        require(
                !policy.speculation().enabled() && task.locality() == Locality.ANY,
                "I5",
                () -> task.describe() + " launched ahead although it matters when or where it begins");
        require(
                executors.values().stream().noneMatch(Known::hasFree),
                "I5",
                () -> task.describe() + " launched ahead beside a free slot");
        require(
                brief.getOrDefault(stageAttemptOf(task), 0) >= 3,
                "I5",
                () -> task.describe() + " launched ahead although its stage's tasks are not short");
    }

    /** What waits for a slot is asked back as soon as another executor has one free, or its own is to go. */
    void requireNoneWaitsBesideAFreeSlot() {
        boolean free = executors.values().stream().anyMatch(Known::hasFree);
        executors.forEach((id, known) -> {
            if (known.taken > known.slots && (free || known.draining)) {
                long asked = launched.values().stream()
                        .filter(attempt -> attempt.executor.equals(id) && (attempt.recalled || attempt.isKilled()))
                        .count();
                require(
                        asked >= known.taken - known.slots,
                        "I5",
                        () -> "attempts wait on " + id + " although there are slots elsewhere");
            }
        });
    }

    /** A second attempt of a task is launched only beside a slow first one, once, and elsewhere if possible. */
    private void requireRightTwins(ExecutorId executor, TaskSpec task) {
        for (Launched other : launched.values()) {
            if (other.isTwinOf(task) && !other.isKilled()) {
                Supplier<String> message = () -> task.describe() + " launched beside " + other.task.describe();
                boolean irrevocable = task.work() instanceof TaskWork.RunAction run
                        && run.action().isIrrevocable();
                require(policy.speculation().enabled() && !irrevocable, "I5", message);
                require(twins.add(new Twin(task.stageId(), task.stageAttempt(), task.partition())), "I5", message);
                Instant started = other.started;
                require(
                        started != null
                                && started.plus(policy.speculation().minRuntime())
                                        .isBefore(clock.instant()),
                        "I5",
                        message);
                require(!other.executor.equals(executor) || isAlone(executor), "I5", message);
            }
        }
    }

    /** What was lost before a stage attempt began is not given to its tasks. */
    private void requireLiveInputs(TaskSpec task) {
        for (MapOutputs inputs : task.inputs().values()) {
            for (MapOutput output : inputs.outputs()) {
                Integer loss = losses.get(output.executor());
                require(
                        loss == null || loss >= lossesBefore.getOrDefault(task.stageId(), 0),
                        "I3",
                        () -> task.describe() + " is to read " + output + ", which is long gone");
            }
        }
    }

    private boolean isAlone(ExecutorId executor) {
        return executors.entrySet().stream()
                .allMatch(known -> known.getValue().draining || known.getKey().equals(executor));
    }

    private static boolean isHome(Known known, ExecutorId executor, TaskSpec task) {
        for (MapOutputs inputs : task.inputs().values()) {
            for (MapOutput output : inputs.outputs()) {
                if (output.executor().equals(executor)) {
                    return true;
                }
            }
        }
        for (int rddId : known.cached) {
            if (task.reads().firstValidAttempts().containsKey(rddId)) { // may have been unpersisted since
                return true;
            }
        }
        SimNode target = task.work() instanceof TaskWork.WriteShuffle write
                ? (SimNode) write.dependency().parent()
                : task.work() instanceof TaskWork.RunAction run ? (SimNode) run.target() : null;
        return target != null && target.prefers(executor.name());
    }

    void kill(SchedulerCommand.Kill kill) {
        Launched attempt = running(kill.attemptId(), kill.executor());
        require(attempt != null, "I5", () -> "killed attempt " + kill.attemptId() + ", which does not run");
        require(
                !attempt.isKilled() || (kill.interrupt() && !attempt.interrupted),
                "I5",
                () -> "killed attempt " + kill.attemptId() + " again");
        attempt.asked = clock.instant();
        attempt.interrupted |= kill.interrupt();
    }

    void withdraw(SchedulerCommand.Withdraw withdraw) {
        Launched attempt = running(withdraw.attemptId(), withdraw.executor());
        require(attempt != null, "I5", () -> "asked for attempt " + withdraw.attemptId() + ", which does not run");
        require(!attempt.recalled, "I5", () -> "asked for attempt " + withdraw.attemptId() + " again");
        attempt.recalled = true;
    }

    void replace(SchedulerCommand.ReplaceSlot replace) {
        Launched attempt = running(replace.attemptId(), replace.executor());
        require(attempt != null, "I5", () -> "gave up the slot of " + replace.attemptId() + ", which does not run");
        Instant asked = attempt.asked;
        require(
                attempt.interrupted
                        && asked != null
                        && !asked.plus(policy.replaceAfter()).isAfter(clock.instant()),
                "I5",
                () -> "gave up the slot of " + attempt.task.describe() + " too early");
        forget(attempt);
    }

    void answer(SchedulerCommand.AnswerCommit answer) {
        if (!answer.granted()) {
            return;
        }
        Launched attempt = running(answer.attemptId(), answer.executor());
        require(attempt != null, "I2", () -> "attempt " + answer.attemptId() + " may commit, but does not run");
        for (Launched other : launched.values()) {
            require(
                    other == attempt
                            || !other.mayCommit
                            || other.task.stageId() != attempt.task.stageId()
                            || other.task.partition() != attempt.task.partition(),
                    "I2",
                    () -> attempt.task.describe() + " may commit, and so may " + other.task.describe());
        }
        attempt.mayCommit = true;
    }

    void release(ExecutorId executor) {
        Known known = executors.remove(executor);
        require(known != null && known.draining, "I5", () -> executor + " was let go, and was not to go");
        require(known.taken == 0, "I5", () -> executor + " was let go while attempts run there");
    }
}

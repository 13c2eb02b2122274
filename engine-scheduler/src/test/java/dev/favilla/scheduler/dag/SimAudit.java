package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.AccumulatorUpdate;
import dev.favilla.scheduler.JobFailure;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.shuffle.ExecutorId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches what goes into the machine and what comes out, and knows independently of it what must hold. Violations name
 * the invariant of the reliability document.
 */
final class SimAudit {

    /** A partition of a stage. */
    private record Task(int stage, int partition) {}

    /** A launched attempt whose end the machine has not been told. */
    private record Launched(ExecutorId executor, TaskSpec task) {}

    static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Violation(String invariant, String message) {
            super(invariant + " violated: " + message);
        }
    }

    private final SimTracker tracker;
    private final SimLineage lineage;
    private final RetryPolicy policy;

    private final Map<Integer, SchedulerEvent.JobSubmitted> jobs = new HashMap<>();
    private final Map<Integer, JobOutcome> outcomes = new HashMap<>();
    private final Set<Integer> cancelled = new HashSet<>();
    private final Map<ExecutorId, Integer> slots = new HashMap<>();
    private final Map<Long, Launched> launched = new HashMap<>();
    private final Set<Long> attemptIds = new HashSet<>();
    private final Map<Integer, Integer> latestStageAttempt = new HashMap<>();
    private final Map<Integer, Set<Integer>> stageAttempts = new HashMap<>();
    private final Map<Integer, List<AccumulatorUpdate>> applied = new HashMap<>();

    /** Result partitions whose success was told, and the generations it was computed from. */
    private final Map<Task, Map<Integer, Long>> finished = new HashMap<>();

    private final Map<Task, Integer> failures = new HashMap<>();
    private final Map<Integer, Integer> lostInputs = new HashMap<>();

    /** Shuffles that an attempt of a stage had to read and was not given: later attempts must be. */
    private final Map<Integer, Set<Integer>> missedInputs = new HashMap<>();

    private final Set<Integer> irrevocablyLaunched = new HashSet<>();
    private final Set<Long> killed = new HashSet<>();

    SimAudit(SimTracker tracker, SimLineage lineage, RetryPolicy policy) {
        this.tracker = tracker;
        this.lineage = lineage;
        this.policy = policy;
    }

    Map<Integer, JobOutcome> outcomes() {
        return outcomes;
    }

    private static void require(boolean holds, String invariant, Supplier<String> message) {
        if (!holds) {
            throw new Violation(invariant, message.get());
        }
    }

    // --- what the machine is told

    void before(SchedulerEvent event) {
        if (event instanceof SchedulerEvent.JobSubmitted submitted) {
            jobs.put(submitted.jobId(), submitted);
        } else if (event instanceof SchedulerEvent.JobCancelled cancel) {
            cancelled.add(cancel.jobId());
        } else if (event instanceof SchedulerEvent.ExecutorAdded added) {
            slots.put(added.executor(), added.slots());
        } else if (event instanceof SchedulerEvent.ExecutorLost lost) {
            slots.remove(lost.executor());
            launched.values().removeIf(attempt -> attempt.executor().equals(lost.executor()));
        } else if (event instanceof SchedulerEvent.AttemptEnded ended) {
            ended(ended);
        }
    }

    private void ended(SchedulerEvent.AttemptEnded event) {
        Launched attempt = launched.get(event.attemptId());
        if (attempt == null || !attempt.executor().equals(event.executor())) {
            return;
        }
        launched.remove(event.attemptId());
        TaskSpec task = attempt.task();
        Task key = new Task(task.stageId(), task.partition());
        if (event.outcome() instanceof TaskOutcome.Success && isCurrent(task.generations())) {
            failures.remove(key);
            if (task.work() instanceof TaskWork.RunAction) {
                finished.put(key, task.generations());
            }
        } else if (event.outcome() instanceof TaskOutcome.Failed) {
            failures.merge(key, 1, Integer::sum);
        } else if (event.outcome() instanceof TaskOutcome.FetchFailed
                || event.outcome() instanceof TaskOutcome.InputMissing) {
            lostInputs.merge(task.stageId(), 1, Integer::sum);
        }
        if (event.outcome() instanceof TaskOutcome.InputMissing missing
                && task.stageAttempt() == latestStageAttempt.get(task.stageId())) {
            missedInputs.computeIfAbsent(task.stageId(), id -> new HashSet<>()).add(missing.shuffleId());
        }
    }

    private boolean isCurrent(Map<Integer, Long> generations) {
        return generations.entrySet().stream()
                .allMatch(entry ->
                        tracker.contains(entry.getKey()) && tracker.generation(entry.getKey()) == entry.getValue());
    }

    // --- what the machine says

    void after(SchedulerCommand command) {
        if (command instanceof SchedulerCommand.Launch launch) {
            launch(launch.executor(), launch.task());
        } else if (command instanceof SchedulerCommand.Kill kill) {
            require(
                    launched.containsKey(kill.attemptId()),
                    "I5",
                    () -> "killed attempt " + kill.attemptId() + ", not running");
            killed.add(kill.attemptId());
        } else if (command instanceof SchedulerCommand.ApplyAccumulators apply) {
            for (AccumulatorUpdate update : apply.updates()) {
                applied.computeIfAbsent((int) update.accumulatorId(), id -> new ArrayList<>())
                        .add(update);
            }
        } else if (command instanceof SchedulerCommand.EndJob end) {
            ended(end.jobId(), end.outcome());
        }
    }

    private void launch(ExecutorId executor, TaskSpec task) {
        require(attemptIds.add(task.attemptId()), "I5", () -> "attempt id " + task.attemptId() + " was used before");
        require(
                slots.containsKey(executor),
                "I5",
                () -> task.describe() + " launched on " + executor + ", which is gone");
        long taken = launched.values().stream()
                .filter(attempt -> attempt.executor().equals(executor))
                .count();
        require(taken < slots.get(executor), "I5", () -> task.describe() + " launched on a full executor");
        require(!outcomes.containsKey(task.jobId()), "I5", () -> task.describe() + " launched for an ended job");
        int latest = latestStageAttempt.merge(task.stageId(), task.stageAttempt(), Math::max);
        require(latest == task.stageAttempt(), "I5", () -> task.describe() + " launched after attempt " + latest);
        stageAttempts.computeIfAbsent(task.stageId(), id -> new TreeSet<>()).add(task.stageAttempt());
        require(isCurrent(task.generations()), "I3", () -> task.describe() + " launched on old generations");
        for (Launched other : launched.values()) {
            TaskSpec running = other.task();
            require(
                    running.stageId() != task.stageId()
                            || running.stageAttempt() != task.stageAttempt()
                            || running.partition() != task.partition()
                            || running.work().getClass() != task.work().getClass()
                            || killed.contains(running.attemptId()),
                    "I5",
                    () -> task.describe() + " launched beside " + running.describe());
        }
        requireUnfinished(task);
        require(
                task.work() instanceof TaskWork.MergeResults
                        || task.inputs().keySet().containsAll(missedInputs.getOrDefault(task.stageId(), Set.of())),
                "I4",
                () -> task.describe() + " launched without an input that an earlier attempt missed");
        launched.put(task.attemptId(), new Launched(executor, task));
    }

    private void requireUnfinished(TaskSpec task) {
        if (task.work() instanceof TaskWork.WriteShuffle write) {
            int shuffle = write.dependency().shuffleId();
            require(
                    tracker.missing(shuffle).get(task.partition()),
                    "I5",
                    () -> task.describe() + " is finished already");
        } else if (task.work() instanceof TaskWork.RunAction run) {
            Map<Integer, Long> generations = finished.get(new Task(task.stageId(), task.partition()));
            require(
                    generations == null || !isCurrent(generations),
                    "I5",
                    () -> task.describe() + " is finished already, from " + generations);
            if (run.action().isIrrevocable()) {
                irrevocablyLaunched.add(task.jobId());
            }
        }
    }

    // --- how jobs end

    private void ended(int jobId, JobOutcome outcome) {
        require(jobs.containsKey(jobId), "I2", () -> "job " + jobId + " ended and was never submitted");
        require(outcomes.put(jobId, outcome) == null, "I2", () -> "job " + jobId + " ended twice");
        if (outcome instanceof JobOutcome.Staged staged) {
            succeeded(jobId, staged.staged());
        } else if (outcome instanceof JobOutcome.Merged merged) {
            require(merged.result() instanceof List<?>, "I1", () -> "job " + jobId + " was not merged");
            succeeded(jobId, (List<?>) merged.result());
        } else if (outcome instanceof JobOutcome.Failed failed) {
            require(!applied.containsKey(jobId), "I2", () -> "accumulators of failed job " + jobId + " were applied");
            requireJustified(jobId, failed.failure());
        } else {
            require(cancelled.contains(jobId), "I15", () -> "job " + jobId + " was not cancelled");
        }
    }

    private void succeeded(int jobId, List<?> results) {
        SchedulerEvent.JobSubmitted job = jobs.get(jobId);
        List<Integer> partitions = job.request().partitions();
        require(
                results.size() == partitions.size(),
                "I1",
                () -> "job " + jobId + " has " + results.size() + " results");
        List<SimValue> values = new ArrayList<>();
        for (@Nullable Object result : results) {
            require(result instanceof SimValue, "I1", () -> "job " + jobId + " lacks a result: " + results);
            values.add((SimValue) result);
        }
        try {
            SimValue.sources(values);
        } catch (SimValue.MixedGenerations e) {
            throw new Violation("I3", "job " + jobId + ": " + e.getMessage());
        }
        SimNode target = (SimNode) job.request().target();
        if (SimLineage.isDeterministic(target)) {
            for (int i = 0; i < partitions.size(); i++) {
                long expected = lineage.expected(target, partitions.get(i)).hash();
                require(values.get(i).hash() == expected, "I1", () -> "job " + jobId + " has wrong contents");
            }
        }
        List<Object> counted = new ArrayList<>();
        applied.getOrDefault(jobId, List.of()).forEach(update -> counted.add(update.partial()));
        require(
                counted.equals(new ArrayList<Object>(partitions)),
                "I2",
                () -> "accumulators of job " + jobId + " saw partitions " + counted + " instead of " + partitions);
    }

    private void requireJustified(int jobId, JobFailure failure) {
        if (failure instanceof JobFailure.TaskFailed task) {
            int seen = failures.getOrDefault(new Task(task.stageId(), task.partition()), 0);
            require(
                    seen >= policy.maxTaskFailures() && task.attempts() == policy.maxTaskFailures(),
                    "I15",
                    () -> "job " + jobId + " failed after " + seen + " failures: " + failure.describe());
        } else if (failure.describe().contains("maxConsecutiveStageAttempts")) {
            int most =
                    lostInputs.values().stream().mapToInt(count -> count).max().orElse(0);
            require(
                    most >= policy.maxConsecutiveStageAttempts(),
                    "I15",
                    () -> "job " + jobId + ": " + failure.describe());
        } else if (failure.describe().contains("maxStageAttempts")) {
            int most = latestStageAttempt.values().stream()
                    .mapToInt(count -> count + 1)
                    .max()
                    .orElse(0);
            require(most >= policy.maxStageAttempts() - 1, "I15", () -> "job " + jobId + ": " + failure.describe());
        } else if (failure.describe().contains("cannot be taken back")) {
            require(
                    tracker.differing() > 0 && irrevocablyLaunched.contains(jobId),
                    "I15",
                    () -> "job " + jobId + ": " + failure.describe());
        } else {
            throw new Violation("I15", "job " + jobId + ": " + failure.describe());
        }
    }

    /** To be called when nothing is left to do. */
    void atEnd() {
        for (int jobId : jobs.keySet()) {
            require(outcomes.containsKey(jobId), "I4", () -> "job " + jobId + " never ended");
        }
        require(launched.isEmpty(), "I4", () -> "attempts never ended: " + launched.keySet());
    }
}

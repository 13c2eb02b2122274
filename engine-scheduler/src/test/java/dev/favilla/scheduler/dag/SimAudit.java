package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.dag.SimLaunches.Launched;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.TaskOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Watches what goes into the machine and what comes out, and knows independently of it what must hold. Violations name
 * the invariant of the reliability document.
 */
final class SimAudit {

    static final class Violation extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Violation(String invariant, String message) {
            super(invariant + " violated: " + message);
        }
    }

    /** A partition of a stage. */
    private record Task(int stage, int partition) {}

    /** A result partition that was done, by an attempt that was told to have succeeded. */
    private record Finished(long attempt, Map<Integer, Long> generations, int changes) {}

    /** A running job. */
    private record Running(SchedulerEvent.JobSubmitted job, Instant since) {

        JobProperties properties() {
            return job.request().properties();
        }

        boolean isOverdue(Instant now) {
            Duration limit = properties().deadline();
            return limit != null && !since.plus(limit).isAfter(now);
        }
    }

    private final SimTracker tracker;
    private final SimLineage lineage;
    private final SimContents contents;
    private final SimObserver observer;
    private final RetryPolicy retries;
    private final SchedulingPolicy scheduling;
    private final SimChance clock;
    private final SimLaunches launches;
    private final SimChanges changes;

    private final Map<Integer, Running> running = new HashMap<>();
    private final Map<Integer, JobOutcome> outcomes = new HashMap<>();
    private final Set<Integer> cancelled = new HashSet<>();
    private final Set<String> cancelledGroups = new HashSet<>();
    private final Map<Integer, List<AccumulatorUpdate>> applied = new HashMap<>();
    private final Map<Integer, Long> resultBytes = new HashMap<>();
    private final Map<Task, Finished> finished = new HashMap<>();

    /** How attempts ended that count, by task: a failure as its id, a success as the complement of its id. */
    private final Map<Task, List<Long>> ends = new HashMap<>();

    private final Map<Integer, Integer> lostInputs = new HashMap<>();

    /** Shuffles that an attempt of a stage had to read and was not given: later attempts must be. */
    private final Map<Integer, Set<Integer>> missedInputs = new HashMap<>();

    /** The first attempt launched for each job whose action cannot be taken back, as a number of changes seen. */
    private final Map<Integer, Integer> irrevocablyLaunched = new HashMap<>();

    private @Nullable Instant withoutExecutor;

    SimAudit(
            SimTracker tracker,
            SimLineage lineage,
            SimContents contents,
            SimObserver observer,
            RetryPolicy retries,
            SchedulingPolicy scheduling,
            SimChance clock) {
        this.tracker = tracker;
        this.lineage = lineage;
        this.contents = contents;
        this.observer = observer;
        this.retries = retries;
        this.scheduling = scheduling;
        this.clock = clock;
        this.launches = new SimLaunches(scheduling, clock);
        this.changes = new SimChanges(tracker);
    }

    Map<Integer, JobOutcome> outcomes() {
        return outcomes;
    }

    /** Returns the id of the attempt launched last, negative if there was none. */
    long latestAttempt() {
        return launches.latest();
    }

    private static void require(boolean holds, String invariant, Supplier<String> message) {
        if (!holds) {
            throw new Violation(invariant, message.get());
        }
    }

    // --- what the machine is told

    void before(SchedulerEvent event) {
        if (event instanceof SchedulerEvent.JobSubmitted submitted) {
            running.put(submitted.jobId(), new Running(submitted, clock.instant()));
            String group = submitted.request().properties().group();
            if (group != null && cancelledGroups.contains(group)) {
                cancelled.add(submitted.jobId());
            }
        } else if (event instanceof SchedulerEvent.JobsCancelled cancel) {
            cancel(cancel.jobs());
        } else if (event instanceof SchedulerEvent.ExecutorAdded added) {
            launches.added(added);
        } else if (event instanceof SchedulerEvent.ExecutorDraining draining) {
            launches.draining(draining.executor());
        } else if (event instanceof SchedulerEvent.ExecutorLost lost) {
            launches.lost(lost.executor());
        } else if (event instanceof SchedulerEvent.AttemptStarted started) {
            launches.started(started);
        } else if (event instanceof SchedulerEvent.AttemptEnded ended) {
            ended(ended);
        } else if (event instanceof SchedulerEvent.AttemptWithdrawn withdrawn) {
            launches.withdrawn(withdrawn);
        } else if (event instanceof SchedulerEvent.DatasetUnpersisted unpersisted) {
            changes.unpersisted(unpersisted.rddId());
        }
    }

    private void cancel(JobSelector selector) {
        if (selector instanceof JobSelector.InGroup group && group.alsoFuture()) {
            cancelledGroups.add(group.group());
        }
        running.forEach((jobId, job) -> {
            if (isMeant(jobId, job.properties(), selector)) {
                cancelled.add(jobId);
            }
        });
    }

    private boolean isMeant(int jobId, JobProperties properties, JobSelector selector) {
        if (selector instanceof JobSelector.One one) {
            return one.jobId() == jobId;
        }
        if (selector instanceof JobSelector.InGroup group) {
            return group.group().equals(properties.group());
        }
        if (selector instanceof JobSelector.WithTag tag) {
            return properties.tags().contains(tag.tag());
        }
        return !(selector instanceof JobSelector.UsingStage stage) || observer.uses(jobId, stage.stageId());
    }

    private void ended(SchedulerEvent.AttemptEnded event) {
        Launched attempt = launches.ended(event);
        if (attempt == null) {
            return;
        }
        TaskSpec task = attempt.task;
        Task key = new Task(task.stageId(), task.partition());
        if (event.outcome() instanceof TaskOutcome.Success success) {
            changes.seen(success);
            if (isCurrent(task.generations())) {
                note(key, ~task.attemptId());
                if (task.work() instanceof TaskWork.RunAction) {
                    resultBytes.merge(task.jobId(), success.resultBytes(), Long::sum);
                    finished.put(key, new Finished(task.attemptId(), task.generations(), changes.count()));
                }
            }
        } else if (event.outcome() instanceof TaskOutcome.Failed) {
            note(key, task.attemptId());
        } else if (event.outcome() instanceof TaskOutcome.FetchFailed
                || event.outcome() instanceof TaskOutcome.InputMissing) {
            lostInputs.merge(task.stageId(), 1, Integer::sum);
        }
        if (event.outcome() instanceof TaskOutcome.InputMissing missing
                && task.stageAttempt() == observer.latestAttempt(task.stageId())) {
            missedInputs.computeIfAbsent(task.stageId(), id -> new HashSet<>()).add(missing.shuffleId());
        }
    }

    private void note(Task task, long end) {
        ends.computeIfAbsent(task, id -> new ArrayList<>(4)).add(end);
    }

    /** Returns how often a task failed since an attempt of it succeeded. */
    private int failures(Task task) {
        int failures = 0;
        for (long end : ends.getOrDefault(task, List.of())) {
            failures = end >= 0 ? failures + 1 : observer.hasSucceeded(~end) ? 0 : failures;
        }
        return failures;
    }

    private boolean isCurrent(Map<Integer, Long> generations) {
        for (Map.Entry<Integer, Long> entry : generations.entrySet()) {
            if (!tracker.contains(entry.getKey()) || tracker.generation(entry.getKey()) != entry.getValue()) {
                return false;
            }
        }
        return true;
    }

    /** To be called when all that follows from an event was said. */
    void after(SchedulerEvent event) {
        if (event instanceof SchedulerEvent.JobsCancelled || event instanceof SchedulerEvent.JobSubmitted) {
            for (int jobId : running.keySet()) {
                require(!cancelled.contains(jobId), "I4", () -> "job " + jobId + " goes on although it was cancelled");
            }
        } else if (event instanceof SchedulerEvent.TimePassed) {
            running.forEach((jobId, job) -> require(
                    !job.isOverdue(clock.instant()), "I4", () -> "job " + jobId + " goes on after its deadline"));
        } else if (event instanceof SchedulerEvent.AttemptUnwanted unwanted) {
            Launched attempt = launches.running(unwanted.attemptId());
            require(
                    attempt == null || attempt.isKilled(),
                    "I5",
                    () -> "attempt " + unwanted.attemptId() + " was not stopped");
        }
        launches.requireNoneWaitsBesideAFreeSlot();
        if (running.isEmpty() || launches.anyTakesTasks()) {
            withoutExecutor = null;
        } else if (withoutExecutor == null) {
            withoutExecutor = clock.instant();
        }
    }

    /** To be called when nothing happens until {@code next}. */
    void requireAlarm(Instant next) {
        running.forEach((jobId, job) -> require(
                !job.isOverdue(next.minusMillis(1)),
                "I4",
                () -> "nobody is awake when the time of job " + jobId + " is over"));
    }

    // --- what the machine says

    void after(SchedulerCommand command) {
        if (command instanceof SchedulerCommand.Launch launch) {
            launch(launch.executor(), launch.task());
        } else if (command instanceof SchedulerCommand.Kill kill) {
            launches.kill(kill);
        } else if (command instanceof SchedulerCommand.Withdraw withdraw) {
            launches.withdraw(withdraw);
        } else if (command instanceof SchedulerCommand.ReplaceSlot replace) {
            launches.replace(replace);
        } else if (command instanceof SchedulerCommand.AnswerCommit answer) {
            launches.answer(answer);
        } else if (command instanceof SchedulerCommand.ReleaseExecutor release) {
            launches.release(release.executor());
        } else if (command instanceof SchedulerCommand.ApplyAccumulators apply) {
            for (AccumulatorUpdate update : apply.updates()) {
                applied.computeIfAbsent((int) update.accumulatorId(), id -> new ArrayList<>())
                        .add(update);
            }
        } else if (command instanceof SchedulerCommand.EndJob end) {
            ended(end.jobId(), end.outcome());
        } else if (command instanceof SchedulerCommand.Publish publish
                && publish.event() instanceof EngineEvent.StageSubmitted submitted) {
            launches.submitted(submitted.stage().stageId());
        }
    }

    private void launch(ExecutorId executor, TaskSpec task) {
        launches.launch(executor, task);
        require(!outcomes.containsKey(task.jobId()), "I5", () -> task.describe() + " launched for an ended job");
        require(isCurrent(task.generations()), "I3", () -> task.describe() + " launched on old generations");
        requireUnfinished(task);
        require(
                task.work() instanceof TaskWork.MergeResults
                        || task.inputs().keySet().containsAll(missedInputs.getOrDefault(task.stageId(), Set.of())),
                "I4",
                () -> task.describe() + " launched without an input that an earlier attempt missed");
    }

    private void requireUnfinished(TaskSpec task) {
        if (task.work() instanceof TaskWork.WriteShuffle write) {
            int shuffle = write.dependency().shuffleId();
            require(
                    tracker.missing(shuffle).get(task.partition()),
                    "I5",
                    () -> task.describe() + " is finished already");
        } else if (task.work() instanceof TaskWork.RunAction run) {
            Finished before = finished.get(new Task(task.stageId(), task.partition()));
            require(
                    before == null
                            || before.changes() < changes.count()
                            || !observer.hasSucceeded(before.attempt())
                            || !isCurrent(before.generations()),
                    "I5",
                    () -> task.describe() + " is finished already: " + before);
            if (run.action().isIrrevocable()) {
                irrevocablyLaunched.putIfAbsent(task.jobId(), changes.count());
            }
        }
    }

    // --- how jobs end

    private void ended(int jobId, JobOutcome outcome) {
        Running job = running.remove(jobId);
        require(outcomes.put(jobId, outcome) == null, "I2", () -> "job " + jobId + " ended twice");
        require(job != null, "I2", () -> "job " + jobId + " ended and was never submitted");
        if (outcome instanceof JobOutcome.Staged staged) {
            succeeded(job.job(), staged.staged());
        } else if (outcome instanceof JobOutcome.Merged merged) {
            require(merged.result() instanceof List<?>, "I1", () -> "job " + jobId + " was not merged");
            succeeded(job.job(), (List<?>) merged.result());
        } else if (outcome instanceof JobOutcome.Failed failed) {
            require(!applied.containsKey(jobId), "I2", () -> "accumulators of failed job " + jobId + " were applied");
            requireJustified(job.job(), failed.failure());
        } else {
            require(
                    cancelled.contains(jobId) || job.isOverdue(clock.instant()),
                    "I15",
                    () -> "job " + jobId + " was not cancelled");
        }
    }

    private void succeeded(SchedulerEvent.JobSubmitted job, List<?> results) {
        int jobId = job.jobId();
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
        contents.requireOneOfEach(jobId, values);
        SimNode target = (SimNode) job.request().target();
        if (target.isDeterministicBelow()) {
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

    private void requireJustified(SchedulerEvent.JobSubmitted job, JobFailure failure) {
        int jobId = job.jobId();
        String words = failure.describe();
        boolean justified;
        if (failure instanceof JobFailure.TaskFailed task) {
            int seen = failures(new Task(task.stageId(), task.partition()));
            justified = seen >= retries.maxTaskFailures() && task.attempts() == retries.maxTaskFailures();
        } else if (words.contains("favilla.stage.maxConsecutiveAttempts")) {
            int most =
                    lostInputs.values().stream().mapToInt(count -> count).max().orElse(0);
            justified = most >= retries.maxConsecutiveStageAttempts();
        } else if (words.contains("favilla.stage.maxAttempts")) {
            justified = observer.mostStageAttempts() >= retries.maxStageAttempts();
        } else if (words.contains("favilla.driver.maxResultSize")) {
            justified = resultBytes.getOrDefault(jobId, 0L) > scheduling.maxResultBytes();
        } else if (words.contains("favilla.executor.wait")) {
            Instant since = withoutExecutor;
            justified = since != null && !since.plus(scheduling.executorWait()).isAfter(clock.instant());
        } else if (words.contains("cannot be taken back")) {
            Integer begun = irrevocablyLaunched.get(jobId);
            justified = begun != null && changes.isConcerned(job, begun);
        } else {
            justified = false;
        }
        require(justified, "I15", () -> "job " + jobId + " failed: " + words);
    }

    /** To be called when nothing is left to do. */
    void atEnd() {
        require(running.isEmpty(), "I4", () -> "jobs never ended: " + running.keySet());
        require(launches.isEmpty(), "I4", () -> "attempts never ended");
    }
}

package dev.favilla.scheduler.task;

import dev.favilla.job.JobFailure;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.task.TaskOutcome;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How often the tasks of one stage failed, over all its attempts. Costs nothing for a task that never did.
 *
 * <p>Failures of a task's own work count until one attempt of it succeeds. Attempts that vanished with their executor,
 * or were stopped by somebody else, are nobody's fault and are only bounded: {@link #MAX_VANISHED} in all, so that a
 * job whose executors keep dying ends. Nor may it be a task's own fault that the heap was full while other jobs ran:
 * {@link #MAX_STARVED} times that counts for nothing.
 */
public final class Retries {

    /** How many attempts of one task may vanish with their executor or be stopped from outside. */
    public static final int MAX_VANISHED = 100;

    /** How often one task may find the heap full while other jobs run, before that counts as its own failure. */
    public static final int MAX_STARVED = 3;

    private final RetryPolicy policy;
    private final Map<Integer, History> histories = new HashMap<>();

    public Retries(RetryPolicy policy) {
        this.policy = policy;
    }

    /**
     * Counts how an attempt ended.
     *
     * @return why its stage has to be given up, if a limit is reached
     */
    public Optional<JobFailure> record(TaskAttempt attempt, TaskOutcome outcome) {
        History history = histories.computeIfAbsent(attempt.index(), index -> new History());
        Optional<JobFailure> verdict = outcome instanceof TaskOutcome.Failed failed
                ? failed(attempt, failed, history)
                : vanished(attempt, history);
        history.ends.add(describe(attempt, outcome));
        return verdict;
    }

    /** Notes that an attempt found the heap full beside other jobs; returns whether that may count for nothing. */
    public boolean excuse(TaskAttempt attempt, TaskOutcome outcome) {
        History history = histories.computeIfAbsent(attempt.index(), index -> new History());
        boolean excused = history.starved < MAX_STARVED;
        if (excused) {
            history.starved++;
            history.ends.add(describe(attempt, outcome));
        }
        return excused;
    }

    private Optional<JobFailure> failed(TaskAttempt attempt, TaskOutcome.Failed outcome, History history) {
        history.failures++;
        if (history.failures < policy.maxTaskFailures()) {
            return Optional.empty();
        }
        StageAttempt tasks = attempt.set().tasks();
        return Optional.of(new JobFailure.TaskFailed(
                tasks.stageId(),
                tasks.stageName().toString(),
                attempt.partition(),
                history.failures,
                attempt.executor().toString(),
                outcome.error(),
                history.ends));
    }

    private static Optional<JobFailure> vanished(TaskAttempt attempt, History history) {
        history.vanished++;
        if (history.vanished < MAX_VANISHED) {
            return Optional.empty();
        }
        StageAttempt tasks = attempt.set().tasks();
        return Optional.of(new JobFailure.Aborted(
                "partition " + attempt.partition() + " of stage " + tasks.stageId() + " (" + tasks.stageName()
                        + ") lost its executor, was stopped from outside, or gave its memory back to older tasks, "
                        + history.vanished
                        + " times, the last time on " + attempt.executor() + ". The limit is fixed at " + MAX_VANISHED
                        + ": find out what ends the executors before running the job again.",
                null));
    }

    /** Forgets the failures of a task that succeeded; what vanished stays counted. */
    public void succeeded(int index) {
        History history = histories.get(index);
        if (history != null) {
            history.failures = 0;
            history.ends.clear();
        }
    }

    private static String describe(TaskAttempt attempt, TaskOutcome outcome) {
        return "attempt " + attempt.id() + " on " + attempt.executor() + " " + outcome.describe();
    }

    private static final class History {
        private int failures;
        private int vanished;
        private int starved;
        private final List<String> ends = new ArrayList<>();
    }
}

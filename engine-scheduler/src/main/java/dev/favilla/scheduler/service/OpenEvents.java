package dev.favilla.scheduler.service;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobOutcome;
import dev.favilla.task.TaskOutcome;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * What observers were told has begun and not that it has ended, so that they can be told the ends when the state machine
 * cannot say them any more. Belongs to the scheduler's turn.
 */
final class OpenEvents {

    private final Map<Long, EngineEvent.TaskStarted> tasks = new LinkedHashMap<>();
    private final Map<Integer, EngineEvent.StageSubmitted> stages = new LinkedHashMap<>();
    private final Map<Integer, EngineEvent.JobStarted> jobs = new LinkedHashMap<>();
    private final Map<ExecutorId, EngineEvent.ExecutorAdded> executors = new LinkedHashMap<>();

    /** Whether anything was noted since all was forgotten. */
    private boolean any;

    /** Takes note of what observers are told. */
    void note(EngineEvent event) {
        any = true;
        if (event instanceof EngineEvent.TaskStarted task) {
            tasks.put(task.attemptId(), task);
        } else if (event instanceof EngineEvent.TaskEnded task) {
            tasks.remove(task.attemptId());
        } else if (event instanceof EngineEvent.StageSubmitted stage) {
            stages.put(stage.stage().stageId(), stage);
        } else if (event instanceof EngineEvent.StageCompleted stage) {
            stages.remove(stage.stage().stageId());
        } else if (event instanceof EngineEvent.JobStarted job) {
            jobs.put(job.jobId(), job);
        } else if (event instanceof EngineEvent.JobEnded job) {
            jobs.remove(job.jobId());
        } else if (event instanceof EngineEvent.ExecutorAdded executor) {
            executors.put(executor.executor(), executor);
        } else if (event instanceof EngineEvent.ExecutorRemoved executor) {
            executors.remove(executor.executor());
        }
    }

    /** Forgets all: nobody is told anything now, so that ends are not told either. */
    void forget() {
        if (!any) {
            return;
        }
        any = false;
        tasks.clear();
        stages.clear();
        jobs.clear();
        executors.clear();
    }

    /**
     * Tells the ends of all that is open: attempts, then their stages, then jobs, then executors. What is told is no
     * longer open, so that another call goes on where one was cut short.
     *
     * @param outcomes how jobs ended
     */
    void endAll(
            Instant now, String reason, IntFunction<Optional<JobOutcome>> outcomes, Consumer<EngineEvent> observers) {
        TaskOutcome gone = new TaskOutcome.ExecutorGone(reason);
        for (EngineEvent.TaskStarted task : List.copyOf(tasks.values())) {
            tell(ended(now, task, gone), observers);
        }
        for (EngineEvent.StageSubmitted stage : List.copyOf(stages.values())) {
            tell(new EngineEvent.StageCompleted(now, stage.stage(), stage.stageAttempt(), reason), observers);
        }
        for (int jobId : List.copyOf(jobs.keySet())) {
            Optional<JobOutcome> outcome = outcomes.apply(jobId);
            if (outcome.isPresent()) {
                tell(new EngineEvent.JobEnded(now, jobId, outcome.get()), observers);
            }
        }
        jobs.clear(); // of what is left nobody knows how it ended
        for (ExecutorId executor : List.copyOf(executors.keySet())) {
            tell(new EngineEvent.ExecutorRemoved(now, executor, reason), observers);
        }
    }

    private static EngineEvent ended(Instant now, EngineEvent.TaskStarted task, TaskOutcome outcome) {
        return new EngineEvent.TaskEnded(
                now,
                task.stageId(),
                task.stageAttempt(),
                task.partition(),
                task.attemptNumber(),
                task.attemptId(),
                task.executor(),
                outcome,
                MetricValues.ZERO);
    }

    private void tell(EngineEvent event, Consumer<EngineEvent> observers) {
        observers.accept(event);
        note(event);
    }
}

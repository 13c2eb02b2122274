package dev.favilla.scheduler.dag;

import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineEvent.StageInfo;
import dev.favilla.scheduler.dag.SimAudit.Violation;
import dev.favilla.task.TaskOutcome;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Checks that what observers are told comes in causal order, with an end for each start (I13). */
final class SimObserver {

    private final Map<Integer, Set<Integer>> stagesOfJobs = new HashMap<>();

    /** The attempt of each stage that runs. */
    private final Map<Integer, Integer> runningStages = new HashMap<>();

    /** The latest attempt of each stage. */
    private final Map<Integer, Integer> stages = new HashMap<>();

    private final Set<Long> startedTasks = new HashSet<>();
    private final Set<Long> endedTasks = new HashSet<>();
    private final Set<Long> succeededTasks = new HashSet<>();
    private final Set<Integer> endedJobs = new HashSet<>();
    private int latestStage;

    private static void require(boolean holds, EngineEvent event) {
        if (!holds) {
            throw new Violation("I13", "out of order: " + event.getClass().getSimpleName() + " " + event);
        }
    }

    void on(EngineEvent event) {
        if (event instanceof EngineEvent.JobStarted job) {
            on(job);
        } else if (event instanceof EngineEvent.StageSubmitted stage) {
            on(stage);
        } else if (event instanceof EngineEvent.StageCompleted stage) {
            Integer attempt = runningStages.remove(stage.stage().stageId());
            require(attempt != null && attempt == stage.stageAttempt(), event);
        } else if (event instanceof EngineEvent.TaskStarted task) {
            require(stages.getOrDefault(task.stageId(), -1) >= task.stageAttempt(), event);
            require(startedTasks.add(task.attemptId()), event);
        } else if (event instanceof EngineEvent.TaskEnded task) {
            require(startedTasks.contains(task.attemptId()) && endedTasks.add(task.attemptId()), event);
            if (task.outcome() instanceof TaskOutcome.Success) {
                succeededTasks.add(task.attemptId());
            }
        } else if (event instanceof EngineEvent.JobEnded job) {
            require(isLive(job.jobId()) && endedJobs.add(job.jobId()), event);
        }
    }

    private void on(EngineEvent.JobStarted job) {
        Set<Integer> known = new HashSet<>();
        for (StageInfo stage : job.stages()) {
            require(known.containsAll(stage.parents()), job);
            known.add(stage.stageId());
            latestStage = Math.max(latestStage, stage.stageId());
        }
        require(stagesOfJobs.put(job.jobId(), known) == null, job);
    }

    private void on(EngineEvent.StageSubmitted stage) {
        int id = stage.stage().stageId();
        require(isLive(stage.jobId()) && stagesOfJobs.get(stage.jobId()).contains(id), stage);
        require(runningStages.put(id, stage.stageAttempt()) == null, stage);
        Integer before = stages.put(id, stage.stageAttempt());
        require(before == null || before < stage.stageAttempt(), stage);
    }

    private boolean isLive(int jobId) {
        return stagesOfJobs.containsKey(jobId) && !endedJobs.contains(jobId);
    }

    /** Returns the last stage that was announced. */
    int latestStage() {
        return latestStage;
    }

    /** Returns the number of the latest attempt of a stage, launched or not; negative if there was none. */
    int latestAttempt(int stage) {
        return stages.getOrDefault(stage, -1);
    }

    /** Returns how many attempts the stage had that had most. */
    int mostStageAttempts() {
        return 1 + stages.values().stream().mapToInt(attempt -> attempt).max().orElse(-1);
    }

    boolean uses(int jobId, int stageId) {
        return stagesOfJobs.getOrDefault(jobId, Set.of()).contains(stageId);
    }

    /** Returns whether the success of an attempt was taken, and told as one. */
    boolean hasSucceeded(long attemptId) {
        return succeededTasks.contains(attemptId);
    }

    /** To be called when nothing is left to do. */
    void atEnd() {
        if (!runningStages.isEmpty()) {
            throw new Violation("I13", "stages were submitted and not completed: " + runningStages);
        }
        if (!startedTasks.equals(endedTasks)) {
            throw new Violation("I13", "tasks started " + startedTasks + ", but ended " + endedTasks);
        }
        if (!stagesOfJobs.keySet().equals(endedJobs)) {
            throw new Violation("I13", "jobs started " + stagesOfJobs.keySet() + ", but ended " + endedJobs);
        }
    }
}

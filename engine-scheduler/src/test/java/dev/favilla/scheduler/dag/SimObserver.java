package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.EngineEvent;
import dev.favilla.scheduler.EngineEvent.StageInfo;
import dev.favilla.scheduler.dag.SimAudit.Violation;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** Checks that what observers are told comes in causal order, with an end for each start (I13). */
final class SimObserver {

    /** One attempt of a stage. */
    private record Run(int stage, int attempt) {}

    private final Map<Integer, Set<Integer>> stagesOfJobs = new HashMap<>();
    private final Set<Run> submitted = new HashSet<>();
    private final Set<Run> completed = new HashSet<>();
    private final Set<Long> startedTasks = new HashSet<>();
    private final Set<Long> endedTasks = new HashSet<>();
    private final Set<Integer> endedJobs = new HashSet<>();

    private static void require(boolean holds, EngineEvent event) {
        if (!holds) {
            throw new Violation("I13", "out of order: " + event.getClass().getSimpleName() + " " + event);
        }
    }

    void on(EngineEvent event) {
        if (event instanceof EngineEvent.JobStarted job) {
            Set<Integer> stages = new HashSet<>();
            for (StageInfo stage : job.stages()) {
                require(stages.containsAll(stage.parents()), event);
                stages.add(stage.stageId());
            }
            require(stagesOfJobs.put(job.jobId(), stages) == null, event);
        } else if (event instanceof EngineEvent.StageSubmitted stage) {
            require(
                    isLive(stage.jobId())
                            && stagesOfJobs
                                    .get(stage.jobId())
                                    .contains(stage.stage().stageId()),
                    event);
            require(!isRunning(stage.stage().stageId()), event);
            require(submitted.add(new Run(stage.stage().stageId(), stage.stageAttempt())), event);
        } else if (event instanceof EngineEvent.StageCompleted stage) {
            Run run = new Run(stage.stage().stageId(), stage.stageAttempt());
            require(submitted.contains(run) && completed.add(run), event);
        } else if (event instanceof EngineEvent.TaskStarted task) {
            require(submitted.contains(new Run(task.stageId(), task.stageAttempt())), event);
            require(startedTasks.add(task.attemptId()), event);
        } else if (event instanceof EngineEvent.TaskEnded task) {
            require(startedTasks.contains(task.attemptId()) && endedTasks.add(task.attemptId()), event);
        } else if (event instanceof EngineEvent.JobEnded job) {
            require(isLive(job.jobId()) && endedJobs.add(job.jobId()), event);
        }
    }

    private boolean isLive(int jobId) {
        return stagesOfJobs.containsKey(jobId) && !endedJobs.contains(jobId);
    }

    private boolean isRunning(int stageId) {
        return submitted.stream().anyMatch(run -> run.stage() == stageId && !completed.contains(run));
    }

    /** To be called when nothing is left to do. */
    void atEnd() {
        if (!submitted.equals(completed)) {
            throw new Violation("I13", "stages submitted " + submitted + ", but completed " + completed);
        }
        if (!startedTasks.equals(endedTasks)) {
            throw new Violation("I13", "tasks started " + startedTasks + ", but ended " + endedTasks);
        }
        if (!stagesOfJobs.keySet().equals(endedJobs)) {
            throw new Violation("I13", "jobs started " + stagesOfJobs.keySet() + ", but ended " + endedJobs);
        }
    }
}

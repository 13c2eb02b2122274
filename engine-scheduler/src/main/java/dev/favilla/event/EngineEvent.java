package dev.favilla.event;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.lineage.CallSite;
import dev.favilla.task.Locality;
import dev.favilla.task.TaskOutcome;
import java.time.Instant;
import java.util.List;

/**
 * What observers are told, in causal order: a job starts before its stages, a stage is submitted before its tasks
 * start, every started task ends exactly once, and a job's last stage completes before the job ends. A task may end
 * after its stage. The family is closed but for {@link Extension}.
 */
public sealed interface EngineEvent {

    /** Returns when it happened. */
    Instant time();

    /** A job began; {@code stages} are its stages, parents first. */
    record JobStarted(Instant time, int jobId, CallSite callSite, JobProperties properties, List<StageInfo> stages)
            implements EngineEvent {}

    /** A stage's tasks are ready to be launched. */
    record StageSubmitted(Instant time, int jobId, StageInfo stage, int stageAttempt, int tasks)
            implements EngineEvent {}

    /** An attempt runs in a slot. */
    record TaskStarted(
            Instant time,
            int stageId,
            int stageAttempt,
            int partition,
            int attemptNumber,
            long attemptId,
            ExecutorId executor,
            int slot,
            Locality locality,
            boolean speculative)
            implements EngineEvent {}

    /** An attempt ended. */
    record TaskEnded(
            Instant time,
            int stageId,
            int stageAttempt,
            int partition,
            int attemptNumber,
            long attemptId,
            ExecutorId executor,
            TaskOutcome outcome,
            MetricValues metrics)
            implements EngineEvent {}

    /** A stage attempt ended; {@code failure} is empty if all its tasks succeeded, else why it did not. */
    record StageCompleted(Instant time, StageInfo stage, int stageAttempt, String failure) implements EngineEvent {}

    /** A job ended. */
    record JobEnded(Instant time, int jobId, JobOutcome outcome) implements EngineEvent {}

    /** An executor offers slots. */
    record ExecutorAdded(Instant time, ExecutorId executor, int slots) implements EngineEvent {}

    /** A task of a running stage takes long, and is to be tried a second time beside its first attempt. */
    record SpeculationRequested(Instant time, int stageId, int stageAttempt, int partition) implements EngineEvent {}

    /** An executor is gone. */
    record ExecutorRemoved(Instant time, ExecutorId executor, String reason) implements EngineEvent {}

    /** The one open branch: events of modules above the engine. */
    non-sealed interface Extension extends EngineEvent {}

    /**
     * A stage, as observers see it.
     *
     * @param stageId unique in the context
     * @param name for example {@code map at Report.java:12}
     * @param tasks how many tasks a full run has
     * @param parents the stages whose map outputs it reads
     * @param rddIds the datasets computed in it
     */
    record StageInfo(int stageId, String name, int tasks, List<Integer> parents, List<Integer> rddIds) {

        public StageInfo {
            parents = List.copyOf(parents);
            rddIds = List.copyOf(rddIds);
        }
    }
}

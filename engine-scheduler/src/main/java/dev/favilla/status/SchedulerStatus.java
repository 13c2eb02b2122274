package dev.favilla.status;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.lineage.CallSite;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Jobs, stages and executors at one moment: those that run, and a bounded number of those that ended last.
 *
 * @param jobs by id
 * @param stages by id
 * @param executors in the order they came
 */
public record SchedulerStatus(List<JobStatus> jobs, List<StageStatus> stages, List<ExecutorStatus> executors) {

    public SchedulerStatus {
        jobs = List.copyOf(jobs);
        stages = List.copyOf(stages);
        executors = List.copyOf(executors);
    }

    /** Where a job or a stage is in its life. */
    public enum State {
        WAITING,
        RUNNING,
        SUCCEEDED,
        FAILED,
        CANCELLED
    }

    /**
     * A job.
     *
     * @param jobId its id
     * @param callSite the action in user code
     * @param group its group, if it has one
     * @param tags its tags
     * @param state where it is
     * @param stageIds its stages, parents first
     */
    public record JobStatus(
            int jobId,
            CallSite callSite,
            @Nullable String group,
            Set<String> tags,
            State state,
            List<Integer> stageIds) {

        public JobStatus {
            tags = Set.copyOf(tags);
            stageIds = List.copyOf(stageIds);
        }
    }

    /**
     * A stage.
     *
     * @param stageId its id
     * @param attempt its present or last attempt, from 0
     * @param name for example {@code map at Report.java:12}
     * @param submitted when that attempt began; null if none did
     * @param state where it is
     * @param tasks how many tasks it has
     * @param active attempts that run
     * @param completed tasks that are done
     * @param failed attempts that failed
     */
    public record StageStatus(
            int stageId,
            int attempt,
            String name,
            @Nullable Instant submitted,
            State state,
            int tasks,
            int active,
            int completed,
            int failed) {

        /** Returns this status with another number of running attempts. */
        public StageStatus withActive(int attempts) {
            return new StageStatus(stageId, attempt, name, submitted, state, tasks, attempts, completed, failed);
        }
    }

    /**
     * An executor.
     *
     * @param id its name and incarnation
     * @param slots how many attempts it runs at once
     * @param running how many run
     * @param draining whether it takes no more
     */
    public record ExecutorStatus(ExecutorId id, int slots, int running, boolean draining) {}
}

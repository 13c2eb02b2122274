package dev.favilla;

import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import dev.favilla.status.SchedulerStatus.JobStatus;
import dev.favilla.status.SchedulerStatus.StageStatus;
import dev.favilla.status.SchedulerStatus.State;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells how the jobs and stages of a context are doing, while they run and for a while after: a bounded number of ended
 * ones is remembered.
 *
 * <p><b>Consistency.</b> Each call looks at one moment; two calls may see different ones.
 *
 * <p><b>Threads.</b> May be used from any thread. Nothing here waits for a job.
 */
public final class StatusTracker {

    private final Supplier<SchedulerStatus> status;

    StatusTracker(Supplier<SchedulerStatus> status) {
        this.status = status;
    }

    /**
     * Returns the jobs of a group, ended ones included.
     *
     * @param group null for the jobs outside of any group
     */
    public List<Integer> getJobIdsForGroup(@Nullable String group) {
        return jobs(job -> Objects.equals(job.group(), group));
    }

    /**
     * Returns the jobs with a tag, ended ones included.
     *
     * @throws IllegalArgumentException if {@code tag} is null, empty or has a comma
     */
    public List<Integer> getJobIdsForTag(String tag) {
        String checked = ThreadProperties.checkTag(tag);
        return jobs(job -> job.tags().contains(checked));
    }

    /** Returns the jobs that have not ended. */
    public List<Integer> getActiveJobIds() {
        return jobs(job -> isActive(job.state()));
    }

    private List<Integer> jobs(Predicate<JobStatus> wanted) {
        return status.get().jobs().stream().filter(wanted).map(JobStatus::jobId).toList();
    }

    private static boolean isActive(State state) {
        return state == State.WAITING || state == State.RUNNING;
    }

    /** Returns the stages whose tasks wait for slots or run. */
    public List<Integer> getActiveStageIds() {
        return status.get().stages().stream()
                .filter(stage -> stage.state() == State.RUNNING)
                .map(StageStatus::stageId)
                .toList();
    }

    /** Returns a job; empty if there is none with this id, or it is no longer remembered. */
    public Optional<JobStatus> getJobInfo(int jobId) {
        return status.get().jobs().stream().filter(job -> job.jobId() == jobId).findFirst();
    }

    /** Returns a stage; empty if there is none with this id, or it is no longer remembered. */
    public Optional<StageStatus> getStageInfo(int stageId) {
        return status.get().stages().stream()
                .filter(stage -> stage.stageId() == stageId)
                .findFirst();
    }

    /** Returns the executors, in the order they came. */
    public List<ExecutorStatus> getExecutorInfos() {
        return status.get().executors();
    }
}

package dev.favilla.scheduler.dag;

import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerStatus.JobStatus;
import dev.favilla.status.SchedulerStatus.StageStatus;
import dev.favilla.status.SchedulerStatus.State;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What can be asked about jobs and stages: those that run, and the last that ended. */
final class StatusStore {

    /** How many ended jobs, and how many stages of such, are remembered. */
    private static final int REMEMBERED = 1000;

    private final TaskScheduler tasks;

    /** The one that ended last at the end. */
    private final Deque<JobStatus> endedJobs = new ArrayDeque<>();

    private final Deque<StageStatus> endedStages = new ArrayDeque<>();

    StatusStore(TaskScheduler tasks) {
        this.tasks = tasks;
    }

    /** Remembers a job that ends, and the stages as they are now. */
    void ended(Job job, JobOutcome outcome) {
        State state = stateAfter(outcome);
        remember(describe(job, state), endedJobs);
        for (StageUse use : job.uses()) {
            if (use.stage().uses().size() == 1) { // with others, the last one tells
                remember(describe(use.stage(), atEnd(use.stage(), state)), endedStages);
            }
        }
    }

    /** Remembers a job that ended before it began. */
    void refused(Job job, JobOutcome outcome) {
        remember(describe(job, stateAfter(outcome)), endedJobs);
    }

    private static State stateAfter(JobOutcome outcome) {
        if (outcome instanceof JobOutcome.Failed) {
            return State.FAILED;
        }
        return outcome instanceof JobOutcome.Cancelled ? State.CANCELLED : State.SUCCEEDED;
    }

    private static <T> void remember(T ended, Deque<T> others) {
        others.addLast(ended);
        if (others.size() > REMEMBERED) {
            others.removeFirst();
        }
    }

    private static State atEnd(Stage stage, State ofJob) {
        State now = stateOf(stage);
        return now == State.RUNNING ? ofJob : now;
    }

    private static State stateOf(Stage stage) {
        if (stage.state() instanceof StageState.Running) {
            return State.RUNNING;
        }
        if (stage.state() instanceof StageState.Done) {
            return State.SUCCEEDED;
        }
        return stage.state() instanceof StageState.Failed ? State.FAILED : State.WAITING;
    }

    private static JobStatus describe(Job job, State state) {
        List<Integer> stages = new ArrayList<>(job.uses().size());
        for (StageUse use : job.uses()) {
            stages.add(use.stage().id());
        }
        return new JobStatus(
                job.id(),
                job.request().callSite(),
                job.request().properties().group(),
                job.request().properties().tags(),
                state,
                stages);
    }

    private StageStatus describe(Stage stage, State state) {
        return new StageStatus(
                stage.id(),
                stage.attempt(),
                stage.name(),
                stage.submitted(),
                state,
                stage.tasks(),
                tasks.attemptCount(stage.id()),
                stage.tasks() - stage.pendingCount(),
                stage.failures());
    }

    /** Returns the jobs, stages and executors of this moment, and those jobs and stages that ended last. */
    SchedulerStatus read(Collection<Job> running) {
        Map<Integer, JobStatus> jobs = new TreeMap<>();
        Map<Integer, StageStatus> stages = new TreeMap<>();
        endedJobs.forEach(job -> jobs.put(job.jobId(), job));
        for (StageStatus stage : endedStages) {
            stages.put(
                    stage.stageId(), stage.withActive(tasks.attemptCount(stage.stageId()))); // some go on for a while
        }
        for (Job job : running) {
            jobs.put(job.id(), describe(job, State.RUNNING));
            for (StageUse use : job.uses()) {
                stages.put(use.stage().id(), describe(use.stage(), stateOf(use.stage())));
            }
        }
        List<JobStatus> allJobs = new ArrayList<>(jobs.values());
        return new SchedulerStatus(allJobs, new ArrayList<>(stages.values()), tasks.executors());
    }
}

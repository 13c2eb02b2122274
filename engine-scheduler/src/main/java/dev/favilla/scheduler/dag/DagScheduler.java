package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineEvent.StageInfo;
import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.StageGraph.StagePlan;
import dev.favilla.scheduler.task.Retries;
import dev.favilla.scheduler.task.StageAttempt;
import dev.favilla.scheduler.task.TaskAttempt;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.scheduler.task.TaskSet;
import dev.favilla.shuffle.MapOutputTracker;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerTables;
import dev.favilla.task.TaskOutcome;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The state machine: takes jobs apart into stages and sees to it that each stage runs when, and only when, it has to.
 *
 * <p>An event first changes facts. Then each job that may be concerned is walked from its result stage down: a stage
 * that lacks nothing is submitted, below one that lacks something the walk goes on. So nothing depends on having seen
 * the right event at the right time.
 */
public final class DagScheduler implements SchedulerStateMachine {

    private final Supplier<MapOutputTracker> trackers;
    private final InstantSource clock;
    private final BooleanSupplier observed;

    private final DagState dag;
    private final WakeUp alarm;
    private final StageLifecycle lifecycle;
    private final ResultMerge merges;
    private final OutputCommitCoordinator commits;
    private final TaskCompletionHandler completions;

    private int nextStageId;
    private long walk;
    private @Nullable String stopped;

    /** Since when jobs wait although nothing runs and no executor takes tasks; null while that is not so. */
    private @Nullable Instant withoutExecutor;

    /**
     * @param trackers makes what knows the map outputs, for this machine and its successors
     * @param retries how often things may be tried
     * @param scheduling in which order, where and how patiently tasks are run
     * @param clock for durations in reports and times of events
     * @param observed whether anybody wants {@link SchedulerCommand.Publish}; asked again for each event
     */
    public DagScheduler(
            Supplier<MapOutputTracker> trackers,
            RetryPolicy retries,
            SchedulingPolicy scheduling,
            InstantSource clock,
            BooleanSupplier observed) {
        this.trackers = trackers;
        this.clock = clock;
        this.observed = observed;
        this.dag = new DagState(trackers.get(), retries, scheduling, clock, observed);
        this.alarm = new WakeUp(dag.outbox);
        this.lifecycle = new StageLifecycle(dag);
        this.merges = new ResultMerge(dag);
        this.commits = new OutputCommitCoordinator(dag);
        this.completions = new TaskCompletionHandler(dag, lifecycle, merges, commits);
    }

    @Override
    public List<SchedulerCommand> on(SchedulerEvent event) {
        apply(event);
        settle();
        return dag.outbox.drain();
    }

    private void apply(SchedulerEvent event) {
        if (event instanceof SchedulerEvent.AttemptEnded ended) {
            ended(ended);
        } else if (event instanceof SchedulerEvent.AttemptWithdrawn withdrawn) {
            withdrawn(withdrawn);
        } else if (event instanceof SchedulerEvent.AttemptStarted started) {
            started(started);
        } else if (event instanceof SchedulerEvent.BlockDropped dropped) {
            dropped(dropped);
        } else if (event instanceof SchedulerEvent.JobSubmitted submitted) {
            submit(submitted);
        } else if (event instanceof SchedulerEvent.JobsCancelled cancelled) {
            cancel(cancelled);
        } else if (event instanceof SchedulerEvent.ExecutorAdded added) {
            added(added);
        } else if (event instanceof SchedulerEvent.ExecutorLost lost) {
            remove(lost.executor(), lost.reason());
        } else if (event instanceof SchedulerEvent.DatasetUnpersisted unpersisted) {
            unpersisted(unpersisted);
        } else if (event instanceof SchedulerEvent.ShuffleUnreachable unreachable) {
            unreachable(unreachable);
        } else if (event instanceof SchedulerEvent.Stopped stopped) {
            stop(stopped);
        } else if (event instanceof SchedulerEvent.TimePassed) {
            timePassed();
        } else if (event instanceof SchedulerEvent.AttemptUnwanted unwanted) {
            unwanted(unwanted);
        } else if (event instanceof SchedulerEvent.CommitAsked asked) {
            commits.asked(asked);
        } else if (event instanceof SchedulerEvent.ExecutorDraining draining) {
            dag.tasks.drain(draining.executor());
        } else {
            throw new IllegalStateException("Scheduler bug: unknown event " + event + ". Please report this.");
        }
    }

    /** Only those that look for slow tasks have to know when each began. */
    @Override
    public boolean timesAttempts() {
        return dag.scheduling.speculation().enabled();
    }

    @Override
    public SchedulerStateMachine successor() {
        DagScheduler next = new DagScheduler(trackers, dag.retries, dag.scheduling, clock, observed);
        next.nextStageId = nextStageId;
        next.dag.tasks.follow(dag.tasks);
        next.dag.jobs.follow(dag.jobs);
        return next;
    }

    @Override
    public SchedulerTables tables() {
        return new SchedulerTables(
                dag.jobs.size(),
                dag.stages.size(),
                dag.tasks.liveSets(),
                dag.tasks.attemptCount(),
                dag.tracker.size(),
                dag.tasks.executorCount());
    }

    @Override
    public Optional<List<@Nullable Object>> staged(int jobId) {
        return dag.jobs.running(jobId).map(Job::stagedSoFar);
    }

    @Override
    public SchedulerStatus status() {
        return dag.jobs.status();
    }

    // --- jobs

    private void submit(SchedulerEvent.JobSubmitted event) {
        Job job = new Job(event.jobId(), event.request(), dag.outbox.now());
        if (stopped != null) {
            dag.jobs.refuse(job, new JobOutcome.Failed(closed(stopped), job.report(dag.outbox.now())));
            return;
        }
        String cancelled = dag.jobs.whyCancelled(job.request().properties().group());
        if (cancelled != null) {
            dag.jobs.refuse(job, new JobOutcome.Cancelled(cancelled, job.report(dag.outbox.now())));
            return;
        }
        List<StageInfo> infos = new ArrayList<>();
        for (StagePlan plan : event.stages().stages()) {
            Stage stage = stageOf(plan, job);
            StageUse use = new StageUse(job, stage, plan, dag.tasks.nextAttemptId());
            stage.join(use);
            job.add(use);
            infos.add(stage.info());
            if (stage.uses().size() > 1 && stage.isOwnedBy(job)) {
                dag.jobs.handOver(stage, stage.live());
            }
        }
        dag.outbox.publish(time -> new EngineEvent.JobStarted(
                time, job.id(), job.request().callSite(), job.request().properties(), infos));
        dag.jobs.add(job);
    }

    /** Returns the stage that computes {@code plan}: that of another running job, or a new one. */
    private Stage stageOf(StagePlan plan, Job job) {
        ShuffleDependency output = plan.output().orElse(null);
        Stage shared = output == null ? null : dag.stages.writing(output.shuffleId());
        if (shared != null) {
            return shared;
        }
        List<Integer> parents = new ArrayList<>();
        for (int shuffle : plan.parentShuffles()) {
            Stage parent = dag.stages.writing(shuffle);
            if (parent != null) {
                parents.add(parent.id());
            }
        }
        String name = (output == null ? job.request().callSite() : plan.target().callSite()).toString();
        StageInfo info = new StageInfo(nextStageId++, name, plan.tasks(), parents, plan.rddIds());
        Stage stage = new Stage(info, plan, new Retries(dag.retries));
        dag.stages.add(stage);
        if (output == null) {
            stage.loseAll();
        } else {
            stage.lose(dag.shuffles.add(output, plan));
        }
        return stage;
    }

    private void cancel(SchedulerEvent.JobsCancelled event) {
        if (event.jobs() instanceof JobSelector.InGroup group && group.alsoFuture()) {
            dag.jobs.cancelFuture(group.group(), event.reason());
        }
        dag.jobs.matching(event.jobs()).forEach(job -> dag.jobs.cancel(job, event.reason()));
    }

    private void stop(SchedulerEvent.Stopped event) {
        stopped = event.reason();
        dag.jobs.failAll(closed(event.reason()));
    }

    private static JobFailure closed(String reason) {
        return new JobFailure.Aborted("The engine was closed: " + reason + ". Open another context to run jobs.", null);
    }

    // --- attempts

    private void started(SchedulerEvent.AttemptStarted event) {
        TaskAttempt attempt = dag.tasks.started(event.attemptId(), event.executor());
        if (attempt != null) {
            StageAttempt common = attempt.set().tasks();
            dag.outbox.publish(time -> new EngineEvent.TaskStarted(
                    time,
                    common.stageId(),
                    common.stageAttempt(),
                    attempt.partition(),
                    attempt.number(),
                    attempt.id(),
                    attempt.executor(),
                    event.slot(),
                    attempt.locality(),
                    attempt.isSpeculative()));
        }
    }

    private void ended(SchedulerEvent.AttemptEnded event) {
        TaskAttempt attempt = dag.tasks.ended(event.attemptId(), event.executor());
        if (attempt != null) {
            completions.on(attempt, event.outcome(), event.metrics());
            return;
        }
        TaskAttempt late = dag.tasks.endedTooLate(event.attemptId(), event.executor());
        if (late != null) {
            completions.tooLate(late, event.outcome());
        }
    }

    private void withdrawn(SchedulerEvent.AttemptWithdrawn event) {
        TaskAttempt attempt = dag.tasks.ended(event.attemptId(), event.executor());
        if (attempt != null) {
            completions.withdrawn(attempt);
        } else {
            dag.tasks.endedTooLate(event.attemptId(), event.executor()); // and has left nothing
        }
    }

    private void unwanted(SchedulerEvent.AttemptUnwanted event) {
        TaskAttempt attempt = dag.tasks.find(event.attemptId());
        if (attempt != null) {
            dag.tasks.kill(attempt, event.reason(), attempt.set().isInterruptible());
        }
    }

    // --- executors and what lies there

    private void added(SchedulerEvent.ExecutorAdded event) {
        if (dag.tasks.addExecutor(event.executor(), event.slots(), event.ahead())) {
            dag.outbox.publish(time -> new EngineEvent.ExecutorAdded(time, event.executor(), event.slots()));
        }
    }

    /** Forgets an executor, if it is there, and all that was on it. */
    private void remove(ExecutorId executor, String reason) {
        Optional<List<TaskAttempt>> gone = dag.tasks.removeExecutor(executor);
        if (gone.isEmpty()) {
            return;
        }
        dag.outbox.publish(time -> new EngineEvent.ExecutorRemoved(time, executor, reason));
        dag.cachedPartitions.forget(executor, dag.tasks.nextAttemptId());
        for (int shuffle : dag.tracker.unregister(executor)) {
            Stage stage = dag.stages.writing(shuffle);
            if (stage != null) {
                lifecycle.outputLost(stage, dag.tracker.missing(shuffle));
            }
        }
        TaskOutcome outcome = new TaskOutcome.ExecutorGone(reason);
        for (TaskAttempt attempt : gone.get()) {
            completions.on(attempt, outcome, MetricValues.ZERO);
        }
        dag.jobs.recheckAll();
    }

    private void dropped(SchedulerEvent.BlockDropped event) {
        dag.cachedPartitions.drop(event.executor(), event.block(), dag.tasks.nextAttemptId());
    }

    private void unpersisted(SchedulerEvent.DatasetUnpersisted event) {
        dag.cache.unpersist(event.rddId());
        for (Job job : dag.jobs.all()) {
            if (job.unpersist(event.rddId())) {
                readopt(job);
            }
        }
        dag.jobs.recheckAll();
    }

    /** Launches what is left of a job's running stages with its present storage levels. */
    private void readopt(Job job) {
        for (StageUse use : job.uses()) {
            TaskSet live = use.stage().live();
            if (live != null && use.stage().isOwnedBy(job)) {
                dag.tasks.adopt(live, job.asOwner());
            }
        }
    }

    private void unreachable(SchedulerEvent.ShuffleUnreachable event) {
        Stage stage = dag.stages.writing(event.shuffleId());
        if (stage == null) {
            dag.shuffles.drop(event.shuffleId());
        } else {
            stage.unreachable();
        }
    }

    // --- what follows

    /** Looks at what has become due. */
    private void timePassed() {
        alarm.rang();
        dag.jobs.enforceDeadlines();
        for (TaskAttempt attempt : dag.tasks.insist()) {
            String reason = attempt.killReason().orElse("") + "; it ignored that, and its slot was given up";
            completions.on(attempt, new TaskOutcome.Killed(reason), MetricValues.ZERO);
        }
        dag.tasks.speculate((set, index) -> dag.outbox.publish(time -> new EngineEvent.SpeculationRequested(
                time,
                set.tasks().stageId(),
                set.tasks().stageAttempt(),
                set.tasks().partitionOf(index))));
        if (withoutExecutor != null
                && !TaskScheduler.later(withoutExecutor, dag.scheduling.executorWait())
                        .isAfter(dag.outbox.now())) {
            dag.jobs.failAll(new JobFailure.Aborted(
                    "no executor has been there for " + dag.scheduling.executorWait() + ", the limit"
                            + " favilla.executor.wait. Add one with EngineContext.addExecutor.",
                    null));
        }
    }

    /** Derives from the facts what is to run, and fills free slots with it. */
    private void settle() {
        for (ExecutorId executor :
                dag.tasks.drained()) { // first: nothing is to be launched that would read what lies there
            remove(executor, "it was drained");
            dag.outbox.add(new SchedulerCommand.ReleaseExecutor(executor));
        }
        for (Job job = dag.jobs.next(); job != null; job = dag.jobs.next()) {
            advance(job);
        }
        for (TaskAttempt attempt = dag.tasks.launchNext(); attempt != null; attempt = dag.tasks.launchNext()) {
            launched(attempt);
        }
        dag.tasks.recall();
        dag.cache.tidy();
        watchForExecutors();
        alarm.set(nextLook());
    }

    private void watchForExecutors() {
        if (dag.jobs.size() == 0 || dag.tasks.hasExecutor() || dag.tasks.attemptCount() > 0) {
            withoutExecutor = null;
        } else if (withoutExecutor == null) {
            withoutExecutor = dag.outbox.now();
        }
    }

    private @Nullable Instant nextLook() {
        Instant next = dag.tasks.nextLook();
        Instant deadline = dag.jobs.nextDeadline();
        if (deadline != null) {
            next = TaskScheduler.earlier(next, deadline);
        }
        return withoutExecutor == null
                ? next
                : TaskScheduler.earlier(next, TaskScheduler.later(withoutExecutor, dag.scheduling.executorWait()));
    }

    private void advance(Job job) {
        walk++;
        Deque<Stage> wanted = new ArrayDeque<>();
        wanted.push(job.result());
        while (!wanted.isEmpty() && !job.isEnded()) {
            Stage stage = wanted.pop();
            if (stage.visit(walk)) {
                visit(stage, wanted);
            }
        }
        if (!job.isEnded() && job.result().state() instanceof StageState.Done) {
            merges.allStaged(job);
        }
    }

    private void visit(Stage stage, Deque<Stage> wanted) {
        if (!(stage.state() instanceof StageState.Waiting)) {
            return;
        }
        if (stage.isComplete()) {
            lifecycle.complete(stage);
            return;
        }
        List<Integer> lacking = dag.inputs.lacking(stage);
        if (lacking.isEmpty()) {
            lifecycle.submit(stage);
        }
        for (int shuffle : lacking) {
            Stage parent = dag.stages.writing(shuffle);
            if (parent == null) {
                throw new IllegalStateException("Scheduler bug: " + stage + " reads shuffle " + shuffle
                        + ", which no stage of its jobs writes." + " Please report this.");
            }
            wanted.push(parent);
        }
    }

    private void launched(TaskAttempt attempt) {
        Stage stage = dag.stages.byId(attempt.set().tasks().stageId());
        if (stage != null) {
            stage.launched(attempt.id());
            for (StageUse use : stage.uses()) {
                use.launched(ResultMerge.isMerge(attempt));
            }
        }
    }
}

package dev.favilla.scheduler.dag;

import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineEvent.StageInfo;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.memory.MetricValues;
import dev.favilla.scheduler.JobFailure;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerTables;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.StageGraph.StagePlan;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.task.Retries;
import dev.favilla.scheduler.task.StageAttempt;
import dev.favilla.scheduler.task.TaskAttempt;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.scheduler.task.TaskSet;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.shuffle.MapOutputTracker;
import dev.favilla.status.SchedulerStatus;
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

    private final MapOutputTracker tracker;
    private final RetryPolicy policy;
    private final InstantSource clock;
    private final BooleanSupplier observed;
    private final Outbox outbox;
    private final TaskScheduler tasks;
    private final CachedPartitions cacheTable = new CachedPartitions();
    private final SchedulingPolicy scheduling;
    private final Groups groups = new Groups();
    private final WakeUp alarm;
    private final StatusStore statusStore;
    private final StageTable stages = new StageTable();
    private final InputTracker inputTracker;
    private final ShuffleRegistry shuffles;
    private final CacheTracker cached;
    private final Jobs jobs;
    private final StageLifecycle runner;
    private final ResultMerge merges;
    private final OutputCommitCoordinator commits;
    private final TaskCompletionHandler taskEnds;

    private int nextStageId;
    private long walk;
    private @Nullable String stopped;

    /** Since when jobs wait although nothing runs and no executor takes tasks; null while that is not so. */
    private @Nullable Instant withoutExecutor;

    /**
     * @param trackers makes what knows the map outputs, for this machine and its successors
     * @param policy how often things may be tried
     * @param scheduling in which order, where and how patiently tasks are run
     * @param clock for durations in reports and times of events
     * @param observed whether anybody wants {@link SchedulerCommand.Publish}; asked again for each event
     */
    public DagScheduler(
            Supplier<MapOutputTracker> trackers,
            RetryPolicy policy,
            SchedulingPolicy scheduling,
            InstantSource clock,
            BooleanSupplier observed) {
        this.trackers = trackers;
        this.tracker = trackers.get();
        this.policy = policy;
        this.scheduling = scheduling;
        this.clock = clock;
        this.observed = observed;
        this.outbox = new Outbox(clock, observed);
        this.alarm = new WakeUp(outbox);
        this.tasks = new TaskScheduler(outbox::add, scheduling, outbox::now);
        this.inputTracker = new InputTracker(tracker, cacheTable);
        this.shuffles = new ShuffleRegistry(tracker, tasks, outbox);
        this.cached = new CacheTracker(cacheTable, tasks, outbox);
        this.commits = new OutputCommitCoordinator(stages, inputTracker, tasks, outbox);
        this.statusStore = new StatusStore(tasks);
        this.jobs = new Jobs(stages, tasks, shuffles, statusStore, outbox);
        LocalityFinder placements = new LocalityFinder(cacheTable, tasks);
        this.runner = new StageLifecycle(inputTracker, placements, shuffles, cached, tasks, jobs, outbox, policy);
        this.merges = new ResultMerge(jobs, tasks, outbox, policy);
        Rollback rollback = new Rollback(stages, jobs, runner, shuffles, cached, tasks);
        this.taskEnds = new TaskCompletionHandler(
                inputTracker,
                stages,
                jobs,
                shuffles,
                cached,
                runner,
                rollback,
                merges,
                commits,
                tasks,
                outbox,
                scheduling.maxResultBytes());
    }

    @Override
    public List<SchedulerCommand> on(SchedulerEvent event) {
        apply(event);
        settle();
        return outbox.drain();
    }

    private void apply(SchedulerEvent event) {
        if (event instanceof SchedulerEvent.AttemptEnded ended) {
            ended(ended);
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
            tasks.drain(draining.executor());
        } else {
            throw new IllegalStateException("Scheduler bug: unknown event " + event + ". Please report this.");
        }
    }

    @Override
    public SchedulerStateMachine successor() {
        DagScheduler next = new DagScheduler(trackers, policy, scheduling, clock, observed);
        next.nextStageId = nextStageId;
        next.tasks.follow(tasks);
        next.groups.follow(groups);
        return next;
    }

    @Override
    public SchedulerTables tables() {
        return new SchedulerTables(
                jobs.size(),
                stages.size(),
                tasks.liveSets(),
                tasks.attemptCount(),
                tracker.size(),
                tasks.executorCount());
    }

    @Override
    public SchedulerStatus status() {
        return statusStore.read(jobs.all());
    }

    // --- jobs

    private void submit(SchedulerEvent.JobSubmitted event) {
        Job job = new Job(event.jobId(), event.request(), outbox.now());
        if (stopped != null) {
            refuse(job, new JobOutcome.Failed(closed(stopped), job.report(outbox.now())));
            return;
        }
        String cancelled = groups.whyCancelled(job.request().properties().group());
        if (cancelled != null) {
            refuse(job, new JobOutcome.Cancelled(cancelled, job.report(outbox.now())));
            return;
        }
        List<StageInfo> infos = new ArrayList<>();
        for (StagePlan plan : event.stages().stages()) {
            Stage stage = stageOf(plan, job);
            StageUse use = new StageUse(job, stage, plan, new StageTotals());
            stage.join(use);
            job.add(use);
            infos.add(stage.info());
            if (stage.uses().size() > 1 && stage.isOwnedBy(job)) {
                jobs.handOver(stage, stage.live());
            }
        }
        outbox.publish(time -> new EngineEvent.JobStarted(
                time, job.id(), job.request().callSite(), job.request().properties(), infos));
        jobs.add(job);
    }

    /** Returns the stage that computes {@code plan}: that of another running job, or a new one. */
    private Stage stageOf(StagePlan plan, Job job) {
        ShuffleDependency output = plan.output().orElse(null);
        Stage shared = output == null ? null : stages.writing(output.shuffleId());
        if (shared != null) {
            return shared;
        }
        List<Integer> parents = new ArrayList<>();
        for (int shuffle : plan.parentShuffles()) {
            Stage parent = stages.writing(shuffle);
            if (parent != null) {
                parents.add(parent.id());
            }
        }
        String name = (output == null ? job.request().callSite() : plan.target().callSite()).toString();
        StageInfo info = new StageInfo(nextStageId++, name, plan.tasks(), parents, plan.rddIds());
        Stage stage = new Stage(info, plan, new Retries(policy));
        stages.add(stage);
        if (output == null) {
            stage.loseAll();
        } else {
            stage.lose(shuffles.add(output, plan));
        }
        return stage;
    }

    private void refuse(Job job, JobOutcome outcome) {
        outbox.publish(time -> new EngineEvent.JobStarted(
                time, job.id(), job.request().callSite(), job.request().properties(), List.of()));
        statusStore.refused(job, outcome);
        outbox.publish(time -> new EngineEvent.JobEnded(time, job.id(), outcome));
        outbox.add(new SchedulerCommand.EndJob(job.id(), outcome));
    }

    private void cancel(SchedulerEvent.JobsCancelled event) {
        if (event.jobs() instanceof JobSelector.InGroup group && group.alsoFuture()) {
            groups.cancelFuture(group.group(), event.reason());
        }
        jobs.matching(event.jobs()).forEach(job -> jobs.cancel(job, event.reason()));
    }

    private void stop(SchedulerEvent.Stopped event) {
        stopped = event.reason();
        jobs.failAll(closed(event.reason()));
    }

    private static JobFailure closed(String reason) {
        return new JobFailure.Aborted("The engine was closed: " + reason + ". Open another context to run jobs.", null);
    }

    // --- attempts

    private void started(SchedulerEvent.AttemptStarted event) {
        TaskAttempt attempt = tasks.started(event.attemptId(), event.executor());
        if (attempt != null) {
            StageAttempt common = attempt.set().tasks();
            outbox.publish(time -> new EngineEvent.TaskStarted(
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
        TaskAttempt attempt = tasks.ended(event.attemptId(), event.executor());
        if (attempt != null) {
            taskEnds.on(attempt, event.outcome(), event.metrics());
            return;
        }
        TaskAttempt late = tasks.endedTooLate(event.attemptId(), event.executor());
        if (late != null) {
            taskEnds.tooLate(late, event.outcome());
        }
    }

    private void unwanted(SchedulerEvent.AttemptUnwanted event) {
        TaskAttempt attempt = tasks.find(event.attemptId());
        if (attempt != null) {
            tasks.kill(attempt, event.reason(), attempt.set().isInterruptible());
        }
    }

    // --- executors and what lies there

    private void added(SchedulerEvent.ExecutorAdded event) {
        if (tasks.addExecutor(event.executor(), event.slots())) {
            outbox.publish(time -> new EngineEvent.ExecutorAdded(time, event.executor(), event.slots()));
        }
    }

    /** Forgets an executor, if it is there, and all that was on it. */
    private void remove(ExecutorId executor, String reason) {
        Optional<List<TaskAttempt>> gone = tasks.removeExecutor(executor);
        if (gone.isEmpty()) {
            return;
        }
        outbox.publish(time -> new EngineEvent.ExecutorRemoved(time, executor, reason));
        cacheTable.forget(executor, tasks.nextAttemptId());
        for (int shuffle : tracker.unregister(executor)) {
            Stage stage = stages.writing(shuffle);
            if (stage != null) {
                runner.outputLost(stage, tracker.missing(shuffle));
            }
        }
        TaskOutcome outcome = new TaskOutcome.ExecutorGone(reason);
        for (TaskAttempt attempt : gone.get()) {
            taskEnds.on(attempt, outcome, MetricValues.ZERO);
        }
        jobs.recheckAll();
    }

    private void dropped(SchedulerEvent.BlockDropped event) {
        cacheTable.drop(event.executor(), event.block(), tasks.nextAttemptId());
    }

    private void unpersisted(SchedulerEvent.DatasetUnpersisted event) {
        cached.unpersist(event.rddId());
        for (Job job : jobs.all()) {
            if (job.unpersist(event.rddId())) {
                readopt(job);
            }
        }
        jobs.recheckAll();
    }

    /** Launches what is left of a job's running stages with its present storage levels. */
    private void readopt(Job job) {
        for (StageUse use : job.uses()) {
            TaskSet live = use.stage().live();
            if (live != null && use.stage().isOwnedBy(job)) {
                tasks.adopt(live, job.asOwner());
            }
        }
    }

    private void unreachable(SchedulerEvent.ShuffleUnreachable event) {
        Stage stage = stages.writing(event.shuffleId());
        if (stage == null) {
            shuffles.drop(event.shuffleId());
        } else {
            stage.unreachable();
        }
    }

    // --- what follows

    /** Looks at what has become due. */
    private void timePassed() {
        alarm.rang();
        jobs.enforceDeadlines();
        for (TaskAttempt attempt : tasks.insist()) {
            String reason = attempt.killReason().orElse("") + "; it ignored that, and its slot was given up";
            taskEnds.on(attempt, new TaskOutcome.Killed(reason), MetricValues.ZERO);
        }
        tasks.speculate((set, index) -> outbox.publish(time -> new EngineEvent.SpeculationRequested(
                time,
                set.tasks().stageId(),
                set.tasks().stageAttempt(),
                set.tasks().partitionOf(index))));
        if (withoutExecutor != null
                && !TaskScheduler.later(withoutExecutor, scheduling.executorWait())
                        .isAfter(outbox.now())) {
            jobs.failAll(new JobFailure.Aborted(
                    "no executor has been there for " + scheduling.executorWait() + ", the limit"
                            + " favilla.executor.wait. Add one with EngineContext.addExecutor.",
                    null));
        }
    }

    /** Derives from the facts what is to run, and fills free slots with it. */
    private void settle() {
        for (ExecutorId executor :
                tasks.drained()) { // first: nothing is to be launched that would read what lies there
            remove(executor, "it was drained");
            outbox.add(new SchedulerCommand.ReleaseExecutor(executor));
        }
        for (Job job = jobs.next(); job != null; job = jobs.next()) {
            advance(job);
        }
        for (TaskAttempt attempt = tasks.launchNext(); attempt != null; attempt = tasks.launchNext()) {
            launched(attempt);
        }
        cached.tidy();
        watchForExecutors();
        alarm.set(nextLook());
    }

    private void watchForExecutors() {
        if (jobs.size() == 0 || tasks.hasExecutor() || tasks.attemptCount() > 0) {
            withoutExecutor = null;
        } else if (withoutExecutor == null) {
            withoutExecutor = outbox.now();
        }
    }

    private @Nullable Instant nextLook() {
        Instant next = tasks.nextLook();
        Instant deadline = jobs.nextDeadline();
        if (deadline != null) {
            next = TaskScheduler.earlier(next, deadline);
        }
        return withoutExecutor == null
                ? next
                : TaskScheduler.earlier(next, TaskScheduler.later(withoutExecutor, scheduling.executorWait()));
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
            runner.complete(stage);
            return;
        }
        List<Integer> lacking = inputTracker.lacking(stage);
        if (lacking.isEmpty()) {
            runner.submit(stage);
        }
        for (int shuffle : lacking) {
            Stage parent = stages.writing(shuffle);
            if (parent == null) {
                throw new IllegalStateException("Scheduler bug: " + stage + " reads shuffle " + shuffle
                        + ", which no stage of its jobs writes." + " Please report this.");
            }
            wanted.push(parent);
        }
    }

    private void launched(TaskAttempt attempt) {
        Stage stage = stages.byId(attempt.set().tasks().stageId());
        if (stage != null) {
            stage.launched(attempt.id());
            stage.uses().forEach(use -> use.totals().launched(ResultMerge.isMerge(attempt)));
        }
    }
}

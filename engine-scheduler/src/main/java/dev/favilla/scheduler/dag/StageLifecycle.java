package dev.favilla.scheduler.dag;

import dev.favilla.event.EngineEvent;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.JobFailure;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.task.PreferredLocations;
import dev.favilla.scheduler.task.StageAttempt;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.scheduler.task.TaskSet;
import java.util.BitSet;

/** Moves stages from state to state, and does what belongs to each move. */
final class StageLifecycle {

    private final InputTracker inputTracker;
    private final LocalityFinder placements;
    private final ShuffleRegistry shuffles;
    private final CacheTracker cached;
    private final TaskScheduler tasks;
    private final Jobs jobs;
    private final Outbox outbox;
    private final RetryPolicy policy;

    StageLifecycle(
            InputTracker inputTracker,
            LocalityFinder placements,
            ShuffleRegistry shuffles,
            CacheTracker cached,
            TaskScheduler tasks,
            Jobs jobs,
            Outbox outbox,
            RetryPolicy policy) {
        this.inputTracker = inputTracker;
        this.placements = placements;
        this.shuffles = shuffles;
        this.cached = cached;
        this.tasks = tasks;
        this.jobs = jobs;
        this.outbox = outbox;
        this.policy = policy;
    }

    /** Queues the pending tasks of a waiting stage that lacks nothing, unless it has run as often as it may. */
    void submit(Stage stage) {
        if (stage.state() instanceof StageState.Waiting waiting && waiting.next() >= policy.maxStageAttempts()) {
            jobs.fail(stage, tooManyAttempts(stage));
            return;
        }
        int attempt = begin(stage);
        Job job = stage.owner().job();
        StageAttempt common = new StageAttempt(
                stage.id(),
                stage.name(),
                attempt,
                stage.plan().target().numPartitions(),
                stage.output() == null ? job.request().partitions() : null,
                work(stage, job),
                inputTracker.reads(stage));
        if (stage.output() != null) {
            shuffles.addDatasets(stage.output().shuffleId(), InputTracker.persisted(stage));
        }
        cached.computes(stage);
        PreferredLocations placement = placements.of(stage, common.reads());
        TaskSet set = new TaskSet(common, stage.pending(), stage.retries(), placement, job.asOwner());
        stage.live(set);
        tasks.submit(set);
    }

    private static TaskWork work(Stage stage, Job job) {
        ShuffleDependency output = stage.output();
        return output == null
                ? new TaskWork.RunAction(
                        job.request().target(),
                        job.request().action(),
                        job.request().binary())
                : new TaskWork.WriteShuffle(output);
    }

    /** Moves a stage to running, for observers and reports too, and returns the number of the attempt. */
    private int begin(Stage stage) {
        stage.on(new StageEvent.Submitted());
        stage.submitted(outbox.now());
        stage.uses().forEach(use -> use.totals().submitted());
        int attempt = stage.attempt();
        int jobId = stage.owner().job().id();
        int count = stage.pendingCount();
        outbox.publish(time -> new EngineEvent.StageSubmitted(time, jobId, stage.info(), attempt, count));
        return attempt;
    }

    /** Moves a stage without pending tasks to done. */
    void complete(Stage stage) {
        if (stage.state() instanceof StageState.Waiting waiting && (waiting.next() > 0 || isFollowedByMerge(stage))) {
            // attempts of an older run finished the rest, or there is nothing but a merge: a run of no tasks
            begin(stage);
        }
        TaskSet live = stage.live();
        if (live != null) {
            tasks.retire(live);
            stage.live(null);
        }
        jobs.publishCompleted(stage, "");
        stage.on(new StageEvent.Completed());
        tasks.killAll(stage.id(), "another attempt finished the partition", false);
        jobs.recheck(stage);
    }

    private static boolean isFollowedByMerge(Stage stage) {
        return stage.output() == null && stage.owner().job().request().action().mergesInSlot();
    }

    /** Sends the stage back to wait for its input, if the attempt that lost it is the current one. */
    void inputLost(Stage stage, int attempt, String message) {
        StageState before = stage.state();
        TaskSet live = stage.live();
        if (!(before instanceof StageState.Running running) || running.attempt() != attempt || live == null) {
            stage.on(new StageEvent.InputLost(attempt)); // of an older attempt
            return;
        }
        jobs.publishCompleted(stage, message);
        stage.on(new StageEvent.InputLost(attempt));
        tasks.retire(live);
        stage.live(null);
        int fruitless = stage.countFruitless();
        if (fruitless >= policy.maxConsecutiveStageAttempts()) {
            jobs.fail(stage, tooManyFruitless(stage, fruitless, message));
        } else {
            jobs.recheck(stage);
        }
    }

    /** Makes finished tasks pending again because what they left is lost. */
    void outputLost(Stage stage, BitSet indexes) {
        BitSet newly = stage.lose(indexes);
        if (newly.isEmpty()) {
            return;
        }
        stage.on(new StageEvent.OutputLost());
        TaskSet live = stage.live();
        if (live != null) {
            newly.stream().forEach(index -> tasks.queue(live, index));
        }
        jobs.recheck(stage);
    }

    /** Makes all tasks of a stage pending because what it read has changed; what still runs of it is of no use. */
    void inputChanged(Stage stage, String message) {
        jobs.publishCompleted(stage, message);
        stage.on(new StageEvent.InputChanged());
        stage.loseAll();
        TaskSet live = stage.live();
        if (live != null) {
            tasks.retire(live);
            stage.live(null);
        }
        tasks.killAll(stage.id(), message, false);
        jobs.recheck(stage);
    }

    private JobFailure tooManyFruitless(Stage stage, int attempts, String message) {
        return new JobFailure.Aborted(
                stage + " lost its input in " + attempts + " consecutive attempts without finishing a partition;"
                        + " the limit favilla.stage.maxConsecutiveAttempts is "
                        + policy.maxConsecutiveStageAttempts() + ". The last time: " + message
                        + ". Find out why map outputs get lost or damaged, or raise the limit.",
                null);
    }

    private JobFailure tooManyAttempts(Stage stage) {
        return new JobFailure.Aborted(
                stage + " would have to run again after " + policy.maxStageAttempts()
                        + " attempts; the limit favilla.stage.maxAttempts is " + policy.maxStageAttempts()
                        + ". Find out why its inputs or outputs get lost or change, or raise the limit.",
                null);
    }
}

package dev.favilla.scheduler.dag;

import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobFailure;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.task.PreferredLocations;
import dev.favilla.scheduler.task.StageAttempt;
import dev.favilla.scheduler.task.TaskSet;
import java.util.BitSet;

/** Moves stages from state to state, and does what belongs to each move. */
final class StageLifecycle {

    private final DagState dag;
    private final LocalityFinder locality;

    StageLifecycle(DagState dag) {
        this.dag = dag;
        this.locality = new LocalityFinder(dag.cachedPartitions, dag.tasks);
    }

    /** Queues the pending tasks of a waiting stage that lacks nothing, unless it has run as often as it may. */
    void submit(Stage stage) {
        if (stage.state() instanceof StageState.Waiting waiting && waiting.next() >= dag.retries.maxStageAttempts()) {
            dag.jobs.fail(stage, tooManyAttempts(stage));
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
                dag.inputs.reads(stage));
        if (stage.output() != null) {
            dag.shuffles.addDatasets(stage.output().shuffleId(), InputTracker.persisted(stage));
        }
        dag.cache.computes(stage);
        PreferredLocations preferred = locality.of(stage, common.reads());
        TaskSet set = new TaskSet(common, stage.pending(), stage.retries(), preferred, job.asOwner());
        stage.live(set);
        dag.tasks.submit(set);
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
        stage.submitted(dag.outbox.now());
        stage.uses().forEach(StageUse::submitted);
        int attempt = stage.attempt();
        int jobId = stage.owner().job().id();
        int count = stage.pendingCount();
        dag.outbox.publish(time -> new EngineEvent.StageSubmitted(time, jobId, stage.info(), attempt, count));
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
            dag.tasks.retire(live);
            stage.live(null);
        }
        dag.jobs.publishCompleted(stage, "");
        stage.on(new StageEvent.Completed());
        dag.tasks.killAll(stage.id(), "another attempt finished the partition", false);
        dag.jobs.recheck(stage);
    }

    private static boolean isFollowedByMerge(Stage stage) {
        return stage.output() == null && stage.owner().job().mergesInSlot();
    }

    /** Sends the stage back to wait for its input, if the attempt that lost it is the current one. */
    void inputLost(Stage stage, int attempt, String message) {
        StageState before = stage.state();
        TaskSet live = stage.live();
        if (!(before instanceof StageState.Running running) || running.attempt() != attempt || live == null) {
            stage.on(new StageEvent.InputLost(attempt)); // of an older attempt
            return;
        }
        dag.jobs.publishCompleted(stage, message);
        stage.on(new StageEvent.InputLost(attempt));
        dag.tasks.retire(live);
        stage.live(null);
        int fruitless = stage.countFruitless();
        if (fruitless >= dag.retries.maxConsecutiveStageAttempts()) {
            dag.jobs.fail(stage, tooManyFruitless(stage, fruitless, message));
        } else {
            dag.jobs.recheck(stage);
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
            newly.stream().forEach(index -> dag.tasks.queue(live, index));
        }
        dag.jobs.recheck(stage);
    }

    /** Makes all tasks of a stage pending because what it read has changed; what still runs of it is of no use. */
    void inputChanged(Stage stage, String message) {
        dag.jobs.publishCompleted(stage, message);
        stage.on(new StageEvent.InputChanged());
        stage.loseAll();
        TaskSet live = stage.live();
        if (live != null) {
            dag.tasks.retire(live);
            stage.live(null);
        }
        dag.tasks.killAll(stage.id(), message, false);
        dag.jobs.recheck(stage);
    }

    private JobFailure tooManyFruitless(Stage stage, int attempts, String message) {
        return new JobFailure.Aborted(
                stage + " lost its input in " + attempts + " consecutive attempts without finishing a partition;"
                        + " the limit favilla.stage.maxConsecutiveAttempts is "
                        + dag.retries.maxConsecutiveStageAttempts() + ". The last time: " + message
                        + ". Find out why map outputs get lost or damaged, or raise the limit.",
                null);
    }

    private JobFailure tooManyAttempts(Stage stage) {
        return new JobFailure.Aborted(
                stage + " would have to run again after " + dag.retries.maxStageAttempts()
                        + " attempts; the limit favilla.stage.maxAttempts is " + dag.retries.maxStageAttempts()
                        + ". Find out why its inputs or outputs get lost or change, or raise the limit.",
                null);
    }
}

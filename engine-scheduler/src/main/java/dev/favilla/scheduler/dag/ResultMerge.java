package dev.favilla.scheduler.dag;

import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.scheduler.task.PreferredLocations;
import dev.favilla.scheduler.task.Retries;
import dev.favilla.scheduler.task.StageAttempt;
import dev.favilla.scheduler.task.TaskAttempt;
import dev.favilla.scheduler.task.TaskSet;
import dev.favilla.task.AccumulatorUpdate;
import dev.favilla.task.TaskOutcome;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/** What follows when all results of a job are staged: they are handed out, or merged in a slot first. */
final class ResultMerge {

    private final DagState dag;

    ResultMerge(DagState dag) {
        this.dag = dag;
    }

    /** Goes on with a job whose result stage is done. */
    void allStaged(Job job) {
        if (!job.mergesInSlot()) {
            apply(job.updates());
            dag.jobs.succeed(job, report -> new JobOutcome.Staged(job.staged(), report));
        } else if (job.merge() == null) {
            BitSet one = new BitSet();
            one.set(0);
            TaskSet merge =
                    new TaskSet(common(job), one, new Retries(dag.retries), PreferredLocations.NONE, job.asOwner());
            job.merge(merge);
            dag.tasks.submit(merge);
        }
    }

    private static StageAttempt common(Job job) {
        Stage result = job.result();
        return new StageAttempt(
                result.id(),
                new MergeName(job.request()),
                result.attempt(),
                result.plan().target().numPartitions(),
                List.of(0),
                new TaskWork.MergeResults(
                        job.request().action(), job.staged(), job.request().binary()),
                InputSnapshot.NONE);
    }

    /** How errors name the merge of a request's results. */
    private record MergeName(JobRequest request) {

        @Override
        public String toString() {
            return "merge of " + request.action().name() + ", " + request.callSite();
        }
    }

    static boolean isMerge(TaskAttempt attempt) {
        return attempt.set().tasks().work() instanceof TaskWork.MergeResults;
    }

    /** Takes note of the end of a merge; the end of one that was taken back means nothing. */
    void ended(TaskAttempt attempt, Job job, TaskOutcome outcome) {
        TaskSet merge = job.merge();
        if (merge == null || attempt.set() != merge) {
            return;
        }
        if (outcome instanceof TaskOutcome.Success success) {
            List<AccumulatorUpdate> updates = new ArrayList<>(job.updates());
            updates.addAll(success.updates());
            apply(updates);
            dag.jobs.succeed(job, report -> new JobOutcome.Merged(success.result(), report));
            return;
        }
        merge.retries()
                .record(attempt, outcome)
                .ifPresentOrElse(failure -> dag.jobs.fail(job, failure), () -> dag.tasks.queue(merge, attempt.index()));
    }

    private void apply(List<AccumulatorUpdate> updates) {
        if (!updates.isEmpty()) {
            dag.outbox.add(new SchedulerCommand.ApplyAccumulators(updates));
        }
    }
}

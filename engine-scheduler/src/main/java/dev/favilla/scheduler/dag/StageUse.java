package dev.favilla.scheduler.dag;

import dev.favilla.attempt.MetricValues;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.scheduler.StageGraph.StagePlan;
import dev.favilla.status.JobReport.StageReport;

/** One job's part in a stage, and what the stage did for that job since it joined. */
final class StageUse {

    private final Job job;
    private final Stage stage;
    private final StagePlan plan;
    private final long firstAttempt;

    private int submissions;
    private int attempts;
    private int merges;
    private int failures;
    private final TaskMetrics metrics = new TaskMetrics();

    /**
     * @param stage which other jobs may use too
     * @param plan how the job sees the stage; jobs may differ in what is persisted
     * @param firstAttempt attempts with smaller ids were launched before
     */
    StageUse(Job job, Stage stage, StagePlan plan, long firstAttempt) {
        this.job = job;
        this.stage = stage;
        this.plan = plan;
        this.firstAttempt = firstAttempt;
    }

    Job job() {
        return job;
    }

    Stage stage() {
        return stage;
    }

    StagePlan plan() {
        return plan;
    }

    void submitted() {
        submissions++;
    }

    /** @param merge whether it merges the results of the stage's tasks, rather than being an attempt at one of them */
    void launched(boolean merge) {
        if (merge) {
            merges++;
        } else {
            attempts++;
        }
    }

    /** Takes note that an attempt at a task, which counts as launched, was taken back before it began. */
    void withdrawn(long attemptId) {
        if (attemptId >= firstAttempt) {
            attempts--;
        }
    }

    void ended(MetricValues values, boolean failed) {
        metrics.add(values);
        if (failed) {
            failures++;
        }
    }

    StageReport report() {
        int reruns = Math.max(0, submissions - 1);
        return new StageReport(
                stage.id(), stage.name(), stage.tasks(), attempts, merges, failures, reruns, metrics.snapshot());
    }
}

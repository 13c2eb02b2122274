package dev.favilla.scheduler.dag;

import dev.favilla.attempt.MetricValues;
import dev.favilla.status.JobReport.StageReport;

/** What one stage did for one job since the job joined it. */
final class StageTotals {

    private int submissions;
    private int attempts;
    private int merges;
    private int failures;
    private MetricValues metrics = MetricValues.ZERO;

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

    void ended(MetricValues values, boolean failed) {
        metrics = metrics.plus(values);
        if (failed) {
            failures++;
        }
    }

    StageReport report(Stage stage) {
        int reruns = Math.max(0, submissions - 1);
        return new StageReport(stage.id(), stage.name(), stage.tasks(), attempts, merges, failures, reruns, metrics);
    }
}

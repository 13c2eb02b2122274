package dev.favilla.status;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.MetricValues;
import dev.favilla.lineage.CallSite;
import java.time.Duration;
import java.util.List;

/**
 * What a job did, counted by the scheduler.
 *
 * @param jobId the job
 * @param callSite the action in user code
 * @param stages its stages, parents first; skipped ones included
 * @param duration from submission to end
 */
public record JobReport(int jobId, CallSite callSite, List<StageReport> stages, Duration duration) {

    public JobReport {
        stages = List.copyOf(stages);
    }

    /** Returns the totals over all attempts of all stages. */
    public MetricValues metrics() {
        return stages.stream().map(StageReport::metrics).reduce(MetricValues.ZERO, MetricValues::plus);
    }

    /** Returns how many attempts at tasks were launched; as many as tasks that ran, if nothing went wrong. */
    public int attempts() {
        return stages.stream().mapToInt(StageReport::attempts).sum();
    }

    /** Returns how many attempts were launched at merging results in a slot, which only user code needs; mostly 0 or 1. */
    public int merges() {
        return stages.stream().mapToInt(StageReport::merges).sum();
    }

    /** Returns how many stages ran, not counting those whose outputs were there already. */
    public int stagesRun() {
        return (int) stages.stream().filter(stage -> stage.attempts() > 0).count();
    }

    /** Returns how many bytes map tasks handed to the shuffle; estimated where records stayed references. */
    public long shuffleBytes() {
        return metrics().get(Metric.SHUFFLE_BYTES_WRITTEN);
    }

    /**
     * What one stage did for this job.
     *
     * @param stageId the stage
     * @param name for example {@code map at Report.java:12}
     * @param tasks how many tasks it has
     * @param attempts how many attempts at them were launched
     * @param merges how many attempts were launched at merging their results in a slot
     * @param failures how many of both failed
     * @param reruns how often the stage had to run again because an input was lost or changed
     * @param metrics the totals of its attempts
     */
    public record StageReport(
            int stageId,
            String name,
            int tasks,
            int attempts,
            int merges,
            int failures,
            int reruns,
            MetricValues metrics) {}
}

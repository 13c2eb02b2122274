package dev.favilla.examples;

import static dev.favilla.examples.JobStatistics.count;

import dev.favilla.attempt.Metric;
import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineEvent.JobStarted;
import dev.favilla.event.EngineEvent.StageInfo;
import dev.favilla.event.EngineEvent.TaskEnded;
import dev.favilla.event.EngineEvent.TaskStarted;
import dev.favilla.examples.LineageTrace.Contents;
import dev.favilla.examples.LineageTrace.Keyed;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.task.TaskOutcome;
import java.io.PrintStream;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Prints a trace by stage, partition and attempt, which is the same order in every run; the order in which things
 * happened is not.
 */
final class TracePrinter {

    private final LineageTrace trace;
    private final Partitioner partitioner;
    private final PrintStream out;
    private final Map<Long, TaskStarted> starts;

    /** @param partitioner says to which bucket a key was sent */
    TracePrinter(LineageTrace trace, Partitioner partitioner, PrintStream out) {
        this.trace = trace;
        this.partitioner = partitioner;
        this.out = out;
        this.starts = trace.events(TaskStarted.class).stream()
                .collect(Collectors.toMap(TaskStarted::attemptId, Function.identity()));
    }

    void print() {
        for (JobStarted job : trace.events(JobStarted.class)) {
            out.println("job " + job.jobId() + ", " + job.callSite() + ", was cut into "
                    + count(job.stages().size(), "stage"));
            job.stages().forEach(this::printStage);
        }
    }

    private void printStage(StageInfo stage) {
        String parents = stage.parents().isEmpty()
                ? "reads no other stage"
                : "reads what stage "
                        + stage.parents().stream().map(String::valueOf).collect(Collectors.joining(", ")) + " sent";
        out.println("stage " + stage.stageId() + ", " + stage.name() + ": " + count(stage.tasks(), "task")
                + ", computes RDDs " + stage.rddIds().stream().sorted().toList() + ", " + parents);
        for (EngineEvent.StageSubmitted submitted : trace.events(EngineEvent.StageSubmitted.class)) {
            if (submitted.stage().stageId() == stage.stageId()) {
                trace.events(TaskEnded.class).stream()
                        .filter(task ->
                                task.stageId() == stage.stageId() && task.stageAttempt() == submitted.stageAttempt())
                        .sorted(Comparator.comparingInt(TaskEnded::partition)
                                .thenComparingInt(TaskEnded::attemptNumber))
                        .forEach(this::printTask);
            }
        }
    }

    private void printTask(TaskEnded task) {
        TaskStarted start = starts.get(task.attemptId());
        String slot = start == null ? "no slot" : "slot " + start.slot();
        out.println("  partition " + task.partition() + ", attempt " + task.attemptNumber() + " on executor "
                + task.executor().name() + ", " + slot + ", " + task.outcome().describe());
        if (task.outcome() instanceof TaskOutcome.Success success) {
            if (success.result() instanceof MapOutput output) {
                printMapTask(trace.contents(task.attemptId()), output);
            } else {
                out.println("    read   " + count(task.metrics().get(Metric.SHUFFLE_RECORDS_READ), "record")
                        + " from the shuffle");
                out.println("    result " + success.result());
            }
        }
    }

    private void printMapTask(Contents contents, MapOutput output) {
        out.println("    before " + contents.before());
        out.println("    map    " + contents.mapped());
        out.println("    filter " + contents.filtered());
        if (output.records() == 0) {
            out.println("    sent   nothing");
        }
        buckets(contents.keyed())
                .forEach((bucket, sent) -> out.println("    sent   to bucket " + bucket + ": "
                        + sent.stream()
                                .map(each -> each.key() + " -> " + each.value())
                                .collect(Collectors.joining(", "))
                        + " (" + count(output.sizes().totalBytes(), "byte") + ")"));
    }

    private Map<Integer, List<Keyed>> buckets(List<Keyed> keyed) {
        return keyed.stream()
                .collect(Collectors.groupingBy(
                        each -> partitioner.partition(each.key()), TreeMap::new, Collectors.toList()));
    }
}

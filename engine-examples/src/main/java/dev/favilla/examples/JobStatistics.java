package dev.favilla.examples;

import dev.favilla.attempt.Metric;
import dev.favilla.memory.Bytes;
import dev.favilla.status.JobReport;
import dev.favilla.status.JobReport.StageReport;
import java.io.PrintStream;
import java.util.List;
import java.util.Locale;

/** What jobs did, for people. */
final class JobStatistics {

    private JobStatistics() {}

    /** Prints {@code jobs} stage by stage. */
    static void print(List<JobReport> jobs, PrintStream err) {
        for (JobReport job : jobs) {
            err.printf(
                    Locale.ROOT,
                    "job %d (%s): %s, %s, %s shuffled, %.3f s%n",
                    job.jobId(),
                    job.callSite(),
                    stages(job),
                    tasks(job.stages()),
                    Bytes.format(job.shuffleBytes()),
                    job.duration().toNanos() / 1e9);
            job.stages().forEach(stage -> printStage(stage, err));
            long malformed = job.metrics().get(Metric.MALFORMED_INPUTS);
            if (malformed > 0) {
                err.println("  replaced " + count(malformed, "malformed byte sequence") + " of the input by U+FFFD");
            }
        }
    }

    private static String stages(JobReport job) {
        long skipped = job.stages().stream().filter(JobStatistics::skipped).count();
        return count(job.stages().size() - skipped, "stage") + (skipped == 0 ? "" : " and " + skipped + " skipped");
    }

    /** Whether the output of {@code stage} was there before the job, so that it has tasks and ran none. */
    private static boolean skipped(StageReport stage) {
        return stage.attempts() == 0 && stage.tasks() > 0;
    }

    private static String tasks(List<StageReport> stages) {
        int tasks = stages.stream()
                .filter(stage -> !skipped(stage))
                .mapToInt(StageReport::tasks)
                .sum();
        int attempts = stages.stream().mapToInt(StageReport::attempts).sum();
        int merges = stages.stream().mapToInt(StageReport::merges).sum();
        return count(tasks, "task") + " (" + count(attempts, "attempt") + ")"
                + (merges == 0 ? "" : " and " + count(merges, "merge"));
    }

    private static void printStage(StageReport stage, PrintStream err) {
        long read = stage.metrics().get(Metric.BYTES_READ);
        long sent = stage.metrics().get(Metric.SHUFFLE_BYTES_WRITTEN);
        String what = skipped(stage) ? "skipped, its output was there" : tasks(List.of(stage));
        err.println("  stage " + stage.stageId() + " (" + stage.name() + "): " + what
                + (stage.failures() > 0 ? ", " + count(stage.failures(), "failure") : "")
                + (read > 0 ? ", " + Bytes.format(read) + " read" : "")
                + (sent > 0 ? ", " + Bytes.format(sent) + " shuffled" : ""));
    }

    static String count(long number, String what) {
        return String.format(Locale.ROOT, "%,d %s%s", number, what, number == 1 ? "" : "s");
    }
}

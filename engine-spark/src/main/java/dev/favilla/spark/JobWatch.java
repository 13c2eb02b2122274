package dev.favilla.spark;

import dev.favilla.attempt.MetricValues;
import dev.favilla.status.JobReport.StageReport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskFailedReason;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerStageCompleted;
import org.apache.spark.scheduler.SparkListenerStageSubmitted;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.StageInfo;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Hears from Spark what the jobs of one context do: which stages they have, how many attempts were made, how those ended
 * that failed.
 *
 * <p><b>Threads.</b> Told on Spark's listener thread; asked on any.
 */
final class JobWatch extends SparkListener {

    private static final String GROUP = "spark.jobGroup.id";
    private static final int MOST_FAILURES = 100;
    private static final int MOST_TEXT = 500;

    private final Map<String, Watched> byGroup = new ConcurrentHashMap<>();
    private final Map<Integer, Watched> byJob = new ConcurrentHashMap<>();
    private final Map<Integer, Watched> byStage = new ConcurrentHashMap<>();

    /**
     * Begins to keep what the job of a group does.
     *
     * @param started run when Spark has begun the job
     */
    Watched watch(String group, Runnable started) {
        Watched watched = new Watched(started);
        byGroup.put(group, watched);
        return watched;
    }

    void forget(String group) {
        Watched watched = byGroup.remove(group);
        if (watched != null) {
            byJob.values().remove(watched);
            byStage.values().removeIf(other -> other == watched);
        }
    }

    @Override
    public void onJobStart(SparkListenerJobStart start) {
        String group = start.properties() == null ? null : start.properties().getProperty(GROUP);
        Watched watched = group == null ? null : byGroup.get(group);
        if (watched != null) {
            byJob.put(start.jobId(), watched);
            for (StageInfo stage : CollectionConverters.asJava(start.stageInfos())) {
                byStage.put(stage.stageId(), watched);
                watched.add(stage);
            }
            watched.started.run();
        }
    }

    @Override
    public void onJobEnd(SparkListenerJobEnd end) {
        Watched watched = byJob.get(end.jobId());
        if (watched != null) {
            watched.ended.countDown();
        }
    }

    @Override
    public void onStageSubmitted(SparkListenerStageSubmitted submitted) {
        StageInfo info = submitted.stageInfo();
        Watched watched = byStage.get(info.stageId());
        if (watched != null && info.attemptNumber() > 0) {
            watched.reran(info.stageId());
        }
    }

    @Override
    public void onStageCompleted(SparkListenerStageCompleted completed) {
        // what it did was counted task by task
    }

    @Override
    public void onTaskEnd(SparkListenerTaskEnd end) {
        Watched watched = byStage.get(end.stageId());
        if (watched != null) {
            watched.ended(end);
        }
    }

    /** What one job does. */
    static final class Watched {

        private final Runnable started;
        private final CountDownLatch ended = new CountDownLatch(1);
        private final SortedMap<Integer, Stage> stages = new TreeMap<>();

        private Watched(Runnable started) {
            this.started = started;
        }

        private synchronized void add(StageInfo info) {
            stages.put(info.stageId(), new Stage(info.stageId(), info.name(), info.numTasks()));
        }

        private synchronized void reran(int stageId) {
            Stage stage = stages.get(stageId);
            if (stage != null) {
                stage.reruns++;
            }
        }

        private synchronized void ended(SparkListenerTaskEnd end) {
            Stage stage = stages.get(end.stageId());
            if (stage == null) {
                return;
            }
            stage.attempts++;
            if (end.reason() instanceof TaskFailedReason failed) {
                stage.failed++;
                if (stage.failures.size() < MOST_FAILURES) {
                    stage.failures.add(new Failure(
                            end.taskInfo().index(), end.taskInfo().attemptNumber(), shortened(failed.toErrorString())));
                }
            }
        }

        private static String shortened(String text) {
            String line = text.strip().lines().findFirst().orElse("");
            return line.length() <= MOST_TEXT ? line : line.substring(0, MOST_TEXT) + "...";
        }

        /** Waits until Spark has told all of the job, which it does a little after the job has ended. */
        boolean awaitEnd(Duration patience) throws InterruptedException {
            return ended.await(patience.toNanos(), TimeUnit.NANOSECONDS);
        }

        synchronized List<StageReport> reports() {
            List<StageReport> reports = new ArrayList<>();
            for (Stage stage : stages.values()) {
                reports.add(new StageReport(
                        stage.id,
                        stage.name,
                        stage.tasks,
                        stage.attempts,
                        0,
                        stage.failed,
                        stage.reruns,
                        MetricValues.ZERO));
            }
            return reports;
        }

        synchronized List<Integer> stageIds() {
            return List.copyOf(stages.keySet());
        }

        synchronized String nameOf(int stageId) {
            Stage stage = stages.get(stageId);
            return stage == null ? "" : stage.name;
        }

        /** Returns how the attempts at a partition ended before the last one. */
        synchronized List<String> historyOf(int stageId, int partition, int lastAttempt) {
            Stage stage = stages.get(stageId);
            List<String> history = new ArrayList<>();
            if (stage != null) {
                for (Failure failure : stage.failures) {
                    if (failure.partition == partition && failure.attempt < lastAttempt) {
                        history.add("attempt " + failure.attempt + ": " + failure.text);
                    }
                }
            }
            return history;
        }
    }

    private record Failure(int partition, int attempt, String text) {}

    /** Guarded by its {@link Watched}. */
    private static final class Stage {

        private final int id;
        private final String name;
        private final int tasks;
        private final List<Failure> failures = new ArrayList<>();
        private int attempts;
        private int failed;
        private int reruns;

        Stage(int id, String name, int tasks) {
            this.id = id;
            this.name = name;
            this.tasks = tasks;
        }
    }
}

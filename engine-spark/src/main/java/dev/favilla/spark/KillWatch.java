package dev.favilla.spark;

import dev.favilla.attempt.TaskScope;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.apache.spark.TaskContext;

/**
 * Asks attempts to stop whose tasks Spark has killed. Spark marks a killed task and tells nobody in its process, so the mark
 * is looked at as long as the task runs; from there on the attempt ends as one of ours does, at its next record or wait.
 *
 * <p><b>Threads.</b> May be used from any thread. One daemon thread looks; it sleeps while no task runs.
 */
final class KillWatch implements AutoCloseable {

    private static final long PERIOD_MILLIS = 20;

    private final ScheduledThreadPoolExecutor looks;

    KillWatch() {
        this.looks = new ScheduledThreadPoolExecutor(1, run -> {
            Thread thread = new Thread(run, "favilla-spark-kills");
            thread.setDaemon(true);
            return thread;
        });
        looks.setRemoveOnCancelPolicy(true);
    }

    /** Watches one task until what is returned is cancelled. Once this is closed, asks it to stop instead. */
    Future<?> over(TaskContext context, TaskScope scope) {
        try {
            return looks.scheduleWithFixedDelay(
                    () -> {
                        if (context.isInterrupted()) {
                            scope.kill("Spark has ended the task");
                        }
                    },
                    PERIOD_MILLIS,
                    PERIOD_MILLIS,
                    TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            scope.kill("its context was closed");
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void close() {
        looks.shutdownNow();
    }
}

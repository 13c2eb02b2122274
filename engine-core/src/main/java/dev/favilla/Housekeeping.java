package dev.favilla;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Does what nobody waits for, such as deleting files, one after another on a thread that is there only while there is
 * something to do. May be used from any thread.
 */
final class Housekeeping implements Executor {

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(1);

    private final ThreadPoolExecutor worker;

    Housekeeping(ThreadFactory threads) {
        this.worker = new ThreadPoolExecutor(
                1, 1, KEEP_ALIVE.toNanos(), TimeUnit.NANOSECONDS, new LinkedBlockingQueue<>(), threads);
        this.worker.allowCoreThreadTimeOut(true);
    }

    /**
     * Has {@code work} done.
     *
     * @throws java.util.concurrent.RejectedExecutionException once it is closed
     */
    @Override
    public void execute(Runnable work) {
        worker.execute(work);
    }

    /** Drops what has not begun, waits for what has, and returns what has not ended in time. */
    List<String> close(Duration deadline) {
        worker.shutdown();
        worker.getQueue().clear();
        try {
            if (worker.awaitTermination(deadline.toNanos(), TimeUnit.NANOSECONDS)) {
                return List.of();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return worker.isTerminated() ? List.of() : List.of("the deleting of files that are not needed any more");
    }
}

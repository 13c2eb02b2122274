package dev.favilla;

import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** An action that runs on a thread of its own, while the test goes on. */
final class Background<T> {

    private static final long PATIENCE_SECONDS = 100;

    private final FutureTask<T> task;

    private Background(FutureTask<T> task) {
        this.task = task;
    }

    static <T> Background<T> run(Callable<T> action) {
        FutureTask<T> task = new FutureTask<>(action);
        Thread thread = new Thread(task, "background");
        thread.setDaemon(true);
        thread.start();
        return new Background<>(task);
    }

    /** Returns its result; throws what it threw. */
    T result() throws Exception {
        try {
            return task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof Exception thrown) {
                throw thrown;
            }
            throw new AssertionError("the action died", e);
        } catch (TimeoutException e) {
            throw new AssertionError("the action has not come to an end", e);
        }
    }

    /** Returns what it threw. */
    Throwable failure() throws InterruptedException {
        try {
            T result = task.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            throw new AssertionError("expected a failure, got " + result);
        } catch (ExecutionException e) {
            return e.getCause();
        } catch (TimeoutException e) {
            throw new AssertionError("the action has not come to an end", e);
        }
    }

    boolean isDone() {
        return task.isDone();
    }
}

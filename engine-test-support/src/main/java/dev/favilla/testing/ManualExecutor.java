package dev.favilla.testing;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;

/**
 * Keeps tasks until a test runs them, one by one or all, on the test's own thread and in the order they came.
 *
 * <p><b>Threads.</b> Any thread may hand in tasks. They run on the thread that calls {@link #runNext} or
 * {@link #runAll}, which should be one only.
 *
 * <p><b>Failures.</b> What a task throws reaches the caller of {@code runNext} or {@code runAll} unchanged; the task
 * counts as run and those behind it stay queued.
 */
public final class ManualExecutor implements Executor {

    /** Far beyond any honest test: tasks that hand in themselves again should fail it, not hang it. */
    private static final int RUN_ALL_LIMIT = 1_000_000;

    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    /** Returns how many tasks wait. */
    public int pending() {
        return tasks.size();
    }

    /**
     * Runs the task that waits longest.
     *
     * @throws IllegalStateException if none waits
     */
    public void runNext() {
        if (!runOne()) {
            throw new IllegalStateException("No task is pending: nothing was executed, or all of it has run.");
        }
    }

    /**
     * Runs tasks, also those handed in meanwhile, until none waits, and returns how many ran.
     *
     * @throws IllegalStateException if a million tasks did not empty the queue
     */
    public int runAll() {
        for (int count = 0; count < RUN_ALL_LIMIT; count++) {
            if (!runOne()) {
                return count;
            }
        }
        throw new IllegalStateException(
                "Ran " + RUN_ALL_LIMIT + " tasks and " + pending() + " still wait: do they hand in themselves again?");
    }

    private boolean runOne() {
        Runnable task = tasks.poll();
        if (task == null) {
            return false;
        }
        task.run();
        return true;
    }
}

package dev.favilla;

import dev.favilla.lineage.StackText;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What users want to be run when a job has ended. Runs on a thread of its own, which there is only while there is something to
 * run. May be used from any thread.
 */
final class AfterEnd {

    private final ThreadFactory threads;

    /** Null once the job has ended. Guarded by this. */
    private @Nullable List<Runnable> waiting = new ArrayList<>();

    /** @param threads makes the thread */
    AfterEnd(ThreadFactory threads) {
        this.threads = threads;
    }

    /** Has {@code step} run when the job has ended, or now if it has. */
    void add(Runnable step) {
        synchronized (this) {
            if (waiting != null) {
                waiting.add(step);
                return;
            }
        }
        start(List.of(step));
    }

    /** Says that the job has ended. Throws nothing. */
    void ended() {
        List<Runnable> steps;
        synchronized (this) {
            steps = waiting == null ? List.of() : waiting;
            waiting = null;
        }
        if (steps.isEmpty()) {
            return;
        }
        try {
            start(steps);
        } catch (Throwable t) { // no thread is left; the scheduler, whose turn this is, is not to suffer
            logger().warn("There was no thread to call {} handlers of a result: {}", steps.size(), StackText.of(t));
        }
    }

    private void start(List<Runnable> steps) {
        threads.newThread(() -> steps.forEach(AfterEnd::run)).start();
    }

    private static void run(Runnable step) {
        try {
            step.run();
        } catch (Throwable t) { // the thread's root: other handlers are not to suffer
            logger().warn("A handler of a result threw: {}", StackText.of(t));
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(AfterEnd.class);
    }
}

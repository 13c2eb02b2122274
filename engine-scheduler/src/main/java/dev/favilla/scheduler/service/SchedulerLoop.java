package dev.favilla.scheduler.service;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies events one at a time, in the order they were posted, without a thread of its own: whoever posts to an idle
 * loop drains it.
 *
 * <p><b>Threads.</b> {@link #post} may be called from any thread. The first to post runs the handler, for its event and
 * for those that others post meanwhile; after {@code turnLimit} of them it hands the rest to the helper, so that nobody
 * is held for long. The handler never runs twice at once, so what it touches needs no locks; an event that it posts
 * itself is applied after the present one.
 *
 * <p><b>Failures.</b> A handler that throws does not stop the loop; the event and the error go to {@code onFailure},
 * and if that throws, too, to the log. If the helper takes nothing, whoever drains goes on.
 */
final class SchedulerLoop<E> {

    private final Executor helper;
    private final int turnLimit;
    private final Consumer<E> handler;
    private final BiConsumer<E, Throwable> onFailure;

    private final Queue<E> inbox = new ConcurrentLinkedQueue<>();

    /** Events posted and not yet applied; whoever moves it off zero starts the drain. */
    private final AtomicInteger pending = new AtomicInteger();

    /** The thread that runs the handler. Each thread looks only for itself, so no order between threads is needed. */
    private final AtomicReference<@Nullable Thread> drainer = new AtomicReference<>();

    /**
     * @param helper goes on where a thread has drained enough
     * @param turnLimit how many events one thread applies before it hands over
     * @param handler applies one event
     * @param onFailure told what the handler threw
     */
    SchedulerLoop(Executor helper, int turnLimit, Consumer<E> handler, BiConsumer<E, Throwable> onFailure) {
        this.helper = helper;
        this.turnLimit = turnLimit;
        this.handler = handler;
        this.onFailure = onFailure;
    }

    /** Has {@code event} applied: now, if the loop is idle, else by the thread that drains it. */
    void post(E event) {
        inbox.add(event); // before the count, so that drain never finds the inbox empty
        if (pending.getAndIncrement() == 0) {
            drain();
        }
    }

    /** Returns whether the handler is running on this very thread, which must not wait for the loop then. */
    boolean isDrainedHere() {
        return drainer.get() == Thread.currentThread();
    }

    private void drain() {
        int applied = 0;
        do {
            if (applied == turnLimit) {
                if (handOver()) {
                    return;
                }
                applied = 0;
            }
            drainer.setRelease(Thread.currentThread());
            apply(inbox.remove());
            drainer.setRelease(null); // before the count: once it is zero, another thread may set itself
            applied++;
        } while (pending.decrementAndGet() > 0);
    }

    private boolean handOver() {
        try {
            helper.execute(this::drain);
            return true;
        } catch (RuntimeException | Error e) { // shut down, or no thread to be had
            logger().debug("The helper of the scheduler loop is not available; this thread goes on", e);
            return false;
        }
    }

    private void apply(E event) {
        try {
            handler.accept(event);
        } catch (Throwable t) { // an escaped Error would leave pending above zero and the loop dead
            report(event, t);
        }
    }

    private void report(E event, Throwable error) {
        try {
            onFailure.accept(event, error);
        } catch (Throwable t) { // likewise
            logger().error("The scheduler failed, and failed again when that was to be handled", t);
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(SchedulerLoop.class);
    }
}

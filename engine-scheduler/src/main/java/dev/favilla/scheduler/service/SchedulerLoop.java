package dev.favilla.scheduler.service;

import dev.favilla.scheduler.Mailbox;
import dev.favilla.scheduler.SchedulerEvent;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Applies events one at a time, in the order they were posted, without a thread of its own: threads of the engine lend
 * theirs, whose stacks are known. It is the mailbox of the executors.
 *
 * <p><b>Threads.</b> {@link #post} may be called from any thread, wherever it is on its stack: it leaves the event in the
 * inbox and has somebody woken, and changes nothing else, so that an error of the caller's at any point leaves nothing
 * half done. An event that was left while nobody was woken is applied with the next. {@link #drain} is for threads of the
 * engine at the base of their stack. The handler never runs twice at once, so what it touches needs no locks; an event
 * that it posts itself is applied after the present one. After {@code turnLimit} events whoever drains has somebody else
 * woken, so that nobody is held for long.
 *
 * <p><b>Failures.</b> A handler that throws does not stop the loop; the event and the error go to {@code onFailure},
 * and if that throws, too, to the log. If nobody can be woken, whoever drains goes on.
 */
final class SchedulerLoop<E> implements Mailbox {

    private final Function<SchedulerEvent, E> envelope;
    private final Runnable waker;
    private final int turnLimit;
    private final Consumer<E> handler;
    private final BiConsumer<E, Throwable> onFailure;

    private final Queue<E> inbox = new ConcurrentLinkedQueue<>();

    /** The thread that runs the handler. Passes what the handler touches from one to the next. */
    private final AtomicReference<@Nullable Thread> drainer = new AtomicReference<>();

    private volatile boolean ended;

    /**
     * @param envelope makes an event of what an executor has to say
     * @param waker has a thread of the engine call {@link #drain}; may be called wherever a caller is on its stack
     * @param turnLimit how many events one thread applies before it has another woken
     * @param handler applies one event
     * @param onFailure told what the handler threw
     */
    SchedulerLoop(
            Function<SchedulerEvent, E> envelope,
            Runnable waker,
            int turnLimit,
            Consumer<E> handler,
            BiConsumer<E, Throwable> onFailure) {
        this.envelope = envelope;
        this.waker = waker;
        this.turnLimit = turnLimit;
        this.handler = handler;
        this.onFailure = onFailure;
    }

    /** Has {@code event} applied, by another thread. */
    void post(E event) {
        inbox.add(event);
        if (ended) {
            drain();
        } else if (drainer.get() == null) { // else it looks again after it has let go
            waker.run();
        }
    }

    /** Leaves {@code event} for the calling thread, which is about to drain. */
    void leave(E event) {
        inbox.add(event);
    }

    @Override
    public void accept(SchedulerEvent event) {
        post(envelope.apply(event));
    }

    @Override
    public void leave(SchedulerEvent event) {
        leave(envelope.apply(event));
    }

    @Override
    public void work() {
        drain();
    }

    /** Returns whether events wait and nobody applies them. */
    @Override
    public boolean isWaiting() {
        return !inbox.isEmpty() && drainer.get() == null;
    }

    /** Returns whether the handler is running on this very thread, which must not wait for the loop then. */
    boolean isDrainedHere() {
        return drainer.get() == Thread.currentThread();
    }

    /** From now on whoever posts drains: all other threads are about to end, and there is nothing left to suffer. */
    void end() {
        ended = true;
        drain();
    }

    /** Applies what waits, unless another thread is doing so. */
    void drain() {
        while (!inbox.isEmpty() && drainer.compareAndSet(null, Thread.currentThread())) {
            boolean more;
            try {
                more = applySome();
            } finally {
                drainer.set(null);
            }
            if (more && handOver()) {
                return;
            }
        }
    }

    /** Applies as much as one thread may, and returns whether that was not all. */
    private boolean applySome() {
        for (int applied = 0; applied < turnLimit; applied++) {
            E event = inbox.poll();
            if (event == null) {
                return false;
            }
            apply(event);
        }
        return !inbox.isEmpty();
    }

    private boolean handOver() {
        try {
            waker.run();
            return !ended;
        } catch (RuntimeException | Error e) { // no thread to be had
            return false;
        }
    }

    private void apply(E event) {
        try {
            handler.accept(event);
        } catch (Throwable t) { // an escaped Error would end the thread that drains
            report(event, t);
        }
    }

    private void report(E event, Throwable error) {
        try {
            onFailure.accept(event, error);
        } catch (Throwable t) { // likewise
            say(t);
        }
    }

    private static void say(Throwable error) {
        try {
            logger().error("The scheduler failed, and failed again when that was to be handled", error);
        } catch (Throwable t) {
            if (t != error) { // no memory to say it
                error.addSuppressed(t);
            }
        }
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(SchedulerLoop.class);
    }
}

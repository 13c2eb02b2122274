package dev.favilla.scheduler.service;

import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells listeners what happens, in order, on one thread for all of them, each from a bounded queue of its own.
 *
 * <p><b>Threads.</b> All methods may be called from any thread, also from a listener, and none but {@link #close}
 * waits. The thread is started with the first event and ends when the last listener is removed. Listeners are called
 * without a lock. One that is slow delays the others, never a job; its queue fills and what comes then is dropped and
 * counted.
 *
 * <p><b>Failures.</b> A listener that throws is reported once; one that interrupts the thread is removed. If the thread
 * cannot be started, events wait, and the next one tries again.
 */
final class ListenerBus {

    private final ThreadFactory threads;
    private final int capacity;
    private final List<ListenerQueue> queues = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable Thread> worker = new AtomicReference<>();
    private final LongAdder dropped = new LongAdder();

    /** Whether the thread is about to wait; set before it looks for events a last time. */
    private volatile boolean idle;

    /** When delivery ends; null while the bus is open. */
    private volatile @Nullable Deadline closing;

    /**
     * @param capacity how many events may wait for each listener, at least 1
     */
    ListenerBus(ThreadFactory threads, int capacity) {
        if (capacity < 1) {
            throw new IllegalArgumentException("listenerQueueCapacity must be >= 1, got " + capacity);
        }
        this.threads = threads;
        this.capacity = capacity;
    }

    /** Returns whether anybody listens; if not, events need not even be made. */
    boolean isObserved() {
        return !queues.isEmpty() && closing == null;
    }

    /**
     * Begins to tell {@code listener}. One added twice is told twice.
     *
     * @throws IllegalStateException after {@link #close}
     */
    void add(EngineListener listener) {
        if (closing != null) {
            throw new IllegalStateException("The context is closed: it tells listeners nothing any more.");
        }
        queues.add(new ListenerQueue(listener, capacity));
    }

    /** Tells {@code listener} no more, not even what waits for it. Unknown listeners are ignored. */
    void remove(EngineListener listener) {
        for (ListenerQueue queue : queues) {
            if (queue.listener() == listener) {
                remove(queue);
                return;
            }
        }
    }

    private void remove(ListenerQueue queue) {
        queues.remove(queue);
        queue.remove();
        LockSupport.unpark(worker.get()); // to end if this was the last one
    }

    /** Hands {@code event} to every listener's queue. */
    void publish(EngineEvent event) {
        if (closing != null) {
            return;
        }
        boolean offered = false;
        for (ListenerQueue queue : queues) {
            if (isTaken(queue, event)) {
                offered = true;
            } else {
                dropped.increment();
            }
        }
        if (offered) {
            wake();
        }
    }

    /** Without memory for it, an event is lost as one is for which there is no room: jobs go on. */
    private static boolean isTaken(ListenerQueue queue, EngineEvent event) {
        try {
            return queue.offer(event);
        } catch (OutOfMemoryError e) {
            return false;
        }
    }

    /** Returns how many events were never delivered because a queue was full, or because the bus was closed. */
    long dropped() {
        return dropped.sum();
    }

    /** Returns whether a listener is being called on this very thread. */
    boolean isDelivering() {
        return worker.get() == Thread.currentThread();
    }

    /**
     * Takes no more events and waits until those that wait are delivered, or the deadline has come. Called by a listener
     * it does not wait; the thread then ends by itself. Closing twice is harmless.
     *
     * @return a line with its stack if the thread did not end
     */
    List<String> close(Duration timeout) {
        Deadline deadline = Deadline.in(timeout);
        if (closing == null) {
            closing = deadline;
        }
        if (isDelivering()) {
            return List.of();
        }
        wake();
        Thread thread = worker.get();
        List<String> left = List.of();
        if (thread != null && !deadline.join(thread)) {
            thread.interrupt(); // stuck in a listener
            left = Deadline.in(Deadline.AFTER_INTERRUPT).join(thread) ? List.of() : List.of(describe(thread));
        }
        discard();
        return left;
    }

    private static String describe(Thread thread) {
        return "thread \"" + thread.getName() + "\" is stuck in a listener (" + thread.getState() + ")"
                + Arrays.stream(thread.getStackTrace())
                        .map(frame -> "\n    at " + frame)
                        .collect(Collectors.joining());
    }

    private void discard() {
        for (ListenerQueue queue : queues) {
            dropped.add(queue.discard());
        }
        queues.clear();
    }

    private void wake() {
        Thread thread = worker.get();
        if (thread == null) {
            start();
        } else if (idle) {
            LockSupport.unpark(thread);
        }
    }

    private void start() {
        if (!hasEvents()) {
            return;
        }
        try {
            Thread made = threads.newThread(this::deliver);
            if (worker.compareAndSet(null, made)) {
                startOrForget(made);
            }
        } catch (RuntimeException | Error e) { // such as an OutOfMemoryError: jobs must go on without observers
            logger().warn("Cannot start the thread that tells listeners; their events wait", e);
        }
    }

    private void startOrForget(Thread made) {
        try {
            made.start();
        } catch (RuntimeException | Error e) {
            worker.set(null);
            throw e;
        }
    }

    private void deliver() {
        while (true) {
            boolean delivered = false;
            for (ListenerQueue queue : queues) {
                delivered |= deliverOne(queue);
            }
            if (!delivered && !awaitEvents()) {
                return;
            }
        }
    }

    private boolean deliverOne(ListenerQueue queue) {
        Deadline deadline = closing;
        if (deadline != null && deadline.isOver()) {
            dropped.add(queue.discard());
            return false;
        }
        boolean delivered = queue.deliverOne();
        if (Thread.interrupted() && closing == null) {
            logger().warn(
                            "Listener {} interrupted the thread that calls it, and is removed",
                            queue.listener().getClass().getName());
            remove(queue);
        }
        return delivered;
    }

    /** Waits for events and returns true, or returns false if the thread is to end. */
    private boolean awaitEvents() {
        idle = true;
        try {
            if (hasEvents()) {
                return true;
            }
            if (queues.isEmpty() || closing != null) {
                return !end();
            }
            LockSupport.park(this);
            return true;
        } finally {
            idle = false;
        }
    }

    /** Leaves the place to another thread; returns false if it has to be taken again at once. */
    private boolean end() {
        worker.set(null);
        // whoever published before that saw this thread, and left the event to it
        return !hasEvents() || !worker.compareAndSet(null, Thread.currentThread());
    }

    private boolean hasEvents() {
        for (ListenerQueue queue : queues) {
            if (!queue.isEmpty()) {
                return true;
            }
        }
        return false;
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(ListenerBus.class);
    }
}

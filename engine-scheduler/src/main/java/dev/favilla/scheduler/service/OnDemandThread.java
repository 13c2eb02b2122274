package dev.favilla.scheduler.service;

import java.time.Duration;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A thread that works when it is woken, for work that no other thread may do. Started when first woken, gone after a
 * second without work.
 *
 * <p><b>Threads.</b> {@link #wake} may be called from any thread, wherever it is on its stack and whatever is thrown
 * there: a thread that was made and not started is started by the next caller, and one that died is replaced.
 */
final class OnDemandThread {

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(1);

    private final ThreadFactory threads;
    private final BooleanSupplier hasWork;
    private final Runnable work;

    /** The thread that works or is about to; null if there is none. */
    private final AtomicReference<@Nullable Thread> thread = new AtomicReference<>();

    private volatile boolean closed;

    /**
     * @param hasWork asked before the thread waits and before it ends
     * @param work must not throw
     */
    OnDemandThread(ThreadFactory threads, BooleanSupplier hasWork, Runnable work) {
        this.threads = threads;
        this.hasWork = hasWork;
        this.work = work;
    }

    /** Has the thread look whether there is work. Errors of making and starting a thread are the caller's. */
    void wake() {
        Thread present = thread.get();
        if (present != null && present.isAlive()) {
            LockSupport.unpark(present);
        } else if (!closed) {
            start(present);
        }
    }

    private void start(@Nullable Thread before) {
        Thread next = before;
        if (next == null || next.getState() == Thread.State.TERMINATED) {
            next = threads.newThread(this::run);
            if (!thread.compareAndSet(before, next)) {
                return; // somebody else was quicker, and starts theirs
            }
        }
        try {
            next.start();
        } catch (IllegalThreadStateException e) { // started by another caller, after it was looked at
            LockSupport.unpark(next);
        }
    }

    private void run() {
        Deadline patience = Deadline.in(KEEP_ALIVE);
        while (true) {
            if (hasWork.getAsBoolean()) {
                work.run();
                patience = Deadline.in(KEEP_ALIVE);
            } else if (closed || patience.isOver()) {
                if (isOver()) {
                    return;
                }
            } else {
                LockSupport.parkNanos(this, patience.left().toNanos());
                Thread.interrupted(); // nobody has a reason to
            }
        }
    }

    /** Leaves the place to another thread; returns false if it has to be taken again at once. */
    private boolean isOver() {
        thread.set(null);
        // whoever had work before that woke this thread in vain
        return !hasWork.getAsBoolean() || !thread.compareAndSet(null, Thread.currentThread());
    }

    /** Starts no thread any more, and waits until the present one has done its work and ended. */
    void close(Deadline end) {
        closed = true;
        Thread present = thread.get();
        if (present != null && present != Thread.currentThread()) {
            LockSupport.unpark(present);
            end.join(present);
        }
    }
}

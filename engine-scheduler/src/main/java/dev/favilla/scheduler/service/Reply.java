package dev.favilla.scheduler.service;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a question, for which the asking thread waits. Giving it takes no memory, as there may be none. It is given
 * once, by one thread, and awaited by any.
 */
final class Reply<T> {

    private final CountDownLatch given = new CountDownLatch(1);
    private @Nullable T value;
    private @Nullable Throwable error;

    void give(T reply) {
        value = reply;
        given.countDown();
    }

    /** Says that there is none. */
    void fail(Throwable reason) {
        error = reason;
        given.countDown();
    }

    /** Waits for it until {@code end}, and returns whether it is there. */
    boolean await(Deadline end) {
        return end.await(given);
    }

    /**
     * Waits for it. An interrupt does not cut the waiting short, which is bounded by the events before it; the flag is
     * set again afterwards.
     *
     * @throws IllegalStateException if there is none
     */
    T get() {
        boolean interrupted = false;
        while (given.getCount() > 0) {
            try {
                given.await(1, TimeUnit.MINUTES);
            } catch (InterruptedException e) {
                interrupted = true; // told to the caller below
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        Throwable reason = error;
        T reply = value;
        if (reason != null || reply == null) {
            throw new IllegalStateException(
                    "The scheduler of this context failed while it was asked. Ask again.", reason);
        }
        return reply;
    }
}

package dev.favilla.scheduler.service;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A moment until which somebody waits. Interrupting a waiter does not cut the wait short, which is bounded anyway; the
 * flag is set again afterwards. Immutable.
 */
final class Deadline {

    /** How long an interrupted thread is given to end. */
    static final Duration AFTER_INTERRUPT = Duration.ofMillis(100);

    private static final Duration LONGEST = Duration.ofDays(365); // in nanoseconds, far from an overflow

    private final long end;

    private Deadline(long end) {
        this.end = end;
    }

    /** Returns the moment {@code timeout} from now. */
    static Deadline in(Duration timeout) {
        return new Deadline(System.nanoTime() + (timeout.compareTo(LONGEST) > 0 ? LONGEST : timeout).toNanos());
    }

    boolean isOver() {
        return end - System.nanoTime() <= 0;
    }

    /** Returns how much time is left, zero at least. */
    Duration left() {
        return Duration.ofNanos(Math.max(0, end - System.nanoTime()));
    }

    /** Waits for the end of {@code thread} and returns whether it has come. */
    boolean join(Thread thread) {
        return uninterruptibly(nanos -> {
            TimeUnit.NANOSECONDS.timedJoin(thread, nanos);
            return !thread.isAlive();
        });
    }

    /** Waits for {@code latch} and returns whether it is open. */
    boolean await(CountDownLatch latch) {
        return uninterruptibly(nanos -> latch.await(nanos, TimeUnit.NANOSECONDS));
    }

    /** Waits until {@code reply} is there, good or bad, and returns whether it is. */
    boolean await(CompletableFuture<?> reply) {
        return uninterruptibly(nanos -> {
            try {
                reply.get(nanos, TimeUnit.NANOSECONDS);
            } catch (TimeoutException | ExecutionException e) {
                return reply.isDone(); // what went wrong is for whoever reads the answer
            }
            return true;
        });
    }

    private boolean uninterruptibly(Wait wait) {
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return wait.forNanos(left().toNanos());
                } catch (InterruptedException e) {
                    interrupted = true; // told to the caller below
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private interface Wait {

        boolean forNanos(long nanos) throws InterruptedException;
    }
}

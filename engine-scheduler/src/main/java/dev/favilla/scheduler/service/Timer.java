package dev.favilla.scheduler.service;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Rings at one moment, the one it was set to last.
 *
 * <p><b>Threads.</b> Set by one thread at a time. Rings on a thread of its own, which is started when first needed and
 * ends after a second without anything to wait for.
 *
 * <p><b>Failures.</b> If the thread cannot be had, that is logged, and the next setting tries again.
 */
final class Timer implements AutoCloseable {

    private static final Duration KEEP_ALIVE = Duration.ofSeconds(1);
    private static final Duration LONGEST = Duration.ofDays(365); // in nanoseconds, far from an overflow

    private final InstantSource clock;
    private final Runnable ring;
    private final ScheduledThreadPoolExecutor timer;
    private @Nullable Future<?> pending;

    Timer(InstantSource clock, ThreadFactory threads, Runnable ring) {
        this.clock = clock;
        this.ring = ring;
        this.timer = new ScheduledThreadPoolExecutor(1, threads);
        timer.setKeepAliveTime(KEEP_ALIVE.toMillis(), TimeUnit.MILLISECONDS);
        timer.allowCoreThreadTimeOut(true);
        timer.setRemoveOnCancelPolicy(true);
        timer.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** Has it ring at {@code instant} and not when it was set to before; at once if that has passed. */
    void set(Instant instant) {
        Future<?> before = pending;
        if (before != null) {
            before.cancel(false); // harmless if this is called by what rings just now
        }
        pending = null;
        if (timer.isShutdown()) {
            return;
        }
        Duration delay = Duration.between(clock.instant(), instant);
        Duration bounded = delay.isNegative() ? Duration.ZERO : delay.compareTo(LONGEST) > 0 ? LONGEST : delay;
        try {
            pending = timer.schedule(ring, bounded.toNanos(), TimeUnit.NANOSECONDS);
        } catch (RuntimeException | Error e) { // such as an OutOfMemoryError: unable to create native thread
            logger().warn("Cannot start the timer of the scheduler; what waits for {} waits longer", instant, e);
        }
    }

    /** Rings no more. The thread ends by itself. Closing twice is harmless. */
    @Override
    public void close() {
        timer.shutdown();
    }

    /** Asked for only when there is something to say: without a binding the first logger prints a banner. */
    private static Logger logger() {
        return LoggerFactory.getLogger(Timer.class);
    }
}

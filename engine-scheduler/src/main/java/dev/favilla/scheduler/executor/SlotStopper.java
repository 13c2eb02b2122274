package dev.favilla.scheduler.executor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/**
 * Waits for the threads of a pool that was shut down: first for attempts to notice that they were killed, then with
 * interrupts, repeated because user code may swallow one, until the deadline.
 */
final class SlotStopper {

    private static final long LONGEST_GRACE_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
    private static final long BETWEEN_INTERRUPTS_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private static final Duration LONGEST = Duration.ofDays(365); // in nanoseconds, far from an overflow

    private final SlotPool slots;
    private final long graceEnd;
    private final long end;
    private boolean interrupted;

    /** The deadline counts from now. */
    SlotStopper(SlotPool slots, Duration deadline) {
        this.slots = slots;
        long now = System.nanoTime();
        long nanos = (deadline.compareTo(LONGEST) > 0 ? LONGEST : deadline).toNanos();
        this.end = now + nanos;
        this.graceEnd = now + Math.min(LONGEST_GRACE_NANOS, nanos / 2);
    }

    /** Returns a line with its stack for each thread that did not end in time. */
    List<String> stop() {
        await(graceEnd);
        List<Thread> left = slots.others();
        while (!left.isEmpty() && System.nanoTime() - end < 0) {
            left.forEach(Thread::interrupt);
            await(Math.min(end, System.nanoTime() + BETWEEN_INTERRUPTS_NANOS));
            left = slots.others();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        List<String> lines = new ArrayList<>(left.size());
        left.forEach(thread -> lines.add(describe(thread)));
        return lines;
    }

    private void await(long until) {
        for (Thread thread : slots.others()) {
            while (thread.isAlive() && until - System.nanoTime() > 0) {
                try {
                    TimeUnit.NANOSECONDS.timedJoin(thread, until - System.nanoTime());
                } catch (InterruptedException e) {
                    interrupted = true; // closing is bounded anyway: finish it, then tell
                }
            }
        }
    }

    private static String describe(Thread thread) {
        return "thread \"" + thread.getName() + "\" ignored its interrupts (" + thread.getState() + ")"
                + stackOf(thread);
    }

    /** Returns where {@code thread} is, one frame a line. */
    static String stackOf(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .map(frame -> "\n    at " + frame)
                .collect(Collectors.joining());
    }
}

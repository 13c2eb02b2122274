package dev.favilla.scheduler;

import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerTables;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The scheduler, as a pure state machine: told what happened, it says what is to be done.
 *
 * <p>It never blocks, runs no user code and knows no threads, so the same code runs under real executors and in a
 * simulator that plays the worst of orders. Messages may come late, twice, or from executors long gone: attempts and
 * executor incarnations have numbers that are never used again, and what is not expected under its number is ignored.
 *
 * <p><b>Threads.</b> Used by one thread at a time, with all that happened before visible to it: on the scheduler's turn.
 *
 * <p><b>Failures.</b> Whatever is thrown, be it for want of memory or by a bug of the engine, leaves the machine in a
 * state that nobody vouches for: its {@link #successor} is to take its place.
 */
public interface SchedulerStateMachine {

    /** Takes note of an event and returns what is to be done now, in this order. */
    List<SchedulerCommand> on(SchedulerEvent event);

    /**
     * Returns whether it has use for {@link SchedulerEvent.AttemptStarted} also while nobody observes; always the same,
     * and may be asked from any thread.
     */
    default boolean timesAttempts() {
        return true;
    }

    /** Returns the jobs, stages and executors of this moment, and a bounded number of those that ended. */
    SchedulerStatus status();

    /**
     * Returns what the partitions of a running job have left so far, in the order of the request's; none that was taken
     * back. Empty if no such job runs.
     */
    Optional<List<@Nullable Object>> staged(int jobId);

    /** Returns how much is remembered now. */
    SchedulerTables tables();

    /**
     * Returns another machine, which goes on where this one is given up, in an order of numbers only: attempts and stages
     * are numbered on, so that messages of old ones mean nothing there, and groups whose future jobs were cancelled stay
     * so. May be called again if it throws for want of memory.
     */
    SchedulerStateMachine successor();
}

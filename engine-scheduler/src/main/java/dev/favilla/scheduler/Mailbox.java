package dev.favilla.scheduler;

import java.util.function.Consumer;

/**
 * Where an executor leaves its events, and where its slots lend a hand between two attempts.
 *
 * <p><b>Threads.</b> {@link #accept} may be called from any thread, wherever it is on its stack: it leaves the event,
 * sees to it that somebody applies it, and applies nothing itself. {@link #work} is for threads of the engine at the
 * base of their stack, with no user code below.
 */
@FunctionalInterface
public interface Mailbox extends Consumer<SchedulerEvent> {

    /** Leaves an event. Neither blocks nor throws. */
    @Override
    void accept(SchedulerEvent event);

    /** Leaves an event that the calling thread is about to apply itself, with {@link #work}. */
    default void leave(SchedulerEvent event) {
        accept(event);
    }

    /** Returns whether something waits here that nobody is applying. */
    default boolean isWaiting() {
        return false;
    }

    /** Returns whether anybody has use for hearing that an attempt has started. */
    default boolean wantsStarts() {
        return true;
    }

    /** Applies what waits, a bounded number of events, unless another thread is doing so. */
    default void work() {}
}

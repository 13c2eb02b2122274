package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.SchedulerCommand;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Asks for an event when something becomes due. If the event comes before that, the scheduler finds nothing due and asks
 * again.
 */
final class WakeUp {

    private final Outbox outbox;
    private @Nullable Instant armed;

    WakeUp(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Asks for an event at {@code next} at the latest. If it is null it asks for none, but one asked for before may come. */
    void set(@Nullable Instant next) {
        if (next != null && (armed == null || next.isBefore(armed))) {
            armed = next;
            outbox.add(new SchedulerCommand.WakeAt(next));
        }
    }

    /** Notes that an event that was asked for has come. */
    void rang() {
        armed = null;
    }
}

package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.SchedulerCommand;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Has the machine woken when something becomes due. Woken too early it looks, and asks again. */
final class WakeUp {

    private final Outbox outbox;
    private @Nullable Instant armed;

    WakeUp(Outbox outbox) {
        this.outbox = outbox;
    }

    /** Wants to be woken at {@code next} at the latest; not at all if it is null, though what was asked for may come. */
    void set(@Nullable Instant next) {
        if (next != null && (armed == null || next.isBefore(armed))) {
            armed = next;
            outbox.add(new SchedulerCommand.WakeAt(next));
        }
    }

    void rang() {
        armed = null;
    }
}

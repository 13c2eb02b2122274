package dev.favilla.testing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * A clock that stands still until a test advances it.
 *
 * <p>It starts at {@link #START}, never at the present, so that a test fails today or never.
 *
 * <p><b>Threads.</b> Any thread may read and advance it; an advance is visible to all at once.
 */
public final class ManualClock implements InstantSource {

    /** What every manual clock shows first: 1 January 2020, 00:00 UTC. */
    public static final Instant START = Instant.parse("2020-01-01T00:00:00Z");

    /** Guarded by this clock's monitor. */
    private Instant now = START;

    @Override
    public synchronized Instant instant() {
        return now;
    }

    /**
     * Moves the clock on and returns what it shows then.
     *
     * @throws IllegalArgumentException if {@code by} is negative: time does not run backwards here
     */
    public synchronized Instant advance(Duration by) {
        if (by.isNegative()) {
            throw new IllegalArgumentException("by must be >= 0, got " + by);
        }
        now = now.plus(by);
        return now;
    }

    @Override
    public String toString() {
        return "ManualClock[" + instant() + "]";
    }
}

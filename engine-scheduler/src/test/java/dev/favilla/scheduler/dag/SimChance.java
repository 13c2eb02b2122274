package dev.favilla.scheduler.dag;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.SplittableRandom;

/** What is random in a world, and its time. Faults end some day, so that what follows shows whether all recovers. */
final class SimChance implements InstantSource {

    private static final Instant START = Instant.ofEpochSecond(1_500_000_000);

    private final SplittableRandom random;
    private final SimFaults faults;
    private Instant now = START;
    private boolean rough = true;

    SimChance(SplittableRandom random, SimFaults faults) {
        this.random = random;
        this.faults = faults;
    }

    SimFaults faults() {
        return faults;
    }

    @Override
    public Instant instant() {
        return now;
    }

    void pass(long millis) {
        now = now.plusMillis(millis);
    }

    void passUntil(Instant moment) {
        if (moment.isAfter(now)) {
            now = moment;
        }
    }

    void calmDown() {
        rough = false;
    }

    boolean isRough() {
        return rough;
    }

    /** Returns whether a fault of this probability happens now. */
    boolean happens(double probability) {
        return probability > 0 && rough && random.nextDouble() < probability;
    }

    boolean oneIn(int times) {
        return random.nextInt(times) == 0;
    }

    /** Returns a number from 0 to {@code bound}, exclusive. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    int between(int least, int most) {
        return random.nextInt(least, most + 1);
    }

    <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }

    Duration millis(int least, int most) {
        return Duration.ofMillis(between(least, most));
    }
}

package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.TestSeed;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Plays random worlds in which turns of the scheduler fail. */
class FailingTurnsTest {

    private static final int WORLDS = 3_000;
    private static final int WORLDS_WHEN_SLOW = 100_000;

    @Test
    void oneWorld(TestSeed seed) {
        assertThat(FailingTurns.run(seed).jobs()).isPositive();
    }

    @Test
    @Timeout(value = 5, unit = TimeUnit.MINUTES)
    void jobsEndAndTheNextOnesAreRightWhereverATurnFails(TestSeed seed) {
        play(seed, WORLDS);
    }

    @Test
    @Tag("slow")
    @Timeout(value = 1, unit = TimeUnit.HOURS)
    void theSameInManyWorlds(TestSeed seed) {
        play(seed, WORLDS_WHEN_SLOW);
    }

    private static void play(TestSeed seed, int worlds) {
        SplittableRandom random = seed.random();
        int failures = 0;
        int jobs = 0;
        int succeeded = 0;
        for (int i = 0; i < worlds; i++) {
            long world = random.nextLong();
            try {
                FailingTurns.Summary summary = FailingTurns.run(TestSeed.of(world));
                failures += summary.failures();
                jobs += summary.jobs();
                succeeded += summary.succeeded();
            } catch (RuntimeException | Error e) {
                throw new AssertionError(e + "\nReplay: -Dtest='FailingTurnsTest#oneWorld' -Dfavilla.seed=" + world, e);
            }
        }
        System.out.println("failing turns: " + worlds + " worlds, " + failures + " failures, " + jobs + " jobs, "
                + succeeded + " succeeded");
        assertThat(failures).isGreaterThan(worlds / 4);
        assertThat(succeeded).isGreaterThan(jobs / 2);
    }
}

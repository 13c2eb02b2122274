package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.dag.Simulation.Summary;
import dev.favilla.testing.TestSeed;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/**
 * Plays random worlds around the state machine; see {@link SimAudit} for what must hold in all of them. A world that
 * does not is named by its seed: {@code -Dfavilla.seed=<seed>} with {@link #oneWorld} plays it alone.
 */
class SchedulerSimulationTest {

    private static final int WORLDS = 20_000;
    private static final int WORLDS_WHEN_SLOW = 1_000_000;

    @Test
    void oneWorld(TestSeed seed) {
        assertThat(Simulation.run(seed).jobs()).isPositive();
    }

    @Test
    @Timeout(value = 15, unit = TimeUnit.MINUTES) // takes seconds, but not where others need the processor, too
    void invariantsHoldWhateverFails(TestSeed seed) {
        assertThat(play(random(seed, WORLDS))).isGreaterThan(WORLDS);
    }

    @Test
    @Tag("slow")
    @Timeout(value = 3, unit = TimeUnit.HOURS)
    void invariantsHoldInManyWorlds(TestSeed seed) {
        assertThat(play(random(seed, WORLDS_WHEN_SLOW))).isGreaterThan(WORLDS_WHEN_SLOW);
    }

    @Test
    void worldsThatOnceFailedHold() {
        List<SimRegression> regressions = SimRegression.all();

        assertThat(regressions).isNotEmpty();
        assertThat(play(regressions.stream().mapToLong(SimRegression::seed))).isPositive();
    }

    @Test
    void withoutFaultsEveryJobSucceedsAtTheFirstAttempt(TestSeed seed) {
        random(seed, 1000).forEach(world -> {
            Summary summary = Simulation.run(TestSeed.of(world), SimFaults.NONE, new SimTracker(), SimWire.SOUND);

            assertThat(summary.succeeded()).as("world %d", world).isEqualTo(summary.jobs());
        });
    }

    private static LongStream random(TestSeed seed, int worlds) {
        SplittableRandom random = seed.random();
        return LongStream.generate(random::nextLong).limit(worlds);
    }

    /** Plays worlds and returns how many jobs they ran. */
    private static long play(LongStream seeds) {
        long begin = cpuNanos();
        long[] counts = new long[2];
        seeds.forEach(seed -> {
            try {
                counts[1] += Simulation.run(TestSeed.of(seed)).jobs();
            } catch (RuntimeException e) {
                throw new AssertionError(replay(seed, e), e);
            }
            counts[0]++;
        });
        double seconds = (cpuNanos() - begin) / 1e9;
        System.out.println(String.format(
                Locale.ROOT,
                "simulation: %,d worlds with %,d jobs, %,.0f worlds per second of processor time",
                counts[0],
                counts[1],
                counts[0] / seconds));
        return counts[1];
    }

    /** Other work on the machine does not count. */
    private static long cpuNanos() {
        return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    }

    private static String replay(long seed, RuntimeException failure) {
        return failure.getMessage() + "\nReplay: ./mvnw -pl engine-scheduler -am test"
                + " -Dtest='SchedulerSimulationTest#oneWorld' -Dsurefire.failIfNoSpecifiedTests=false -Dfavilla.seed="
                + seed + "\nOnce it holds, add a line to " + SimRegression.FILE + ": " + seed
                + ", the invariant, and what was wrong";
    }
}

package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.executor.TaskWorld.Summary;
import dev.favilla.shuffle.DriverMapOutputTracker;
import dev.favilla.shuffle.MapOutputTracker;
import dev.favilla.testing.TestSeed;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Plays random worlds in which the scheduler and the work of its tasks are real, and all is on one thread. A world in
 * which something does not hold is named by its seed: {@code -Dfavilla.seed=<seed>} with {@link #oneWorld} plays it
 * alone.
 */
class TaskSimulationTest {

    private static final int WORLDS = 400;
    private static final int WORLDS_WHEN_SLOW = 20_000;
    private static final int WORLDS_PER_MUTANT = 500;

    @Test
    void oneWorld(TestSeed seed) {
        assertThat(TaskWorld.run(seed).jobs()).isPositive();
    }

    @Test
    void answersAreRightWhateverFails(TestSeed seed) {
        Summary sum = play(seed, WORLDS);

        assertThat(sum.succeeded()).isGreaterThan(WORLDS);
        assertThat(sum.failed()).isPositive();
        assertThat(sum.cancelled()).isPositive();
        assertThat(sum.faults()).isGreaterThan(WORLDS);
    }

    @Test
    @Tag("slow")
    void answersAreRightInManyWorlds(TestSeed seed) {
        assertThat(play(seed, WORLDS_WHEN_SLOW).jobs()).isGreaterThan(WORLDS_WHEN_SLOW);
    }

    @Test
    void withoutFaultsEveryJobSucceeds(TestSeed seed) {
        SplittableRandom random = seed.random();
        for (int i = 0; i < 50; i++) {
            TestSeed world = TestSeed.of(random.nextLong());

            Summary summary = TaskWorld.runCalmly(world);

            assertThat(summary.succeeded()).as("%s", world).isEqualTo(summary.jobs());
        }
    }

    @Test
    void aSeedPlaysTheSameWorldAgain(TestSeed seed) {
        SplittableRandom random = seed.random();
        for (int i = 0; i < 50; i++) {
            TestSeed world = TestSeed.of(random.nextLong());

            assertThat(TaskWorld.run(world)).as("%s", world).isEqualTo(TaskWorld.run(world));
        }
    }

    /** Plays worlds and returns what they came to together. */
    private static Summary play(TestSeed seed, int worlds) {
        SplittableRandom random = seed.random();
        Summary sum = new Summary(0, 0, 0, 0, 0, 0, 0);
        for (int i = 0; i < worlds; i++) {
            TestSeed world = TestSeed.of(random.nextLong());
            try {
                sum = sum.plus(TaskWorld.run(world));
            } catch (RuntimeException | AssertionError e) {
                throw new AssertionError(replay(world) + ": " + e.getMessage(), e);
            }
        }
        return sum;
    }

    private static String replay(TestSeed world) {
        return "Replay: ./mvnw -pl engine-scheduler -am test -Dtest='TaskSimulationTest#oneWorld'"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dfavilla.seed=" + world.value();
    }

    /** Each breaks something on purpose; a simulation that cannot fail proves nothing. */
    @Nested
    class NoticesThat {

        @Test
        void digestsAreIgnored(TestSeed seed) {
            assertThat(violation(seed, NoticesThat::digestBlindTracker, UnaryOperator.identity()))
                    .matches("(?s)I[13] .*"); // rows of two runs make a multiset that no run has
        }

        @Test
        void accumulatorsAreNotApplied(TestSeed seed) {
            assertThat(violation(seed, without(SchedulerCommand.ApplyAccumulators.class)))
                    .startsWith("I2");
        }

        @Test
        void launchesGetLost(TestSeed seed) {
            assertThat(violation(seed, without(SchedulerCommand.Launch.class))).startsWith("I4");
        }

        @Test
        void cachedBlocksAreNotDropped(TestSeed seed) {
            assertThat(violation(seed, without(SchedulerCommand.DropBlocks.class)))
                    .startsWith("I7");
        }

        private static UnaryOperator<List<SchedulerCommand>> without(Class<? extends SchedulerCommand> kind) {
            return commands -> commands.stream()
                    .filter(command -> !kind.isInstance(command))
                    .toList();
        }

        private static String violation(TestSeed seed, UnaryOperator<List<SchedulerCommand>> transit) {
            return violation(seed, DriverMapOutputTracker::new, transit);
        }

        /** Returns what was noticed first, or nothing where something ought to have been. */
        private static String violation(
                TestSeed seed, Supplier<MapOutputTracker> tracker, UnaryOperator<List<SchedulerCommand>> transit) {
            SplittableRandom random = seed.random();
            for (int i = 0; i < WORLDS_PER_MUTANT; i++) {
                try {
                    TaskWorld.run(TestSeed.of(random.nextLong()), tracker.get(), transit);
                } catch (TaskWorld.Violation e) {
                    return String.valueOf(e.getMessage());
                }
            }
            return "nothing";
        }

        /** Believes that a rerun always gives what the first run gave. */
        private static MapOutputTracker digestBlindTracker() {
            MapOutputTracker tracker = new DriverMapOutputTracker();
            InvocationHandler blind = (proxy, method, arguments) -> {
                Object answer = method.invoke(tracker, arguments);
                return answer == MapOutputTracker.Registration.DIFFERENT ? MapOutputTracker.Registration.SAME : answer;
            };
            return (MapOutputTracker) Proxy.newProxyInstance(
                    MapOutputTracker.class.getClassLoader(), new Class<?>[] {MapOutputTracker.class}, blind);
        }
    }
}

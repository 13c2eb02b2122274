package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.dag.SimAudit.Violation;
import dev.favilla.scheduler.dag.Simulation.Summary;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * Plays random worlds around the state machine; see {@link SimAudit} for what must hold in all of them. A world that
 * does not is named by its seed: {@code -Dfavilla.seed=<seed>} with {@link #oneWorld} plays it alone.
 */
class SchedulerSimulationTest {

    private static final int WORLDS = 4_000;
    private static final int WORLDS_WHEN_SLOW = 200_000;
    private static final int WORLDS_PER_MUTANT = 2_000;

    @Test
    void oneWorld(TestSeed seed) {
        assertThat(Simulation.run(seed).jobs()).isPositive();
    }

    @Test
    void invariantsHoldWhateverFails(TestSeed seed) {
        assertThat(play(seed, WORLDS)).isGreaterThan(WORLDS);
    }

    @Test
    @Tag("slow")
    void invariantsHoldInManyWorlds(TestSeed seed) {
        assertThat(play(seed, WORLDS_WHEN_SLOW)).isGreaterThan(WORLDS_WHEN_SLOW);
    }

    @Test
    void withoutFaultsEveryJobSucceedsAtTheFirstAttempt(TestSeed seed) {
        SplittableRandom random = seed.random();
        for (int i = 0; i < 300; i++) {
            TestSeed world = TestSeed.of(random.nextLong());

            Summary summary = Simulation.run(world, SimFaults.NONE, new SimTracker(), UnaryOperator.identity());

            assertThat(summary.succeeded()).as("%s", world).isEqualTo(summary.jobs());
        }
    }

    /** Plays worlds and returns how many jobs they ran. */
    private static int play(TestSeed seed, int worlds) {
        SplittableRandom random = seed.random();
        int jobs = 0;
        for (int i = 0; i < worlds; i++) {
            TestSeed world = TestSeed.of(random.nextLong());
            try {
                jobs += Simulation.run(world).jobs();
            } catch (RuntimeException e) {
                throw new AssertionError(replay(world) + ": " + e.getMessage(), e);
            }
        }
        return jobs;
    }

    private static String replay(TestSeed world) {
        return "Replay: ./mvnw -pl engine-scheduler -am test -Dtest='SchedulerSimulationTest#oneWorld'"
                + " -Dsurefire.failIfNoSpecifiedTests=false -Dfavilla.seed=" + world.value();
    }

    /** Each breaks something on purpose; a simulation that cannot fail proves nothing. */
    @Nested
    class NoticesThat {

        @Test
        void digestsAreIgnored(TestSeed seed) {
            assertThat(violations(seed, DigestBlindTracker::new, UnaryOperator.identity()))
                    .anyMatch(violation -> violation.startsWith("I3"));
        }

        @Test
        void generationsStandStill(TestSeed seed) {
            assertThat(violations(seed, TimelessTracker::new, UnaryOperator.identity()))
                    .isNotEmpty(); // I3, or I5 where the audit takes the void result for a finished one
        }

        @Test
        void aTaskIsLaunchedTwice(TestSeed seed) {
            assertThat(violations(seed, SimTracker::new, NoticesThat::repeatLaunches))
                    .anyMatch(violation -> violation.startsWith("I5"));
        }

        @Test
        void accumulatorsAreNotApplied(TestSeed seed) {
            assertThat(violations(seed, SimTracker::new, without(SchedulerCommand.ApplyAccumulators.class)))
                    .anyMatch(violation -> violation.startsWith("I2"));
        }

        @Test
        void aJobsEndIsNotTold(TestSeed seed) {
            assertThat(violations(seed, SimTracker::new, without(SchedulerCommand.EndJob.class)))
                    .anyMatch(violation -> violation.startsWith("I4"));
        }

        @Test
        void mapOutputsAreNotDropped(TestSeed seed) {
            assertThat(violations(seed, SimTracker::new, without(SchedulerCommand.DropMapOutput.class)))
                    .anyMatch(violation -> violation.startsWith("I8"));
        }

        private static UnaryOperator<List<SchedulerCommand>> without(Class<? extends SchedulerCommand> kind) {
            Predicate<SchedulerCommand> other = command -> !kind.isInstance(command);
            return commands -> commands.stream().filter(other).toList();
        }

        private static List<SchedulerCommand> repeatLaunches(List<SchedulerCommand> commands) {
            List<SchedulerCommand> repeated = new ArrayList<>();
            for (SchedulerCommand command : commands) {
                repeated.add(command);
                if (command instanceof SchedulerCommand.Launch) {
                    repeated.add(command);
                }
            }
            return repeated;
        }

        /** Returns what was noticed until something was, or until it ought to have been. */
        private static List<String> violations(
                TestSeed seed, Supplier<SimTracker> tracker, UnaryOperator<List<SchedulerCommand>> transit) {
            SplittableRandom random = seed.random();
            List<String> found = new ArrayList<>();
            for (int i = 0; i < WORLDS_PER_MUTANT && found.isEmpty(); i++) {
                TestSeed world = TestSeed.of(random.nextLong());
                try {
                    Simulation.run(world, SimFaults.random(world.split("faults")), tracker.get(), transit);
                } catch (Violation e) {
                    found.add(e.getMessage());
                }
            }
            return found;
        }
    }

    /** Believes that a rerun always gives what the first run gave. */
    private static final class DigestBlindTracker extends SimTracker {

        @Override
        public Registration register(int shuffleId, MapOutput output) {
            Registration registration = super.register(shuffleId, output);
            return registration == Registration.DIFFERENT ? Registration.SAME : registration;
        }
    }

    /** Never says that a shuffle has moved on. */
    private static final class TimelessTracker extends SimTracker {

        @Override
        public long generation(int shuffleId) {
            return 0;
        }
    }
}

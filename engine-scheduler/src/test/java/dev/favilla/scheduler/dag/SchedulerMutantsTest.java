package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.dag.SimAudit.Violation;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.storage.PublishedBlock;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Breaks something on purpose, as it was broken in schedulers before; a simulation that cannot fail proves nothing.
 * Each test names the invariant that is seen not to hold.
 */
class SchedulerMutantsTest {

    private static final int MOST_WORLDS = 20_000;

    @Nested
    class MapOutputs {

        @Test
        void otherDigestsAreIgnored(TestSeed seed) {
            assertThat(violation(seed, DigestBlindTracker::new, SimWire.SOUND)).startsWith("I3");
        }

        @Test
        void generationsStandStill(TestSeed seed) {
            // I3, or I5 where the audit takes the void result for a finished one
            assertThat(violation(seed, TimelessTracker::new, SimWire.SOUND)).startsWith("I");
        }

        @Test
        void aLateFetchFailureForgetsTheNewerOutput(TestSeed seed) {
            assertThat(violation(seed, ForgetfulTracker::new, SimWire.SOUND)).startsWith("I8");
        }

        @Test
        void outputsOfALostExecutorStayRegistered(TestSeed seed) {
            assertThat(violation(seed, FaithfulTracker::new, SimWire.SOUND)).startsWith("I3");
        }

        @Test
        void unneededOutputsAreNotDropped(TestSeed seed) {
            assertThat(violation(seed, saying(without(SchedulerCommand.DropMapOutput.class))))
                    .startsWith("I8");
        }
    }

    @Nested
    class CachedPartitions {

        @Test
        void otherDigestsAreIgnored(TestSeed seed) {
            UnaryOperator<PublishedBlock> blank = block -> new PublishedBlock(block.id(), block.inputVersion(), 0, 0);

            assertThat(violation(seed, hearing(ends(success -> withBlocks(success, blank)))))
                    .startsWith("I3");
        }

        @Test
        void contentsThatWereReadAreNotTold(TestSeed seed) {
            UnaryOperator<TaskOutcome.Success> silent = success -> new TaskOutcome.Success(
                    success.result(), success.resultBytes(), success.updates(), success.cached());

            assertThat(violation(seed, hearing(ends(silent)))).startsWith("I3");
        }

        @Test
        void blocksOfAnUnpersistedDatasetAreNotDropped(TestSeed seed) {
            assertThat(violation(seed, saying(without(SchedulerCommand.DropBlocks.class))))
                    .startsWith("I8");
        }

        private static TaskOutcome.Success withBlocks(
                TaskOutcome.Success success, UnaryOperator<PublishedBlock> change) {
            return new TaskOutcome.Success(
                    success.result(),
                    success.resultBytes(),
                    success.updates(),
                    success.cached().stream().map(change).toList(),
                    success.used().stream().map(change).toList());
        }
    }

    @Nested
    class Attempts {

        @Test
        void aTaskIsLaunchedTwice(TestSeed seed) {
            assertThat(violation(seed, saying(twice(SchedulerCommand.Launch.class))))
                    .startsWith("I5");
        }

        @Test
        void anExecutorsLossIsNotHeard(TestSeed seed) {
            // I5, or I4 where all wait for what ran there
            assertThat(violation(seed, deafFor(SchedulerEvent.ExecutorLost.class)))
                    .startsWith("I");
        }

        @Test
        void anExecutorThatIsToGoIsGivenTasks(TestSeed seed) {
            assertThat(violation(seed, deafFor(SchedulerEvent.ExecutorDraining.class)))
                    .startsWith("I5");
        }

        @Test
        void whatWaitsForASlotIsNotAskedBack(TestSeed seed) {
            assertThat(violation(seed, saying(without(SchedulerCommand.Withdraw.class))))
                    .startsWith("I5");
        }

        @Test
        void whatIsGivenBackIsNotHeard(TestSeed seed) {
            // I4, or I5 where the audit finds the slots full
            assertThat(violation(seed, deafFor(SchedulerEvent.AttemptWithdrawn.class)))
                    .startsWith("I");
        }

        @Test
        void aMissingInputIsTakenForAKill(TestSeed seed) {
            UnaryOperator<TaskOutcome> misread = outcome ->
                    outcome instanceof TaskOutcome.InputMissing ? new TaskOutcome.Killed("misread") : outcome;

            assertThat(violation(seed, hearing(outcomes(misread)))).startsWith("I");
        }

        @Test
        void aFetchFailureIsTakenForAFailure(TestSeed seed) {
            TaskOutcome failed = new TaskOutcome.Failed(new IllegalStateException("misread"));
            UnaryOperator<TaskOutcome> misread =
                    outcome -> outcome instanceof TaskOutcome.FetchFailed ? failed : outcome;

            assertThat(violation(seed, hearing(outcomes(misread)))).startsWith("I15");
        }

        @Test
        void whoeverAsksMayCommit(TestSeed seed) {
            UnaryOperator<SchedulerCommand> grant = command -> command instanceof SchedulerCommand.AnswerCommit answer
                    ? new SchedulerCommand.AnswerCommit(answer.executor(), answer.attemptId(), true)
                    : command;

            assertThat(violation(
                            seed,
                            saying(commands -> commands.stream().map(grant).toList())))
                    .startsWith("I2");
        }

        @Test
        void whoeverIsAskedToStopIsLeftAlone(TestSeed seed) {
            assertThat(violation(seed, deafFor(SchedulerEvent.AttemptUnwanted.class)))
                    .startsWith("I5");
        }
    }

    @Nested
    class Jobs {

        @Test
        void accumulatorsAreNotApplied(TestSeed seed) {
            assertThat(violation(seed, saying(without(SchedulerCommand.ApplyAccumulators.class))))
                    .startsWith("I2");
        }

        @Test
        void accumulatorsAreAppliedTwice(TestSeed seed) {
            assertThat(violation(seed, saying(twice(SchedulerCommand.ApplyAccumulators.class))))
                    .startsWith("I2");
        }

        @Test
        void theEndOfAJobIsNotTold(TestSeed seed) {
            assertThat(violation(seed, saying(without(SchedulerCommand.EndJob.class))))
                    .startsWith("I4");
        }

        @Test
        void cancelsAreNotHeard(TestSeed seed) {
            assertThat(violation(seed, deafFor(SchedulerEvent.JobsCancelled.class)))
                    .startsWith("I4");
        }

        @Test
        void nobodyIsWokenWhenTimeHasPassed(TestSeed seed) {
            assertThat(violation(seed, saying(without(SchedulerCommand.WakeAt.class))))
                    .startsWith("I4");
        }
    }

    // --- how it is broken

    private static SimWire saying(UnaryOperator<List<SchedulerCommand>> change) {
        return new SimWire() {
            @Override
            public List<SchedulerCommand> said(List<SchedulerCommand> commands) {
                return change.apply(commands);
            }
        };
    }

    private static SimWire hearing(UnaryOperator<SchedulerEvent> change) {
        return new SimWire() {
            @Override
            public SchedulerEvent heard(SchedulerEvent event) {
                return change.apply(event);
            }
        };
    }

    private static SimWire deafFor(Class<? extends SchedulerEvent> kind) {
        return new SimWire() {
            @Override
            public @Nullable SchedulerEvent heard(SchedulerEvent event) {
                return kind.isInstance(event) ? null : event;
            }
        };
    }

    private static UnaryOperator<List<SchedulerCommand>> without(Class<? extends SchedulerCommand> kind) {
        return commands ->
                commands.stream().filter(command -> !kind.isInstance(command)).toList();
    }

    private static UnaryOperator<List<SchedulerCommand>> twice(Class<? extends SchedulerCommand> kind) {
        return commands -> {
            List<SchedulerCommand> repeated = new ArrayList<>();
            for (SchedulerCommand command : commands) {
                repeated.add(command);
                if (kind.isInstance(command)) {
                    repeated.add(command);
                }
            }
            return repeated;
        };
    }

    private static UnaryOperator<SchedulerEvent> outcomes(UnaryOperator<TaskOutcome> change) {
        return event -> event instanceof SchedulerEvent.AttemptEnded ended
                ? new SchedulerEvent.AttemptEnded(
                        ended.attemptId(), ended.executor(), change.apply(ended.outcome()), ended.metrics())
                : event;
    }

    private static UnaryOperator<SchedulerEvent> ends(UnaryOperator<TaskOutcome.Success> change) {
        return outcomes(outcome -> outcome instanceof TaskOutcome.Success success ? change.apply(success) : outcome);
    }

    private static String violation(TestSeed seed, SimWire wire) {
        return violation(seed, SimTracker::new, wire);
    }

    /** Returns what was noticed first; empty if nothing was in as many worlds as should do. */
    private static String violation(TestSeed seed, Supplier<SimTracker> tracker, SimWire wire) {
        SplittableRandom random = seed.random();
        for (int i = 0; i < MOST_WORLDS; i++) {
            TestSeed world = TestSeed.of(random.nextLong());
            try {
                Simulation.run(world, SimFaults.random(world.split("faults")), tracker.get(), wire);
            } catch (Violation e) {
                return String.valueOf(e.getMessage());
            }
        }
        return "";
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

    /** Forgets the output of a partition whoever wrote it. */
    private static final class ForgetfulTracker extends SimTracker {

        @Override
        public boolean unregister(int shuffleId, int mapPartition, long attemptId) {
            return super.unregister(shuffleId, mapPartition, latest(shuffleId, mapPartition, attemptId));
        }
    }

    /** Believes that what an executor had survives it. */
    private static final class FaithfulTracker extends SimTracker {

        @Override
        public List<Integer> unregister(ExecutorId executor) {
            return List.of();
        }
    }
}

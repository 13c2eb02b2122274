package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.SpeculationPolicy;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.storage.BlockId;
import dev.favilla.task.TaskOutcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Second attempts of tasks that take long. */
class SpeculationTest {

    private static final Duration INTERVAL = Duration.ofMillis(10);
    private static final Duration USUAL = Duration.ofMillis(100);
    private static final Duration LONG = Duration.ofSeconds(5);

    /** A task is slow after twice the median, once half of the tasks are done. */
    private static final SpeculationPolicy SPECULATION =
            new SpeculationPolicy(true, INTERVAL, 2, 0.5, Duration.ofMillis(50));

    private static final SchedulingPolicy POLICY = SchedulingPolicy.DEFAULT.withSpeculation(SPECULATION);

    private final SchedulerHarness harness = new SchedulerHarness(POLICY);
    private final ExecutorId first = harness.addExecutor("first", 4);
    private final ExecutorId second = harness.addExecutor("second", 4);

    /** Starts all tasks of a job of four, ends those but {@code slow} in the usual time, and lets that time pass again. */
    private int jobWithSlowTask(SchedulerHarness world, int slow) {
        int job = world.collect(SimNode.source(0, 4));
        succeedUsually(world, slow);
        return job;
    }

    private static void succeedUsually(SchedulerHarness world, int slow) {
        List<TaskSpec> tasks = world.running();
        tasks.forEach(world::start);
        world.pass(USUAL);
        tasks.stream().filter(task -> task.partition() != slow).forEach(world::succeed);
        world.pass(USUAL);
    }

    @Test
    void isOffUnlessAskedFor() {
        SchedulerHarness plain = new SchedulerHarness();
        plain.addExecutor(4);
        plain.addExecutor(4);

        int job = jobWithSlowTask(plain, 3);
        plain.pass(LONG);

        assertThat(plain.results(job, 3)).hasSize(1);
        assertThat(plain.all(SchedulerCommand.WakeAt.class)).isEmpty();
    }

    @Test
    void beginsWhenATaskTakesLongerThanTheMultipleOfTheMedian() {
        int job = jobWithSlowTask(harness, 3);
        assertThat(harness.results(job, 3))
                .as("after twice the median, not more")
                .hasSize(1);

        harness.pass(INTERVAL);

        assertThat(harness.results(job, 3)).hasSize(2);
        assertThat(harness.published(EngineEvent.SpeculationRequested.class))
                .containsExactly(new EngineEvent.SpeculationRequested(harness.clock.instant(), 0, 0, 3));
    }

    @Test
    void needsEnoughOfTheTasksToBeDone() {
        int job = harness.collect(SimNode.source(0, 4));
        List<TaskSpec> tasks = harness.running();
        tasks.forEach(harness::start);
        harness.pass(USUAL);
        harness.succeed(tasks.get(0));

        harness.pass(LONG);
        assertThat(harness.running()).hasSize(3);
        harness.succeed(tasks.get(1)); // half of them; the larger of two times is the median
        harness.pass(LONG.plus(USUAL));
        assertThat(harness.running()).hasSize(2);
        harness.pass(INTERVAL);

        assertThat(harness.results(job, 2)).hasSize(2);
        assertThat(harness.results(job, 3)).hasSize(2);
    }

    @Test
    void leavesTasksAloneThatRunForLessThanTheMinimum() {
        int job = harness.collect(SimNode.source(0, 4));
        List<TaskSpec> tasks = harness.running();
        tasks.forEach(harness::start);
        harness.pass(Duration.ofMillis(1));
        tasks.subList(0, 3).forEach(harness::succeed);

        harness.pass(Duration.ofMillis(49));
        assertThat(harness.results(job, 3)).hasSize(1);
        harness.pass(INTERVAL);

        assertThat(harness.results(job, 3)).hasSize(2);
    }

    @Test
    void doesNotCountTheTimeBeforeASlotBegan() {
        int job = harness.collect(SimNode.source(0, 4));
        List<TaskSpec> tasks = harness.running();
        tasks.subList(0, 3).forEach(harness::start);
        harness.pass(USUAL);
        tasks.subList(0, 3).forEach(harness::succeed);

        harness.pass(LONG);

        assertThat(harness.results(job, 3)).hasSize(1);
    }

    @Test
    void givesATaskOneSecondAttemptAndNoMore() {
        int job = jobWithSlowTask(harness, 3);
        harness.pass(LONG);
        assertThat(harness.results(job, 3)).hasSize(2);

        harness.fail(harness.results(job, 3).get(1));
        harness.pass(LONG);

        assertThat(harness.results(job, 3)).hasSize(1);
    }

    @Test
    void runsOnAnotherExecutorThanTheFirstAttempt() {
        int job = jobWithSlowTask(harness, 3);
        harness.pass(INTERVAL);

        assertThat(harness.results(job, 3)).extracting(harness::executorOf).containsExactly(second, first);
    }

    @Test
    void waitsForAnotherExecutorAsLongAsThereIsOne() {
        int job = jobWithSlowTask(harness, 3);
        for (int i = 0; i < 4; i++) { // all of the first
            harness.collect(PlacedNode.source(1, 1, "first"));
        }
        harness.pass(LONG);
        assertThat(harness.results(job, 3)).hasSize(1);

        harness.drain(first);

        assertThat(harness.results(job, 3)).extracting(harness::executorOf).containsExactly(second, second);
    }

    @Test
    void runsBesideTheFirstAttemptWhereThereIsNoOtherExecutor() {
        SchedulerHarness alone = new SchedulerHarness(POLICY);
        alone.addExecutor(4);

        int job = jobWithSlowTask(alone, 3);
        alone.pass(INTERVAL);

        assertThat(alone.results(job, 3)).hasSize(2);
    }

    @Test
    void isNotForActionsThatCannotBeTakenBack() {
        int job = harness.submit(SimNode.source(0, 4), SimAction.FOREACH);
        succeedUsually(harness, 3);

        harness.pass(LONG);

        assertThat(harness.results(job, 3)).hasSize(1);
    }

    @Test
    void isForMapTasksToo() {
        harness.collect(SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 4), 2)));
        succeedUsually(harness, 3);

        harness.pass(INTERVAL);

        assertThat(harness.launchesOf(0)).isEqualTo(5);
    }

    @Test
    void tellsObserversWhichAttemptIsTheSecond() {
        int job = jobWithSlowTask(harness, 3);
        harness.pass(INTERVAL);

        harness.start(harness.result(job, 3));

        assertThat(harness.published(EngineEvent.TaskStarted.class))
                .extracting(EngineEvent.TaskStarted::speculative)
                .containsExactly(false, false, false, false, true);
    }

    @Nested
    class OfTwoAttempts {

        private final int job = jobWithSlowTask(harness, 3);
        private TaskSpec slow = harness.result(job, 3);
        private TaskSpec copy = slow;

        OfTwoAttempts() {
            harness.pass(INTERVAL);
            copy = harness.result(job, 3);
            harness.start(copy);
        }

        @Test
        void theOneThatLosesIsKilledAndRecordedSo() {
            harness.succeed(copy);
            assertThat(harness.all(SchedulerCommand.Kill.class))
                    .containsExactly(new SchedulerCommand.Kill(
                            second, slow.attemptId(), "another attempt finished the partition", false));
            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);

            harness.succeed(slow); // it could not be stopped any more

            assertThat(harness.published(EngineEvent.TaskEnded.class).get(4).outcome())
                    .isEqualTo(new TaskOutcome.Killed("another attempt finished the partition"));
            assertThat(harness.all(SchedulerCommand.ApplyAccumulators.class).stream()
                            .mapToInt(apply -> apply.updates().size())
                            .sum())
                    .isEqualTo(4);
            assertThat(harness.tables().isIdle()).isTrue();
        }

        @Test
        void theFirstMayWinToo() {
            harness.succeed(slow);

            assertThat(harness.all(SchedulerCommand.Kill.class))
                    .extracting(SchedulerCommand.Kill::attemptId)
                    .containsExactly(copy.attemptId());
            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void oneThatFailsIsNotTriedAgainWhileTheOtherRuns() {
            harness.fail(copy);
            assertThat(harness.results(job, 3)).containsExactly(slow);

            harness.fail(slow);

            assertThat(harness.results(job, 3)).hasSize(1).doesNotContain(slow, copy);
            assertThat(harness.result(job, 3).attemptNumber()).isEqualTo(2);
        }

        @Test
        void theFirstThatFailsIsNotTriedAgainWhileTheOtherRuns() {
            harness.fail(slow);

            assertThat(harness.results(job, 3)).containsExactly(copy);
        }

        @Test
        void oneIsLostWithItsExecutorAndTheOtherGoesOn() {
            harness.lose(second);

            assertThat(harness.results(job, 3)).containsExactly(copy);
            harness.succeed(copy);
            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void theKilledOneNeverCountsAsAFailure() {
            for (int i = 0; i < 3; i++) { // the copies of three jobs, as many as failures are allowed
                harness.succeed(copy);
                harness.fail(slow);
                int next = jobWithSlowTask(harness, 3);
                slow = harness.result(next, 3);
                harness.pass(INTERVAL);
                copy = harness.result(next, 3);
                assertThat(harness.hasEnded(next)).isFalse();
            }
        }
    }

    @Test
    void outputsAndBlocksOfTheLateTwinAreDropped() {
        SimNode cached = SimNode.source(0, 4);
        harness.collect(SimNode.shuffled(1, 1, SimNode.shuffle(0, cached, 1)), 0);
        succeedUsually(harness, 3);
        harness.pass(INTERVAL);
        TaskSpec copy = harness.map(0, 3);
        TaskSpec slow = harness.running().get(0);
        harness.succeed(copy);

        harness.end(slow, harness.success(slow, 99, List.of())); // with other contents

        assertThat(harness.all(SchedulerCommand.DropMapOutput.class))
                .containsExactly(new SchedulerCommand.DropMapOutput(second, 0, 3, slow.attemptId()));
        assertThat(harness.tracker.generation(0)).isZero();
    }

    @Test
    void aWantedSecondAttemptIsForgottenWhenTheFirstEnds() {
        SchedulerHarness full = new SchedulerHarness(POLICY);
        full.addExecutor(4);
        int job = full.collect(SimNode.source(0, 4));
        List<TaskSpec> tasks = full.running();
        tasks.forEach(full::start);
        full.pass(USUAL);
        tasks.subList(0, 3).forEach(full::succeed);
        for (int i = 0; i < 3; i++) {
            full.collect(SimNode.source(1, 1)); // no slot is left for the copy
        }
        full.pass(Duration.ofSeconds(1));
        full.fail(tasks.get(3));
        TaskSpec again = full.result(job, 3);

        full.succeed(full.running().get(0)); // and now there is one

        assertThat(full.results(job, 3)).containsExactly(again);
    }

    @Test
    void lateWordOfTheBlocksOfALostTwinIsIgnored() {
        int job = jobWithSlowTask(harness, 3);
        harness.pass(INTERVAL);
        TaskSpec slow = harness.results(job, 3).get(0);
        harness.lose(second);

        harness.tell(new SchedulerEvent.AttemptEnded(
                slow.attemptId(),
                second,
                harness.success(slow, 3, SchedulerHarness.published(List.of(new BlockId(0, 3)))),
                MetricValues.ZERO));

        assertThat(harness.results(job, 3)).hasSize(1);
    }
}

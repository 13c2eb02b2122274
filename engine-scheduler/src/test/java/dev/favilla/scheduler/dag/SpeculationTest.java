package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.memory.MetricValues;
import dev.favilla.scheduler.EngineEvent;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.SpeculationPolicy;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.storage.BlockId;
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

    private final Rig rig = new Rig(POLICY);
    private final ExecutorId first = rig.addExecutor("first", 4);
    private final ExecutorId second = rig.addExecutor("second", 4);

    /** Starts all tasks of a job of four, ends those but {@code slow} in the usual time, and lets that time pass again. */
    private int jobWithSlowTask(Rig world, int slow) {
        int job = world.collect(SimNode.source(0, 4));
        succeedUsually(world, slow);
        return job;
    }

    private static void succeedUsually(Rig world, int slow) {
        List<TaskSpec> tasks = world.running();
        tasks.forEach(world::start);
        world.pass(USUAL);
        tasks.stream().filter(task -> task.partition() != slow).forEach(world::succeed);
        world.pass(USUAL);
    }

    @Test
    void isOffUnlessAskedFor() {
        Rig plain = new Rig();
        plain.addExecutor(4);
        plain.addExecutor(4);

        int job = jobWithSlowTask(plain, 3);
        plain.pass(LONG);

        assertThat(plain.results(job, 3)).hasSize(1);
        assertThat(plain.all(SchedulerCommand.WakeAt.class)).isEmpty();
    }

    @Test
    void beginsWhenATaskTakesLongerThanTheMultipleOfTheMedian() { // behaviour 226
        int job = jobWithSlowTask(rig, 3);
        assertThat(rig.results(job, 3)).as("after twice the median, not more").hasSize(1);

        rig.pass(INTERVAL);

        assertThat(rig.results(job, 3)).hasSize(2);
        assertThat(rig.published(EngineEvent.SpeculationRequested.class))
                .containsExactly(new EngineEvent.SpeculationRequested(rig.clock.instant(), 0, 0, 3));
    }

    @Test
    void needsEnoughOfTheTasksToBeDone() { // behaviour 226
        int job = rig.collect(SimNode.source(0, 4));
        List<TaskSpec> tasks = rig.running();
        tasks.forEach(rig::start);
        rig.pass(USUAL);
        rig.succeed(tasks.get(0));

        rig.pass(LONG);
        assertThat(rig.running()).hasSize(3);
        rig.succeed(tasks.get(1)); // half of them; the larger of two times is the median
        rig.pass(LONG.plus(USUAL));
        assertThat(rig.running()).hasSize(2);
        rig.pass(INTERVAL);

        assertThat(rig.results(job, 2)).hasSize(2);
        assertThat(rig.results(job, 3)).hasSize(2);
    }

    @Test
    void leavesTasksAloneThatRunForLessThanTheMinimum() { // behaviour 226
        int job = rig.collect(SimNode.source(0, 4));
        List<TaskSpec> tasks = rig.running();
        tasks.forEach(rig::start);
        rig.pass(Duration.ofMillis(1));
        tasks.subList(0, 3).forEach(rig::succeed);

        rig.pass(Duration.ofMillis(49));
        assertThat(rig.results(job, 3)).hasSize(1);
        rig.pass(INTERVAL);

        assertThat(rig.results(job, 3)).hasSize(2);
    }

    @Test
    void doesNotCountTheTimeBeforeASlotBegan() {
        int job = rig.collect(SimNode.source(0, 4));
        List<TaskSpec> tasks = rig.running();
        tasks.subList(0, 3).forEach(rig::start);
        rig.pass(USUAL);
        tasks.subList(0, 3).forEach(rig::succeed);

        rig.pass(LONG);

        assertThat(rig.results(job, 3)).hasSize(1);
    }

    @Test
    void givesATaskOneSecondAttemptAndNoMore() { // behaviour 225
        int job = jobWithSlowTask(rig, 3);
        rig.pass(LONG);
        assertThat(rig.results(job, 3)).hasSize(2);

        rig.fail(rig.results(job, 3).get(1));
        rig.pass(LONG);

        assertThat(rig.results(job, 3)).hasSize(1);
    }

    @Test
    void runsOnAnotherExecutorThanTheFirstAttempt() {
        int job = jobWithSlowTask(rig, 3);
        rig.pass(INTERVAL);

        assertThat(rig.results(job, 3)).extracting(rig::executorOf).containsExactly(second, first);
    }

    @Test
    void waitsForAnotherExecutorAsLongAsThereIsOne() {
        int job = jobWithSlowTask(rig, 3);
        for (int i = 0; i < 4; i++) { // all of the first
            rig.collect(PlacedNode.source(1, 1, "first"));
        }
        rig.pass(LONG);
        assertThat(rig.results(job, 3)).hasSize(1);

        rig.drain(first);

        assertThat(rig.results(job, 3)).extracting(rig::executorOf).containsExactly(second, second);
    }

    @Test
    void runsBesideTheFirstAttemptWhereThereIsNoOtherExecutor() {
        Rig alone = new Rig(POLICY);
        alone.addExecutor(4);

        int job = jobWithSlowTask(alone, 3);
        alone.pass(INTERVAL);

        assertThat(alone.results(job, 3)).hasSize(2);
    }

    @Test
    void isNotForActionsThatCannotBeTakenBack() {
        int job = rig.submit(SimNode.source(0, 4), SimAction.FOREACH);
        succeedUsually(rig, 3);

        rig.pass(LONG);

        assertThat(rig.results(job, 3)).hasSize(1);
    }

    @Test
    void isForMapTasksToo() {
        rig.collect(SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 4), 2)));
        succeedUsually(rig, 3);

        rig.pass(INTERVAL);

        assertThat(rig.launchesOf(0)).isEqualTo(5);
    }

    @Test
    void tellsObserversWhichAttemptIsTheSecond() {
        int job = jobWithSlowTask(rig, 3);
        rig.pass(INTERVAL);

        rig.start(rig.result(job, 3));

        assertThat(rig.published(EngineEvent.TaskStarted.class))
                .extracting(EngineEvent.TaskStarted::speculative)
                .containsExactly(false, false, false, false, true);
    }

    @Nested
    class OfTwoAttempts {

        private final int job = jobWithSlowTask(rig, 3);
        private TaskSpec slow = rig.result(job, 3);
        private TaskSpec copy = slow;

        OfTwoAttempts() {
            rig.pass(INTERVAL);
            copy = rig.result(job, 3);
            rig.start(copy);
        }

        @Test
        void theOneThatLosesIsKilledAndRecordedSo() { // behaviours 224, 227
            rig.succeed(copy);
            assertThat(rig.all(SchedulerCommand.Kill.class))
                    .containsExactly(new SchedulerCommand.Kill(
                            second, slow.attemptId(), "another attempt finished the partition", false));
            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);

            rig.succeed(slow); // it could not be stopped any more

            assertThat(rig.published(EngineEvent.TaskEnded.class).get(4).outcome())
                    .isEqualTo(new TaskOutcome.Killed("another attempt finished the partition"));
            assertThat(rig.all(SchedulerCommand.ApplyAccumulators.class).stream()
                            .mapToInt(apply -> apply.updates().size())
                            .sum())
                    .isEqualTo(4);
            assertThat(rig.tables().isIdle()).isTrue();
        }

        @Test
        void theFirstMayWinToo() {
            rig.succeed(slow);

            assertThat(rig.all(SchedulerCommand.Kill.class))
                    .extracting(SchedulerCommand.Kill::attemptId)
                    .containsExactly(copy.attemptId());
            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void oneThatFailsIsNotTriedAgainWhileTheOtherRuns() {
            rig.fail(copy);
            assertThat(rig.results(job, 3)).containsExactly(slow);

            rig.fail(slow);

            assertThat(rig.results(job, 3)).hasSize(1).doesNotContain(slow, copy);
            assertThat(rig.result(job, 3).attemptNumber()).isEqualTo(2);
        }

        @Test
        void theFirstThatFailsIsNotTriedAgainWhileTheOtherRuns() {
            rig.fail(slow);

            assertThat(rig.results(job, 3)).containsExactly(copy);
        }

        @Test
        void oneIsLostWithItsExecutorAndTheOtherGoesOn() {
            rig.lose(second);

            assertThat(rig.results(job, 3)).containsExactly(copy);
            rig.succeed(copy);
            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void theKilledOneNeverCountsAsAFailure() { // behaviour 224
            for (int i = 0; i < 3; i++) { // the copies of three jobs, as many as failures are allowed
                rig.succeed(copy);
                rig.fail(slow);
                int next = jobWithSlowTask(rig, 3);
                slow = rig.result(next, 3);
                rig.pass(INTERVAL);
                copy = rig.result(next, 3);
                assertThat(rig.hasEnded(next)).isFalse();
            }
        }
    }

    @Test
    void outputsAndBlocksOfTheLateTwinAreDropped() {
        SimNode cached = SimNode.source(0, 4);
        rig.collect(SimNode.shuffled(1, 1, SimNode.shuffle(0, cached, 1)), 0);
        succeedUsually(rig, 3);
        rig.pass(INTERVAL);
        TaskSpec copy = rig.map(0, 3);
        TaskSpec slow = rig.running().get(0);
        rig.succeed(copy);

        rig.end(slow, rig.success(slow, 99, List.of())); // with other contents

        assertThat(rig.all(SchedulerCommand.DropMapOutput.class))
                .containsExactly(new SchedulerCommand.DropMapOutput(second, 0, 3, slow.attemptId()));
        assertThat(rig.tracker.generation(0)).isZero();
    }

    @Test
    void aWantedSecondAttemptIsForgottenWhenTheFirstEnds() {
        Rig full = new Rig(POLICY);
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
        int job = jobWithSlowTask(rig, 3);
        rig.pass(INTERVAL);
        TaskSpec slow = rig.results(job, 3).get(0);
        rig.lose(second);

        rig.tell(new SchedulerEvent.AttemptEnded(
                slow.attemptId(),
                second,
                rig.success(slow, 3, Rig.published(List.of(new BlockId(0, 3)))),
                MetricValues.ZERO));

        assertThat(rig.results(job, 3)).hasSize(1);
    }
}

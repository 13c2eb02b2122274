package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import dev.favilla.task.TaskOutcome;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Executors that come, go, and are asked to go. */
class ExecutorLossTest {

    private static final Duration PATIENCE = SchedulingPolicy.DEFAULT.executorWait();

    private final SimNode reduced = SimNode.shuffled(1, 4, SimNode.shuffle(0, SimNode.source(0, 4), 4));
    private final SchedulerHarness harness = new SchedulerHarness(RetryPolicy.LOCAL);
    private final ExecutorId first = harness.addExecutor("first", 2);

    private static List<SchedulerCommand> released(SchedulerHarness harness) {
        return harness.said.stream()
                .filter(SchedulerCommand.ReleaseExecutor.class::isInstance)
                .toList();
    }

    @Nested
    class Draining {

        @Test
        void launchesNothingMoreAndReleasesTheExecutorWhenItIsIdle() {
            int job = harness.collect(SimNode.source(0, 4));
            TaskSpec left = harness.result(job, 0);
            harness.drain(first);

            harness.succeed(harness.result(job, 1));
            assertThat(harness.running()).containsExactly(left);
            assertThat(harness.status().executors()).containsExactly(new ExecutorStatus(first, 2, 1, true));
            assertThat(released(harness)).isEmpty();
            harness.succeed(left);

            assertThat(released(harness)).containsExactly(new SchedulerCommand.ReleaseExecutor(first));
            assertThat(harness.status().executors()).isEmpty();
            assertThat(harness.published(EngineEvent.ExecutorRemoved.class))
                    .containsExactly(new EngineEvent.ExecutorRemoved(harness.clock.instant(), first, "it was drained"));
        }

        @Test
        void ofAnIdleExecutorReleasesItAtOnce() {
            harness.drain(first);
            harness.drain(first);

            assertThat(released(harness)).hasSize(1);
        }

        @Test
        void ofAnUnknownExecutorIsIgnored() {
            harness.drain(new ExecutorId("nobody", 9));

            assertThat(released(harness)).isEmpty();
        }

        @Test
        void takesMapOutputsAlongWhichRunAgainElsewhere() {
            int job = harness.collect(reduced);
            harness.succeed(harness.map(0, 0));
            harness.succeed(harness.map(0, 1));
            ExecutorId second = harness.addExecutor("second", 4);
            harness.drain(first);

            harness.succeed(harness.map(0, 2));
            harness.succeed(harness.map(0, 3));
            assertThat(released(harness)).hasSize(1);
            harness.succeedAll();

            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
            assertThat(harness.launchesOf(0))
                    .as("four, and again what the first one had")
                    .isEqualTo(8);
            assertThat(harness.launched().subList(4, 12))
                    .extracting(harness::executorOf)
                    .containsOnly(second);
        }

        @Test
        void isOvertakenByTheLossOfTheExecutor() {
            int job = harness.collect(SimNode.source(0, 2));
            harness.drain(first);

            harness.lose(first);
            harness.addExecutor("second", 2);
            harness.succeedAll();

            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
            assertThat(released(harness)).isEmpty();
            assertThat(harness.published(EngineEvent.ExecutorRemoved.class)).hasSize(1);
        }

        @Test
        void ofTheLastExecutorLetsWhatRunsThereEnd() {
            int job = harness.collect(SimNode.source(0, 2));
            harness.drain(first);

            harness.pass(PATIENCE.multipliedBy(10));
            assertThat(harness.hasEnded(job)).isFalse();
            harness.succeedAll();

            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void ofTheLastExecutorLetsOtherJobsWaitForTheNext() {
            harness.collect(SimNode.source(0, 2));
            int waiting = harness.collect(SimNode.source(1, 1));
            harness.drain(first);
            harness.succeedAll();
            harness.pass(PATIENCE.dividedBy(2));

            harness.addExecutor("second", 1);
            harness.succeedAll();

            assertThat(harness.outcome(waiting)).isInstanceOf(JobOutcome.Staged.class);
        }
    }

    @Nested
    class WithoutAny {

        @Test
        void jobsWaitSoLongAndThenFailWithTheNameOfTheSetting() {
            harness.lose(first);
            int job = harness.collect(SimNode.source(0, 1));
            int other = harness.collect(SimNode.source(1, 1));

            harness.pass(PATIENCE.minusMillis(1));
            assertThat(harness.hasEnded(job)).isFalse();
            harness.pass(Duration.ofMillis(1));

            assertThat(harness.failure(job)).contains("favilla.executor.wait", "PT30S", "addExecutor");
            assertThat(harness.failure(other)).isEqualTo(harness.failure(job));
            assertThat(harness.tables().isIdle()).isTrue();
        }

        @Test
        void theWaitBeginsAnewForEachLack() {
            harness.lose(first);
            int job = harness.collect(SimNode.source(0, 1));
            harness.pass(PATIENCE.minusMillis(1));
            harness.lose(harness.addExecutor("second", 1));

            harness.pass(PATIENCE.minusMillis(1));
            assertThat(harness.hasEnded(job)).isFalse();
            harness.pass(Duration.ofMillis(1));

            assertThat(harness.hasEnded(job)).isTrue();
        }

        @Test
        void nobodyIsWokenWhileNoJobWaits() {
            harness.lose(first);

            assertThat(harness.all(SchedulerCommand.WakeAt.class)).isEmpty();
        }
    }

    @Test
    void oneThatComesDuringAJobIsGivenTasksAtOnce() {
        int job = harness.collect(SimNode.source(0, 4));

        ExecutorId second = harness.addExecutor("second", 1);

        assertThat(harness.executorOf(harness.result(job, 2))).isEqualTo(second);
        assertThat(harness.running()).hasSize(3);
    }

    @Test
    void oneThatIsLostCostsItsOwnOutputsAndAttemptsOnly() {
        ExecutorId second = harness.addExecutor("second", 2);
        ExecutorId third = harness.addExecutor("third", 2);
        SimNode wide = SimNode.shuffled(1, 6, SimNode.shuffle(0, SimNode.source(0, 6), 6));
        int job = harness.collect(wide);
        harness.running().forEach(harness::succeed); // two outputs on each
        assertThat(harness.running()).hasSize(6).extracting(TaskSpec::stageId).containsOnly(1);
        assertThat(harness.running()).extracting(harness::executorOf).containsOnly(first, second, third);
        List<TaskSpec> lostMaps = harness.launched().subList(0, 6).stream()
                .filter(task -> harness.executorOf(task).equals(third))
                .toList();
        List<TaskSpec> lostReaders = harness.running().stream()
                .filter(task -> harness.executorOf(task).equals(third))
                .toList();
        harness.lose(third);
        harness.running().forEach(harness::succeed); // they have read what they need

        TaskSpec unlucky = harness.running().get(0);
        harness.end(
                unlucky,
                new TaskOutcome.FetchFailed(
                        0, lostMaps.get(0).partition(), lostMaps.get(0).attemptId(), "executor is gone"));
        harness.succeedAll();

        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(partitionsRunTwice(0)).isEqualTo(partitions(lostMaps));
        assertThat(partitionsRunTwice(1)).isEqualTo(partitions(lostReaders));
    }

    private static List<Integer> partitions(List<TaskSpec> tasks) {
        return tasks.stream().map(TaskSpec::partition).sorted().toList();
    }

    private List<Integer> partitionsRunTwice(int stageId) {
        List<Integer> left = new ArrayList<>(partitions(harness.launched().stream()
                .filter(task -> task.stageId() == stageId)
                .toList()));
        return left.stream()
                .filter(partition -> left.indexOf(partition) != left.lastIndexOf(partition))
                .distinct()
                .toList();
    }

    @Test
    void lossesOfExecutorsAreNoFailuresOfTasks() {
        int job = harness.collect(SimNode.source(0, 1)); // one failure would end it
        harness.lose(first);
        for (int i = 0; i < 20; i++) {
            harness.lose(harness.addExecutor("short-lived", 1));
        }
        harness.addExecutor("at last", 1);
        harness.succeedAll();

        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }
}

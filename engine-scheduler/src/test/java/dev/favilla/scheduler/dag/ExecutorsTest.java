package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.EngineEvent;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerStatus.ExecutorStatus;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Executors that come, go, and are asked to go. */
class ExecutorsTest {

    private static final Duration PATIENCE = SchedulingPolicy.DEFAULT.executorWait();

    private final SimNode reduced = SimNode.shuffled(1, 4, SimNode.shuffle(0, SimNode.source(0, 4), 4));
    private final Rig rig = new Rig(RetryPolicy.LOCAL);
    private final ExecutorId first = rig.addExecutor("first", 2);

    private static List<SchedulerCommand> released(Rig rig) {
        return rig.said.stream()
                .filter(SchedulerCommand.ReleaseExecutor.class::isInstance)
                .toList();
    }

    @Nested
    class Draining {

        @Test
        void launchesNothingMoreAndReleasesTheExecutorWhenItIsIdle() {
            int job = rig.collect(SimNode.source(0, 4));
            TaskSpec left = rig.result(job, 0);
            rig.drain(first);

            rig.succeed(rig.result(job, 1));
            assertThat(rig.running()).containsExactly(left);
            assertThat(rig.status().executors()).containsExactly(new ExecutorStatus(first, 2, 1, true));
            assertThat(released(rig)).isEmpty();
            rig.succeed(left);

            assertThat(released(rig)).containsExactly(new SchedulerCommand.ReleaseExecutor(first));
            assertThat(rig.status().executors()).isEmpty();
            assertThat(rig.published(EngineEvent.ExecutorRemoved.class))
                    .containsExactly(new EngineEvent.ExecutorRemoved(rig.clock.instant(), first, "it was drained"));
        }

        @Test
        void ofAnIdleExecutorReleasesItAtOnce() {
            rig.drain(first);
            rig.drain(first);

            assertThat(released(rig)).hasSize(1);
        }

        @Test
        void ofAnUnknownExecutorIsIgnored() {
            rig.drain(new ExecutorId("nobody", 9));

            assertThat(released(rig)).isEmpty();
        }

        @Test
        void takesMapOutputsAlongWhichRunAgainElsewhere() {
            int job = rig.collect(reduced);
            rig.succeed(rig.map(0, 0));
            rig.succeed(rig.map(0, 1));
            ExecutorId second = rig.addExecutor("second", 4);
            rig.drain(first);

            rig.succeed(rig.map(0, 2));
            rig.succeed(rig.map(0, 3));
            assertThat(released(rig)).hasSize(1);
            rig.succeedAll();

            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
            assertThat(rig.launchesOf(0))
                    .as("four, and again what the first one had")
                    .isEqualTo(8);
            assertThat(rig.launched().subList(4, 12))
                    .extracting(rig::executorOf)
                    .containsOnly(second);
        }

        @Test
        void isOvertakenByTheLossOfTheExecutor() {
            int job = rig.collect(SimNode.source(0, 2));
            rig.drain(first);

            rig.lose(first);
            rig.addExecutor("second", 2);
            rig.succeedAll();

            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
            assertThat(released(rig)).isEmpty();
            assertThat(rig.published(EngineEvent.ExecutorRemoved.class)).hasSize(1);
        }

        @Test
        void ofTheLastExecutorLetsWhatRunsThereEnd() {
            int job = rig.collect(SimNode.source(0, 2));
            rig.drain(first);

            rig.pass(PATIENCE.multipliedBy(10));
            assertThat(rig.hasEnded(job)).isFalse();
            rig.succeedAll();

            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void ofTheLastExecutorLetsOtherJobsWaitForTheNext() {
            rig.collect(SimNode.source(0, 2));
            int waiting = rig.collect(SimNode.source(1, 1));
            rig.drain(first);
            rig.succeedAll();
            rig.pass(PATIENCE.dividedBy(2));

            rig.addExecutor("second", 1);
            rig.succeedAll();

            assertThat(rig.outcome(waiting)).isInstanceOf(JobOutcome.Staged.class);
        }
    }

    @Nested
    class WithoutAny {

        @Test
        void jobsWaitSoLongAndThenFailWithTheNameOfTheSetting() {
            rig.lose(first);
            int job = rig.collect(SimNode.source(0, 1));
            int other = rig.collect(SimNode.source(1, 1));

            rig.pass(PATIENCE.minusMillis(1));
            assertThat(rig.hasEnded(job)).isFalse();
            rig.pass(Duration.ofMillis(1));

            assertThat(rig.failure(job)).contains("favilla.executor.wait", "PT30S", "addExecutor");
            assertThat(rig.failure(other)).isEqualTo(rig.failure(job));
            assertThat(rig.tables().isIdle()).isTrue();
        }

        @Test
        void theWaitBeginsAnewForEachLack() {
            rig.lose(first);
            int job = rig.collect(SimNode.source(0, 1));
            rig.pass(PATIENCE.minusMillis(1));
            rig.lose(rig.addExecutor("second", 1));

            rig.pass(PATIENCE.minusMillis(1));
            assertThat(rig.hasEnded(job)).isFalse();
            rig.pass(Duration.ofMillis(1));

            assertThat(rig.hasEnded(job)).isTrue();
        }

        @Test
        void nobodyIsWokenWhileNoJobWaits() {
            rig.lose(first);

            assertThat(rig.all(SchedulerCommand.WakeAt.class)).isEmpty();
        }
    }

    @Test
    void oneThatComesDuringAJobIsGivenTasksAtOnce() {
        int job = rig.collect(SimNode.source(0, 4));

        ExecutorId second = rig.addExecutor("second", 1);

        assertThat(rig.executorOf(rig.result(job, 2))).isEqualTo(second);
        assertThat(rig.running()).hasSize(3);
    }

    @Test
    void oneThatIsLostCostsItsOwnOutputsAndAttemptsOnly() { // behaviours 188, 213, 237
        ExecutorId second = rig.addExecutor("second", 2);
        ExecutorId third = rig.addExecutor("third", 2);
        SimNode wide = SimNode.shuffled(1, 6, SimNode.shuffle(0, SimNode.source(0, 6), 6));
        int job = rig.collect(wide);
        rig.running().forEach(rig::succeed); // two outputs on each
        assertThat(rig.running()).hasSize(6).extracting(TaskSpec::stageId).containsOnly(1);
        assertThat(rig.running()).extracting(rig::executorOf).containsOnly(first, second, third);
        List<TaskSpec> lostMaps = rig.launched().subList(0, 6).stream()
                .filter(task -> rig.executorOf(task).equals(third))
                .toList();
        List<TaskSpec> lostReaders = rig.running().stream()
                .filter(task -> rig.executorOf(task).equals(third))
                .toList();
        rig.lose(third);
        rig.running().forEach(rig::succeed); // they have read what they need

        TaskSpec unlucky = rig.running().get(0);
        rig.end(
                unlucky,
                new TaskOutcome.FetchFailed(
                        0, lostMaps.get(0).partition(), lostMaps.get(0).attemptId(), "executor is gone"));
        rig.succeedAll();

        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(partitionsRunTwice(0)).isEqualTo(partitions(lostMaps));
        assertThat(partitionsRunTwice(1)).isEqualTo(partitions(lostReaders));
    }

    private static List<Integer> partitions(List<TaskSpec> tasks) {
        return tasks.stream().map(TaskSpec::partition).sorted().toList();
    }

    private List<Integer> partitionsRunTwice(int stageId) {
        List<Integer> left = new ArrayList<>(partitions(rig.launched().stream()
                .filter(task -> task.stageId() == stageId)
                .toList()));
        return left.stream()
                .filter(partition -> left.indexOf(partition) != left.lastIndexOf(partition))
                .distinct()
                .toList();
    }

    @Test
    void lossesOfExecutorsAreNoFailuresOfTasks() { // behaviours 220, 237
        int job = rig.collect(SimNode.source(0, 1)); // one failure would end it
        rig.lose(first);
        for (int i = 0; i < 20; i++) {
            rig.lose(rig.addExecutor("short-lived", 1));
        }
        rig.addExecutor("at last", 1);
        rig.succeedAll();

        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }
}

package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.task.Retries;
import dev.favilla.task.TaskOutcome;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TaskFailuresTest {

    private final ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 2);
    private final SimNode reduced = SimNode.shuffled(1, 2, shuffle);

    @Test
    void theLastAllowedFailureEndsTheJobExactlyThen() {
        SchedulerHarness harness = SchedulerHarness.with(2);
        int job = harness.collect(SimNode.source(0, 2));
        harness.fail(harness.result(job, 1));
        harness.fail(harness.result(job, 1));
        assertThat(harness.hasEnded(job)).isFalse();

        harness.fail(harness.result(job, 1));

        JobFailure.TaskFailed failure = (JobFailure.TaskFailed) ((JobOutcome.Failed) harness.outcome(job)).failure();
        assertThat(failure.partition()).isEqualTo(1);
        assertThat(failure.attempts()).isEqualTo(3);
        assertThat(failure.error().text()).contains("by zero");
        assertThat(failure.history())
                .hasSize(2)
                .allSatisfy(end -> assertThat(end).contains("failed: java.lang.ArithmeticException"));
    }

    @Test
    void locallyTheFirstFailureEndsTheJob() {
        SchedulerHarness harness = new SchedulerHarness(RetryPolicy.LOCAL);
        harness.addExecutor(1);
        int job = harness.collect(SimNode.source(0, 1));

        harness.fail(harness.result(job, 0));

        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Failed.class);
    }

    @Test
    void theChildOfAFailedStageNeverStarts() {
        SchedulerHarness harness = new SchedulerHarness(RetryPolicy.LOCAL);
        harness.addExecutor(2);
        int job = harness.collect(reduced);

        harness.fail(harness.map(0, 0));

        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Failed.class);
        assertThat(harness.published(EngineEvent.StageSubmitted.class)).hasSize(1);
        assertThat(harness.published(EngineEvent.StageCompleted.class))
                .singleElement()
                .satisfies(event -> assertThat(event.failure()).contains("failed 1 times"));
    }

    @Test
    void aStageOfTwoJobsFailsBothWithTheSameMessage() {
        SchedulerHarness harness = new SchedulerHarness(RetryPolicy.LOCAL);
        harness.addExecutor(1);
        int first = harness.collect(reduced);
        int second = harness.collect(reduced);

        harness.fail(harness.map(0, 0));

        assertThat(((JobOutcome.Failed) harness.outcome(first)).failure())
                .isEqualTo(((JobOutcome.Failed) harness.outcome(second)).failure());
        assertThat(harness.tables().isIdle()).isTrue();
    }

    @Test
    void aRetryHasItsOwnNumbers() {
        SchedulerHarness harness = SchedulerHarness.with(1);
        int job = harness.collect(SimNode.source(0, 1));
        TaskSpec first = harness.result(job, 0);

        harness.fail(first);

        TaskSpec second = harness.result(job, 0);
        assertThat(second.attemptNumber()).isEqualTo(1);
        assertThat(second.stageAttempt()).isZero();
        assertThat(second.attemptId()).isNotEqualTo(first.attemptId());
    }

    @Test
    void aSuccessResetsTheCountOfItsPartition() {
        SchedulerHarness harness = SchedulerHarness.with(1);
        int job = harness.collect(reduced);
        harness.fail(harness.map(0, 0));
        harness.fail(harness.map(0, 0));
        harness.succeed(harness.map(0, 0));

        harness.lose(harness.executorOf(harness.map(0, 1))); // and with it the output of the other
        harness.addExecutor(1);
        harness.fail(harness.map(0, 0));
        harness.fail(harness.map(0, 0));
        harness.succeedAll();

        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Nested
    class Kills {

        @Test
        void bySomebodyElseAreRunAgainWithoutCounting() {
            SchedulerHarness harness = new SchedulerHarness(RetryPolicy.LOCAL);
            harness.addExecutor(1);
            int job = harness.collect(SimNode.source(0, 1));

            for (int i = 0; i < 20; i++) {
                harness.end(harness.result(job, 0), new TaskOutcome.Killed("the slot closes"));
            }
            harness.succeedAll();

            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void withoutEndEndTheJob() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int job = harness.collect(SimNode.source(0, 1));

            for (int i = 0; i < Retries.MAX_VANISHED; i++) {
                harness.end(harness.result(job, 0), new TaskOutcome.Killed("the slot closes"));
            }

            assertThat(((JobOutcome.Failed) harness.outcome(job)).failure().describe())
                    .contains("100 times", "partition 0");
        }
    }

    @Nested
    class LostExecutors {

        @Test
        void takeTheirAttemptsAlongWithoutCounting() {
            SchedulerHarness harness = new SchedulerHarness(RetryPolicy.LOCAL);
            ExecutorId executor = harness.addExecutor(2);
            int job = harness.collect(SimNode.source(0, 2));

            harness.lose(executor);
            assertThat(harness.tables().attempts()).isZero();
            harness.addExecutor(2);

            assertThat(harness.running()).hasSize(2);
            harness.succeedAll();
            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void takeFinishedOutputsOfARunningStageAlong() {
            SchedulerHarness harness = new SchedulerHarness();
            ExecutorId first = harness.addExecutor(1);
            ExecutorId second = harness.addExecutor(1);
            int job = harness.collect(reduced);
            TaskSpec onFirst = harness.running().stream()
                    .filter(task -> harness.executorOf(task).equals(first))
                    .findFirst()
                    .orElseThrow();
            harness.succeed(onFirst);

            harness.lose(first);
            harness.succeedAll();

            assertThat(harness.launchesOf(0)).isEqualTo(3);
            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
            assertThat(harness.executorOf(harness.all(SchedulerCommand.Launch.class)
                            .get(harness.all(SchedulerCommand.Launch.class).size() - 1)
                            .task()))
                    .isEqualTo(second);
        }

        @Test
        void areNotBelievedAfterwards() {
            SchedulerHarness harness = new SchedulerHarness();
            ExecutorId executor = harness.addExecutor(1);
            harness.collect(reduced);
            TaskSpec task = harness.map(0, 0);
            TaskOutcome success = harness.success(task, 0, java.util.List.of());
            harness.lose(executor);

            harness.tell(new SchedulerEvent.AttemptEnded(task.attemptId(), executor, success, MetricValues.ZERO));

            assertThat(harness.tracker.missing(0).cardinality()).isEqualTo(2);
        }

        @Test
        void areRemovedOnce() {
            SchedulerHarness harness = new SchedulerHarness();
            ExecutorId executor = harness.addExecutor(1);

            harness.lose(executor);
            harness.lose(executor);

            assertThat(harness.published(EngineEvent.ExecutorRemoved.class)).hasSize(1);
        }
    }

    @Nested
    class TaskEvents {

        @Test
        void comeInPairsAlsoWhenTheStageIsGone() {
            SchedulerHarness harness = SchedulerHarness.with(1);
            int job = harness.collect(SimNode.source(0, 1));
            TaskSpec task = harness.result(job, 0);
            harness.start(task);
            harness.cancel(job);

            harness.end(task, new TaskOutcome.Killed("told"));

            assertThat(harness.published(EngineEvent.TaskStarted.class)).hasSize(1);
            assertThat(harness.published(EngineEvent.TaskEnded.class)).hasSize(1);
        }

        @Test
        void endOnceWhenTheExecutorIsLostAndReportsLate() {
            SchedulerHarness harness = new SchedulerHarness();
            ExecutorId executor = harness.addExecutor(1);
            int job = harness.collect(SimNode.source(0, 1));
            TaskSpec task = harness.result(job, 0);
            harness.start(task);

            harness.lose(executor);
            harness.tell(new SchedulerEvent.AttemptEnded(
                    task.attemptId(), executor, new TaskOutcome.Killed("told"), MetricValues.ZERO));

            assertThat(harness.published(EngineEvent.TaskEnded.class))
                    .singleElement()
                    .satisfies(event -> assertThat(event.outcome()).isInstanceOf(TaskOutcome.ExecutorGone.class));
        }

        @Test
        void areNotMadeWithoutAnObserver() {
            SchedulerHarness harness = new SchedulerHarness();
            harness.nobodyObserves();
            harness.addExecutor(1);

            harness.collect(SimNode.source(0, 1));
            harness.succeedAll();

            assertThat(harness.all(SchedulerCommand.Publish.class)).isEmpty();
        }
    }
}

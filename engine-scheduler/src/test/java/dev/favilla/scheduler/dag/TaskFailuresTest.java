package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.memory.MetricValues;
import dev.favilla.scheduler.EngineEvent;
import dev.favilla.scheduler.JobFailure;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.task.Retries;
import dev.favilla.shuffle.ExecutorId;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class TaskFailuresTest {

    private final ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 2);
    private final SimNode reduced = SimNode.shuffled(1, 2, shuffle);

    @Test
    void theLastAllowedFailureEndsTheJobExactlyThen() { // behaviours 128, 130, 138, 219
        Rig rig = Rig.with(2);
        int job = rig.collect(SimNode.source(0, 2));
        rig.fail(rig.result(job, 1));
        rig.fail(rig.result(job, 1));
        assertThat(rig.hasEnded(job)).isFalse();

        rig.fail(rig.result(job, 1));

        JobFailure.TaskFailed failure = (JobFailure.TaskFailed) ((JobOutcome.Failed) rig.outcome(job)).failure();
        assertThat(failure.partition()).isEqualTo(1);
        assertThat(failure.attempts()).isEqualTo(3);
        assertThat(failure.error().text()).contains("by zero");
        assertThat(failure.history())
                .hasSize(2)
                .allSatisfy(end -> assertThat(end).contains("failed: java.lang.ArithmeticException"));
    }

    @Test
    void locallyTheFirstFailureEndsTheJob() { // behaviour 129
        Rig rig = new Rig(RetryPolicy.LOCAL);
        rig.addExecutor(1);
        int job = rig.collect(SimNode.source(0, 1));

        rig.fail(rig.result(job, 0));

        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Failed.class);
    }

    @Test
    void theChildOfAFailedStageNeverStarts() { // behaviour 185
        Rig rig = new Rig(RetryPolicy.LOCAL);
        rig.addExecutor(2);
        int job = rig.collect(reduced);

        rig.fail(rig.map(0, 0));

        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Failed.class);
        assertThat(rig.published(EngineEvent.StageSubmitted.class)).hasSize(1);
        assertThat(rig.published(EngineEvent.StageCompleted.class))
                .singleElement()
                .satisfies(event -> assertThat(event.failure()).contains("failed 1 times"));
    }

    @Test
    void aStageOfTwoJobsFailsBothWithTheSameMessage() { // behaviour 191
        Rig rig = new Rig(RetryPolicy.LOCAL);
        rig.addExecutor(1);
        int first = rig.collect(reduced);
        int second = rig.collect(reduced);

        rig.fail(rig.map(0, 0));

        assertThat(((JobOutcome.Failed) rig.outcome(first)).failure())
                .isEqualTo(((JobOutcome.Failed) rig.outcome(second)).failure());
        assertThat(rig.tables().isIdle()).isTrue();
    }

    @Test
    void aRetryHasItsOwnNumbers() { // behaviour 276
        Rig rig = Rig.with(1);
        int job = rig.collect(SimNode.source(0, 1));
        TaskSpec first = rig.result(job, 0);

        rig.fail(first);

        TaskSpec second = rig.result(job, 0);
        assertThat(second.attemptNumber()).isEqualTo(1);
        assertThat(second.stageAttempt()).isZero();
        assertThat(second.attemptId()).isNotEqualTo(first.attemptId());
    }

    @Test
    void aSuccessResetsTheCountOfItsPartition() { // behaviour 221
        Rig rig = Rig.with(1);
        int job = rig.collect(reduced);
        rig.fail(rig.map(0, 0));
        rig.fail(rig.map(0, 0));
        rig.succeed(rig.map(0, 0));

        rig.lose(rig.executorOf(rig.map(0, 1))); // and with it the output of the other
        rig.addExecutor(1);
        rig.fail(rig.map(0, 0));
        rig.fail(rig.map(0, 0));
        rig.succeedAll();

        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Nested
    class Kills {

        @Test
        void bySomebodyElseAreRunAgainWithoutCounting() { // behaviours 220, 266
            Rig rig = new Rig(RetryPolicy.LOCAL);
            rig.addExecutor(1);
            int job = rig.collect(SimNode.source(0, 1));

            for (int i = 0; i < 20; i++) {
                rig.end(rig.result(job, 0), new TaskOutcome.Killed("the slot closes"));
            }
            rig.succeedAll();

            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void withoutEndEndTheJob() {
            Rig rig = Rig.with(1);
            int job = rig.collect(SimNode.source(0, 1));

            for (int i = 0; i < Retries.MAX_VANISHED; i++) {
                rig.end(rig.result(job, 0), new TaskOutcome.Killed("the slot closes"));
            }

            assertThat(((JobOutcome.Failed) rig.outcome(job)).failure().describe())
                    .contains("100 times", "partition 0");
        }
    }

    @Nested
    class LostExecutors {

        @Test
        void takeTheirAttemptsAlongWithoutCounting() { // behaviours 232, 237
            Rig rig = new Rig(RetryPolicy.LOCAL);
            ExecutorId executor = rig.addExecutor(2);
            int job = rig.collect(SimNode.source(0, 2));

            rig.lose(executor);
            assertThat(rig.tables().attempts()).isZero();
            rig.addExecutor(2);

            assertThat(rig.running()).hasSize(2);
            rig.succeedAll();
            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void takeFinishedOutputsOfARunningStageAlong() { // behaviour 188
            Rig rig = new Rig();
            ExecutorId first = rig.addExecutor(1);
            ExecutorId second = rig.addExecutor(1);
            int job = rig.collect(reduced);
            TaskSpec onFirst = rig.running().stream()
                    .filter(task -> rig.executorOf(task).equals(first))
                    .findFirst()
                    .orElseThrow();
            rig.succeed(onFirst);

            rig.lose(first);
            rig.succeedAll();

            assertThat(rig.launchesOf(0)).isEqualTo(3);
            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
            assertThat(rig.executorOf(rig.all(SchedulerCommand.Launch.class)
                            .get(rig.all(SchedulerCommand.Launch.class).size() - 1)
                            .task()))
                    .isEqualTo(second);
        }

        @Test
        void areNotBelievedAfterwards() { // behaviours 184, 233
            Rig rig = new Rig();
            ExecutorId executor = rig.addExecutor(1);
            rig.collect(reduced);
            TaskSpec task = rig.map(0, 0);
            TaskOutcome success = rig.success(task, 0, java.util.List.of());
            rig.lose(executor);

            rig.tell(new SchedulerEvent.AttemptEnded(task.attemptId(), executor, success, MetricValues.ZERO));

            assertThat(rig.tracker.missing(0).cardinality()).isEqualTo(2);
        }

        @Test
        void areRemovedOnce() { // behaviour 213
            Rig rig = new Rig();
            ExecutorId executor = rig.addExecutor(1);

            rig.lose(executor);
            rig.lose(executor);

            assertThat(rig.published(EngineEvent.ExecutorRemoved.class)).hasSize(1);
        }
    }

    @Nested
    class TaskEvents {

        @Test
        void comeInPairsAlsoWhenTheStageIsGone() { // behaviour 183
            Rig rig = Rig.with(1);
            int job = rig.collect(SimNode.source(0, 1));
            TaskSpec task = rig.result(job, 0);
            rig.start(task);
            rig.cancel(job);

            rig.end(task, new TaskOutcome.Killed("told"));

            assertThat(rig.published(EngineEvent.TaskStarted.class)).hasSize(1);
            assertThat(rig.published(EngineEvent.TaskEnded.class)).hasSize(1);
        }

        @Test
        void endOnceWhenTheExecutorIsLostAndReportsLate() {
            Rig rig = new Rig();
            ExecutorId executor = rig.addExecutor(1);
            int job = rig.collect(SimNode.source(0, 1));
            TaskSpec task = rig.result(job, 0);
            rig.start(task);

            rig.lose(executor);
            rig.tell(new SchedulerEvent.AttemptEnded(
                    task.attemptId(), executor, new TaskOutcome.Killed("told"), MetricValues.ZERO));

            assertThat(rig.published(EngineEvent.TaskEnded.class))
                    .singleElement()
                    .satisfies(event -> assertThat(event.outcome()).isInstanceOf(TaskOutcome.ExecutorGone.class));
        }

        @Test
        void areNotMadeWithoutAnObserver() {
            Rig rig = new Rig();
            rig.nobodyObserves();
            rig.addExecutor(1);

            rig.collect(SimNode.source(0, 1));
            rig.succeedAll();

            assertThat(rig.all(SchedulerCommand.Publish.class)).isEmpty();
        }
    }
}

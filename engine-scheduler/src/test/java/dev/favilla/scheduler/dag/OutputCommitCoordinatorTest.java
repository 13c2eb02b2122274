package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.task.TaskOutcome;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of several attempts may make its output final. */
class OutputCommitCoordinatorTest {

    private final SimNode reduced = SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 2), 2));
    private final SchedulerHarness harness = new SchedulerHarness(RetryPolicy.LOCAL);
    private final ExecutorId executor = harness.addExecutor(4);

    /** Asks whether an attempt may commit. */
    private boolean mayCommit(TaskSpec task) {
        List<SchedulerCommand> answers =
                harness.tell(new SchedulerEvent.CommitAsked(task.attemptId(), harness.executorOf(task)));
        boolean granted =
                answers.contains(new SchedulerCommand.AnswerCommit(harness.executorOf(task), task.attemptId(), true));
        boolean denied =
                answers.contains(new SchedulerCommand.AnswerCommit(harness.executorOf(task), task.attemptId(), false));
        assertThat(granted).as("one answer, at once").isNotEqualTo(denied);
        return granted;
    }

    /** Runs the map stage of a job, and lets the first of its result attempts lose the input so that it is run again. */
    private TaskSpec[] twoAttemptsAtPartitionZero(int job) {
        harness.succeed(harness.map(0, 0));
        harness.succeed(harness.map(0, 1));
        TaskSpec older = harness.result(job, 0);
        loseInput(harness.result(job, 1));
        harness.succeed(harness.map(0, 0));
        return new TaskSpec[] {older, harness.result(job, 0)};
    }

    private void loseInput(TaskSpec reader) {
        long attempt = reader.inputs().get(0).outputs().get(0).attemptId();
        harness.end(reader, new TaskOutcome.FetchFailed(0, 0, attempt, "block is gone"));
    }

    @Test
    void onlyTheFirstAttemptThatAsksMayCommitEvenOfAnOlderStageAttempt() {
        int job = harness.collect(reduced);
        TaskSpec[] twins = twoAttemptsAtPartitionZero(job);
        assertThat(twins[0].stageAttempt()).isNotEqualTo(twins[1].stageAttempt());

        assertThat(mayCommit(twins[0])).isTrue();
        assertThat(mayCommit(twins[1])).isFalse();
        assertThat(mayCommit(twins[0])).as("asked again").isTrue();
        assertThat(mayCommit(harness.result(job, 1))).as("another partition").isTrue();
    }

    @Test
    void onlyTheEndOfTheAttemptThatMayCommitFreesTheRight() {
        int job = harness.collect(reduced);
        TaskSpec[] twins = twoAttemptsAtPartitionZero(job);
        mayCommit(twins[0]);

        harness.end(twins[1], new TaskOutcome.Killed("the slot closes"));
        assertThat(harness.results(job, 0)).as("no other is tried meanwhile").containsExactly(twins[0]);
        harness.end(twins[0], new TaskOutcome.Killed("the slot closes"));

        assertThat(mayCommit(harness.result(job, 0))).isTrue();
    }

    @Test
    void aRefusedAttemptIsNotRunAgainWhileTheOtherMayCommit() {
        int job = harness.collect(reduced);
        TaskSpec[] twins = twoAttemptsAtPartitionZero(job);
        mayCommit(twins[0]);
        mayCommit(twins[1]);

        harness.end(twins[1], new TaskOutcome.CommitDenied("attempt 2 may"));
        assertThat(harness.results(job, 0)).containsExactly(twins[0]);
        harness.succeed(twins[0]);
        harness.succeed(harness.result(job, 1));

        assertThat(harness.outcome(job)).as("and it counts as no failure").isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void theTaskRunsAgainWhenTheOneThatMightCommitFails() {
        int job = harness.collect(reduced);
        TaskSpec[] twins = twoAttemptsAtPartitionZero(job);
        mayCommit(twins[0]);
        harness.end(twins[1], new TaskOutcome.CommitDenied("attempt 2 may"));

        harness.tell(new SchedulerEvent.AttemptUnwanted(twins[0].attemptId(), "stopped by hand"));
        harness.end(twins[0], new TaskOutcome.Killed("stopped by hand"));

        assertThat(harness.results(job, 0)).hasSize(1);
        assertThat(mayCommit(harness.result(job, 0))).isTrue();
    }

    @Test
    void theRightGoesWithItsExecutor() {
        int job = harness.collect(SimNode.source(0, 1));
        mayCommit(harness.result(job, 0));

        harness.lose(executor);
        harness.addExecutor(1);

        assertThat(mayCommit(harness.result(job, 0))).isTrue();
    }

    @Test
    void theRightGoesWithASlotThatIsGivenUp() {
        int job = harness.collect(SimNode.source(0, 1));
        TaskSpec stubborn = harness.result(job, 0);
        mayCommit(stubborn);
        harness.tell(new SchedulerEvent.AttemptUnwanted(stubborn.attemptId(), "stopped by hand"));

        harness.pass(Duration.ofMinutes(1));

        assertThat(mayCommit(harness.result(job, 0))).isTrue();
    }

    @Test
    void anAttemptThatHasEndedOrIsToStopMayNotCommit() {
        int job = harness.collect(SimNode.source(0, 2));
        TaskSpec ended = harness.result(job, 0);
        TaskSpec stopping = harness.result(job, 1);
        harness.end(ended, new TaskOutcome.Killed("the slot closes"));
        harness.tell(new SchedulerEvent.AttemptUnwanted(stopping.attemptId(), "stopped by hand"));

        assertThat(mayCommit(ended)).isFalse();
        assertThat(mayCommit(stopping)).isFalse();
        assertThat(mayCommit(harness.result(job, 0))).isTrue();
    }

    @Test
    void anAttemptOfADonePartitionMayNotCommit() {
        int job = harness.collect(reduced);
        TaskSpec[] twins = twoAttemptsAtPartitionZero(job);
        mayCommit(twins[1]);
        harness.succeed(twins[1]);

        assertThat(mayCommit(twins[0])).isFalse();
    }

    @Test
    void anAttemptWithVoidInputMayNotCommit() {
        int job = harness.collect(reduced);
        harness.succeed(harness.map(0, 0));
        harness.succeed(harness.map(0, 1));
        TaskSpec old = harness.result(job, 0);
        loseInput(harness.result(job, 1));

        harness.succeed(harness.map(0, 0), 99); // other records than before

        assertThat(mayCommit(old)).isFalse();
        assertThat(mayCommit(harness.result(job, 0))).isTrue();
    }

    @Test
    void aPartitionThatWasCommittedAndTakenBackIsCommittedAgain() {
        int job = harness.collect(reduced);
        harness.succeed(harness.map(0, 0));
        harness.succeed(harness.map(0, 1));
        TaskSpec committed = harness.result(job, 0);
        mayCommit(committed);
        harness.succeed(committed);
        loseInput(harness.result(job, 1));
        harness.succeed(harness.map(0, 0), 99); // other records than before

        assertThat(mayCommit(harness.result(job, 0))).isTrue();
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void anAttemptOfAnEndedJobMayNotCommit() {
        int job = harness.collect(SimNode.source(0, 2));
        TaskSpec holder = harness.result(job, 0);
        mayCommit(holder);
        harness.cancel(job);

        assertThat(mayCommit(holder)).isFalse();
        assertThat(mayCommit(harness.running().get(1))).isFalse();
    }
}

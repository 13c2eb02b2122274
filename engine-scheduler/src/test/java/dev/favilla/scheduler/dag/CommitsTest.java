package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of several attempts may make its output final. */
class CommitsTest {

    private final SimNode reduced = SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 2), 2));
    private final Rig rig = new Rig(RetryPolicy.LOCAL);
    private final ExecutorId executor = rig.addExecutor(4);

    /** Asks whether an attempt may commit. */
    private boolean mayCommit(TaskSpec task) {
        List<SchedulerCommand> answers =
                rig.tell(new SchedulerEvent.CommitAsked(task.attemptId(), rig.executorOf(task)));
        boolean granted =
                answers.contains(new SchedulerCommand.AnswerCommit(rig.executorOf(task), task.attemptId(), true));
        boolean denied =
                answers.contains(new SchedulerCommand.AnswerCommit(rig.executorOf(task), task.attemptId(), false));
        assertThat(granted).as("one answer, at once").isNotEqualTo(denied);
        return granted;
    }

    /** Runs the map stage of a job, and lets the first of its result attempts lose the input so that it is run again. */
    private TaskSpec[] twoAttemptsAtPartitionZero(int job) {
        rig.succeed(rig.map(0, 0));
        rig.succeed(rig.map(0, 1));
        TaskSpec older = rig.result(job, 0);
        loseInput(rig.result(job, 1));
        rig.succeed(rig.map(0, 0));
        return new TaskSpec[] {older, rig.result(job, 0)};
    }

    private void loseInput(TaskSpec reader) {
        long attempt = reader.inputs().get(0).outputs().get(0).attemptId();
        rig.end(reader, new TaskOutcome.FetchFailed(0, 0, attempt, "block is gone"));
    }

    @Test
    void onlyTheFirstAttemptThatAsksMayCommitEvenOfAnOlderStageAttempt() { // behaviours 89, 92, B5
        int job = rig.collect(reduced);
        TaskSpec[] twins = twoAttemptsAtPartitionZero(job);
        assertThat(twins[0].stageAttempt()).isNotEqualTo(twins[1].stageAttempt());

        assertThat(mayCommit(twins[0])).isTrue();
        assertThat(mayCommit(twins[1])).isFalse();
        assertThat(mayCommit(twins[0])).as("asked again").isTrue();
        assertThat(mayCommit(rig.result(job, 1))).as("another partition").isTrue();
    }

    @Test
    void onlyTheEndOfTheAttemptThatMayCommitFreesTheRight() { // behaviour 90
        int job = rig.collect(reduced);
        TaskSpec[] twins = twoAttemptsAtPartitionZero(job);
        mayCommit(twins[0]);

        rig.end(twins[1], new TaskOutcome.Killed("the slot closes"));
        assertThat(rig.results(job, 0)).as("no other is tried meanwhile").containsExactly(twins[0]);
        rig.end(twins[0], new TaskOutcome.Killed("the slot closes"));

        assertThat(mayCommit(rig.result(job, 0))).isTrue();
    }

    @Test
    void aRefusedAttemptIsNotRunAgainWhileTheOtherMayCommit() { // B6
        int job = rig.collect(reduced);
        TaskSpec[] twins = twoAttemptsAtPartitionZero(job);
        mayCommit(twins[0]);
        mayCommit(twins[1]);

        rig.end(twins[1], new TaskOutcome.CommitDenied("attempt 2 may"));
        assertThat(rig.results(job, 0)).containsExactly(twins[0]);
        rig.succeed(twins[0]);
        rig.succeed(rig.result(job, 1));

        assertThat(rig.outcome(job)).as("and it counts as no failure").isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void theTaskRunsAgainWhenTheOneThatMightCommitFails() { // B6
        int job = rig.collect(reduced);
        TaskSpec[] twins = twoAttemptsAtPartitionZero(job);
        mayCommit(twins[0]);
        rig.end(twins[1], new TaskOutcome.CommitDenied("attempt 2 may"));

        rig.tell(new SchedulerEvent.AttemptUnwanted(twins[0].attemptId(), "stopped by hand"));
        rig.end(twins[0], new TaskOutcome.Killed("stopped by hand"));

        assertThat(rig.results(job, 0)).hasSize(1);
        assertThat(mayCommit(rig.result(job, 0))).isTrue();
    }

    @Test
    void theRightGoesWithItsExecutor() {
        int job = rig.collect(SimNode.source(0, 1));
        mayCommit(rig.result(job, 0));

        rig.lose(executor);
        rig.addExecutor(1);

        assertThat(mayCommit(rig.result(job, 0))).isTrue();
    }

    @Test
    void theRightGoesWithASlotThatIsGivenUp() {
        int job = rig.collect(SimNode.source(0, 1));
        TaskSpec stubborn = rig.result(job, 0);
        mayCommit(stubborn);
        rig.tell(new SchedulerEvent.AttemptUnwanted(stubborn.attemptId(), "stopped by hand"));

        rig.pass(Duration.ofMinutes(1));

        assertThat(mayCommit(rig.result(job, 0))).isTrue();
    }

    @Test
    void anAttemptThatHasEndedOrIsToStopMayNotCommit() { // behaviour 91
        int job = rig.collect(SimNode.source(0, 2));
        TaskSpec ended = rig.result(job, 0);
        TaskSpec stopping = rig.result(job, 1);
        rig.end(ended, new TaskOutcome.Killed("the slot closes"));
        rig.tell(new SchedulerEvent.AttemptUnwanted(stopping.attemptId(), "stopped by hand"));

        assertThat(mayCommit(ended)).isFalse();
        assertThat(mayCommit(stopping)).isFalse();
        assertThat(mayCommit(rig.result(job, 0))).isTrue();
    }

    @Test
    void anAttemptOfADonePartitionMayNotCommit() {
        int job = rig.collect(reduced);
        TaskSpec[] twins = twoAttemptsAtPartitionZero(job);
        mayCommit(twins[1]);
        rig.succeed(twins[1]);

        assertThat(mayCommit(twins[0])).isFalse();
    }

    @Test
    void anAttemptWithVoidInputMayNotCommit() {
        int job = rig.collect(reduced);
        rig.succeed(rig.map(0, 0));
        rig.succeed(rig.map(0, 1));
        TaskSpec old = rig.result(job, 0);
        loseInput(rig.result(job, 1));

        rig.succeed(rig.map(0, 0), 99); // other records than before

        assertThat(mayCommit(old)).isFalse();
        assertThat(mayCommit(rig.result(job, 0))).isTrue();
    }

    @Test
    void aPartitionThatWasCommittedAndTakenBackIsCommittedAgain() {
        int job = rig.collect(reduced);
        rig.succeed(rig.map(0, 0));
        rig.succeed(rig.map(0, 1));
        TaskSpec committed = rig.result(job, 0);
        mayCommit(committed);
        rig.succeed(committed);
        loseInput(rig.result(job, 1));
        rig.succeed(rig.map(0, 0), 99); // other records than before

        assertThat(mayCommit(rig.result(job, 0))).isTrue();
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void anAttemptOfAnEndedJobMayNotCommit() { // behaviour 92
        int job = rig.collect(SimNode.source(0, 2));
        TaskSpec holder = rig.result(job, 0);
        mayCommit(holder);
        rig.cancel(job);

        assertThat(mayCommit(holder)).isFalse();
        assertThat(mayCommit(rig.running().get(1))).isFalse();
    }
}

package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.FetchFailedException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.task.CommitDeniedException;
import dev.favilla.task.TaskContext;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.LeakProbes;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Attempts that ask whether they may commit. */
class CommitProtocolTest {

    private final ExecutorHarness harness = new ExecutorHarness(1);
    private final InProcessExecutor executor = harness.executor;

    @BeforeEach
    void audit(LeakProbes probes) {
        harness.audit(probes);
    }

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void theAnswerIsWaitedForAndStaysTheSame() throws Exception {
        TaskSpec spec =
                harness.spec(() -> List.of(context().mayCommit(), context().mayCommit()));
        executor.launch(spec);

        assertThat(harness.next(SchedulerEvent.CommitAsked.class))
                .isEqualTo(new SchedulerEvent.CommitAsked(spec.attemptId(), TestExecutor.ID));
        executor.answerCommit(spec.attemptId(), true);
        executor.answerCommit(spec.attemptId(), false);

        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Success(List.of(true, true), 0, List.of(), List.of()));
        assertThat(harness.events).isEmpty(); // asked once
    }

    @Test
    void anAttemptThatEndsBecauseItIsDeniedHasNotFailed() throws Exception {
        assertThat(denied(() -> {
                    throw new CommitDeniedException(context());
                }))
                .isInstanceOfSatisfying(
                        TaskOutcome.CommitDenied.class,
                        end -> assertThat(end.reason()).contains("another attempt of the partition may"));
    }

    @Test
    void aDenialIsKnownInWhateverItWasWrapped() throws Exception {
        assertThat(denied(() -> {
                    throw new UserCodeException(
                            "save at A.java:1", "x", new IllegalStateException(new CommitDeniedException(context())));
                }))
                .isInstanceOf(TaskOutcome.CommitDenied.class);
    }

    @Test
    void causesInACircleAreAFailure() throws Exception {
        IllegalStateException first = new IllegalStateException("first");
        first.initCause(new IllegalStateException("second", first));

        assertThat(denied(() -> {
                    throw first;
                }))
                .isInstanceOf(TaskOutcome.Failed.class);
    }

    @Test
    void anAttemptThatIsDeniedAndLeavesNothingMaySucceed() throws Exception {
        assertThat(denied(() -> "nothing written")).isInstanceOf(TaskOutcome.Success.class);
    }

    @Test
    void aKillAndALostInputWinOverADenial() throws Exception {
        assertThat(denied(() -> {
                    executor.kill(context().attemptId(), "stop", false);
                    throw new CommitDeniedException(context());
                }))
                .isEqualTo(new TaskOutcome.Killed("stop"));
        assertThat(denied(() -> {
                    ((RunningTask) context())
                            .scope()
                            .recordLostInput(new FetchFailedException(3, output(), 0, "gone", null));
                    throw new CommitDeniedException(context());
                }))
                .isInstanceOf(TaskOutcome.FetchFailed.class);
    }

    @Test
    void aKillEndsTheWaiting() throws Exception {
        TaskSpec spec = harness.spec(() -> context().mayCommit());
        executor.launch(spec);
        harness.next(SchedulerEvent.CommitAsked.class);

        executor.kill(spec.attemptId(), "not wanted", false);

        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Killed("not wanted"));
    }

    @Test
    void losingTheExecutorEndsTheWaiting() throws Exception {
        executor.launch(harness.spec(() -> context().mayCommit()));
        harness.next(SchedulerEvent.CommitAsked.class);

        executor.abandon("died");

        assertThat(executor.close(ExecutorHarness.DEADLINE)).isEmpty();
    }

    @Test
    void aKilledAttemptDoesNotAsk() throws Exception {
        assertThat(harness.outcomeOf(() -> {
                    executor.kill(context().attemptId(), "stop", false);
                    return context().mayCommit();
                }))
                .isEqualTo(new TaskOutcome.Killed("stop"));
        assertThat(harness.events).isEmpty();
    }

    private TaskOutcome denied(RunningTask.Body<?> then) throws Exception {
        TaskSpec spec = harness.spec(() -> {
            assertThat(context().mayCommit()).isFalse();
            return then.run();
        });
        executor.launch(spec);
        harness.next(SchedulerEvent.CommitAsked.class);
        executor.answerCommit(spec.attemptId(), false);
        return harness.next(SchedulerEvent.AttemptEnded.class).outcome();
    }

    private static TaskContext context() {
        return Objects.requireNonNull(TaskContext.get());
    }

    private static MapOutput output() {
        return new MapOutput(5, 9, new ExecutorId("other", 3), 0, 0, BlockSizes.of(new long[] {1}));
    }
}

package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.task.TaskOutcome;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Attempts that are told to stop, and what happens to those that do not. */
class KillsTest {

    private static final Duration POLITE = SchedulingPolicy.DEFAULT.interruptAfter();
    private static final Duration LAST = SchedulingPolicy.DEFAULT.replaceAfter();

    private final SchedulerHarness harness = new SchedulerHarness(RetryPolicy.LOCAL);
    private final ExecutorId executor = harness.addExecutor(1);

    private List<SchedulerCommand> stops() {
        return harness.said.stream()
                .filter(command ->
                        command instanceof SchedulerCommand.Kill || command instanceof SchedulerCommand.ReplaceSlot)
                .toList();
    }

    private void killByHand(TaskSpec task) {
        harness.tell(new SchedulerEvent.AttemptUnwanted(task.attemptId(), "stopped by hand"));
    }

    @Test
    void anAttemptKilledByHandIsRunAgainWithoutCounting() {
        int job = harness.collect(SimNode.source(0, 1)); // one failure would end it

        for (int i = 0; i < 200; i++) {
            TaskSpec task = harness.result(job, 0);
            killByHand(task);
            harness.end(task, new TaskOutcome.Killed("stopped by hand"));
        }
        harness.succeedAll();

        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(harness.outcome(job).report().stages().get(0).failures()).isZero();
    }

    @Test
    void anAttemptKilledByHandIsRunAgainEvenIfItEndsOtherwise() {
        int job = harness.collect(SimNode.source(0, 1));
        TaskSpec task = harness.result(job, 0);
        killByHand(task);

        harness.fail(task);

        assertThat(harness.hasEnded(job)).isFalse();
        harness.succeedAll();
        assertThat(harness.outcome(job).report().stages().get(0).failures()).isZero();
    }

    @Test
    void anAttemptKilledByHandThatIsDoneAlreadyCounts() {
        int job = harness.collect(SimNode.source(0, 1));
        TaskSpec task = harness.result(job, 0);
        killByHand(task);

        harness.succeed(task);

        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void killingWhatIsUnknownIsIgnored() {
        harness.tell(new SchedulerEvent.AttemptUnwanted(77, "stopped by hand"));

        assertThat(stops()).isEmpty();
    }

    @Test
    void anAttemptThatGoesOnIsInterruptedAndThenLosesItsSlot() {
        int job = harness.collect(SimNode.source(0, 1));
        long stubborn = harness.result(job, 0).attemptId();
        harness.cancel(job);
        String reason = "job 0 was cancelled: no longer wanted";
        assertThat(stops()).containsExactly(new SchedulerCommand.Kill(executor, stubborn, reason, false));

        harness.pass(POLITE);
        assertThat(stops()).hasSize(2).endsWith(new SchedulerCommand.Kill(executor, stubborn, reason, true));
        harness.pass(LAST.minusMillis(1));
        assertThat(stops()).hasSize(2);
        harness.pass(Duration.ofMillis(1));

        assertThat(stops()).hasSize(3).endsWith(new SchedulerCommand.ReplaceSlot(executor, stubborn));
        assertThat(harness.tables().isIdle()).isTrue();
    }

    @Test
    void anAttemptThatStopsInTimeKeepsItsSlot() {
        int job = harness.collect(SimNode.source(0, 1));
        TaskSpec task = harness.result(job, 0);
        harness.cancel(job);
        harness.pass(POLITE);

        harness.end(task, new TaskOutcome.Killed("cancelled"));
        harness.pass(Duration.ofHours(1));

        assertThat(harness.all(SchedulerCommand.ReplaceSlot.class)).isEmpty();
        assertThat(harness.all(SchedulerCommand.Kill.class)).hasSize(2);
    }

    @Test
    void theNewSlotIsUsedAndTheLateEndIgnored() {
        int job = harness.collect(SimNode.source(0, 1));
        TaskSpec stubborn = harness.result(job, 0);
        harness.start(stubborn);
        killByHand(stubborn);
        harness.pass(POLITE.plus(LAST));
        TaskSpec next = harness.result(job, 0);
        assertThat(next).isNotEqualTo(stubborn);
        assertThat(harness.published(EngineEvent.TaskEnded.class))
                .singleElement()
                .extracting(EngineEvent.TaskEnded::outcome)
                .isEqualTo(new TaskOutcome.Killed("stopped by hand; it ignored that, and its slot was given up"));

        harness.tell(new SchedulerEvent.AttemptEnded(
                stubborn.attemptId(), executor, harness.success(stubborn, 0, List.of()), MetricValues.ZERO));

        assertThat(harness.hasEnded(job)).isFalse();
        assertThat(harness.running()).containsExactly(next);
        assertThat(harness.published(EngineEvent.TaskEnded.class)).hasSize(1);
        harness.succeed(next);
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void whatALateEndLeavesIsDropped() {
        int job = harness.collect(SimNode.shuffled(1, 1, SimNode.shuffle(0, SimNode.source(0, 1), 1)));
        TaskSpec stubborn = harness.map(0, 0);
        killByHand(stubborn);
        harness.pass(POLITE.plus(LAST));

        harness.tell(new SchedulerEvent.AttemptEnded(
                stubborn.attemptId(), executor, harness.success(stubborn, 0, List.of()), MetricValues.ZERO));

        assertThat(harness.all(SchedulerCommand.DropMapOutput.class))
                .containsExactly(new SchedulerCommand.DropMapOutput(executor, 0, 0, stubborn.attemptId()));
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void noPatienceAtAllIsOneStepAfterTheOtherAtOnce() {
        SchedulingPolicy policy = SchedulingPolicy.DEFAULT;
        SchedulerHarness strict = new SchedulerHarness(new SchedulingPolicy(
                policy.mode(),
                policy.pools(),
                policy.localityWait(),
                policy.speculation(),
                Duration.ZERO,
                Duration.ZERO,
                policy.executorWait(),
                policy.maxResultBytes()));
        strict.addExecutor(1);
        int job = strict.collect(SimNode.source(0, 1));
        strict.cancel(job);

        strict.pass(Duration.ZERO);

        assertThat(strict.all(SchedulerCommand.ReplaceSlot.class)).hasSize(1);
        assertThat(strict.tables().isIdle()).isTrue();
    }

    @Test
    void attemptsOfAJobThatWantsItAreInterruptedAtOnce() {
        JobProperties impatient = new JobProperties(null, "", Set.of(), true, null, Map.of());
        int job = harness.collect(SimNode.source(0, 1), impatient);
        long attempt = harness.result(job, 0).attemptId();

        harness.cancel(job);

        assertThat(stops())
                .containsExactly(
                        new SchedulerCommand.Kill(executor, attempt, "job 0 was cancelled: no longer wanted", true));
        harness.pass(LAST);
        assertThat(harness.all(SchedulerCommand.ReplaceSlot.class)).hasSize(1);
    }

    @Nested
    class Deadlines {

        private JobProperties within(Duration deadline) {
            return new JobProperties(null, "", Set.of(), false, deadline, Map.of());
        }

        @Test
        void cancelAJobThatTakesLonger() {
            int job = harness.collect(SimNode.source(0, 1), within(Duration.ofSeconds(10)));

            harness.pass(Duration.ofSeconds(10).minusNanos(1));
            assertThat(harness.hasEnded(job)).isFalse();
            harness.pass(Duration.ofNanos(1));

            JobOutcome.Cancelled outcome = (JobOutcome.Cancelled) harness.outcome(job);
            assertThat(outcome.reason()).isEqualTo("its deadline of PT10S has passed");
            assertThat(outcome.report().duration()).isEqualTo(Duration.ofSeconds(10));
            assertThat(harness.all(SchedulerCommand.Kill.class)).hasSize(1);
        }

        @Test
        void countFromTheSubmissionAlsoWithoutASlot() {
            harness.collect(SimNode.source(0, 1));
            int waiting = harness.collect(SimNode.source(1, 1), within(Duration.ofSeconds(10)));

            harness.pass(Duration.ofSeconds(10));

            assertThat(harness.outcome(waiting)).isInstanceOf(JobOutcome.Cancelled.class);
        }

        @Test
        void ofEndedJobsDisturbNobody() {
            int job = harness.collect(SimNode.source(0, 1), within(Duration.ofSeconds(10)));
            harness.succeedAll();

            harness.pass(Duration.ofHours(1));

            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
            assertThat(harness.all(SchedulerCommand.WakeAt.class)).hasSize(1);
        }

        @Test
        void areMetInTheirOrder() {
            int late = harness.collect(SimNode.source(0, 1), within(Duration.ofSeconds(20)));
            int soon = harness.collect(SimNode.source(1, 1), within(Duration.ofSeconds(10)));
            int alsoSoon = harness.collect(SimNode.source(2, 1), within(Duration.ofSeconds(10)));

            harness.pass(Duration.ofSeconds(10));
            assertThat(List.of(harness.hasEnded(late), harness.hasEnded(soon), harness.hasEnded(alsoSoon)))
                    .containsExactly(false, true, true);
            harness.pass(Duration.ofSeconds(10));

            assertThat(harness.hasEnded(late)).isTrue();
        }

        @Test
        void ofNoTimeOrEndlessTimeAreTakenAsTheyAre() {
            int never = harness.collect(SimNode.source(0, 1), within(Duration.ofSeconds(Long.MAX_VALUE)));
            int atOnce = harness.collect(SimNode.source(1, 1), within(Duration.ZERO));

            harness.pass(Duration.ZERO);

            assertThat(harness.outcome(atOnce)).isInstanceOf(JobOutcome.Cancelled.class);
            assertThat(harness.hasEnded(never)).isFalse();
        }
    }
}

package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.memory.MetricValues;
import dev.favilla.scheduler.EngineEvent;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.JobProperties;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
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

    private final Rig rig = new Rig(RetryPolicy.LOCAL);
    private final ExecutorId executor = rig.addExecutor(1);

    private List<SchedulerCommand> stops() {
        return rig.said.stream()
                .filter(command ->
                        command instanceof SchedulerCommand.Kill || command instanceof SchedulerCommand.ReplaceSlot)
                .toList();
    }

    private void killByHand(TaskSpec task) {
        rig.tell(new SchedulerEvent.AttemptUnwanted(task.attemptId(), "stopped by hand"));
    }

    @Test
    void anAttemptKilledByHandIsRunAgainWithoutCounting() { // behaviour 266
        int job = rig.collect(SimNode.source(0, 1)); // one failure would end it

        for (int i = 0; i < 200; i++) {
            TaskSpec task = rig.result(job, 0);
            killByHand(task);
            rig.end(task, new TaskOutcome.Killed("stopped by hand"));
        }
        rig.succeedAll();

        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(rig.outcome(job).report().stages().get(0).failures()).isZero();
    }

    @Test
    void anAttemptKilledByHandIsRunAgainEvenIfItEndsOtherwise() { // behaviour 266
        int job = rig.collect(SimNode.source(0, 1));
        TaskSpec task = rig.result(job, 0);
        killByHand(task);

        rig.fail(task);

        assertThat(rig.hasEnded(job)).isFalse();
        rig.succeedAll();
        assertThat(rig.outcome(job).report().stages().get(0).failures()).isZero();
    }

    @Test
    void anAttemptKilledByHandThatIsDoneAlreadyCounts() {
        int job = rig.collect(SimNode.source(0, 1));
        TaskSpec task = rig.result(job, 0);
        killByHand(task);

        rig.succeed(task);

        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void killingWhatIsUnknownIsIgnored() {
        rig.tell(new SchedulerEvent.AttemptUnwanted(77, "stopped by hand"));

        assertThat(stops()).isEmpty();
    }

    @Test
    void anAttemptThatGoesOnIsInterruptedAndThenLosesItsSlot() {
        int job = rig.collect(SimNode.source(0, 1));
        long stubborn = rig.result(job, 0).attemptId();
        rig.cancel(job);
        String reason = "job 0 was cancelled: no longer wanted";
        assertThat(stops()).containsExactly(new SchedulerCommand.Kill(executor, stubborn, reason, false));

        rig.pass(POLITE);
        assertThat(stops()).hasSize(2).endsWith(new SchedulerCommand.Kill(executor, stubborn, reason, true));
        rig.pass(LAST.minusMillis(1));
        assertThat(stops()).hasSize(2);
        rig.pass(Duration.ofMillis(1));

        assertThat(stops()).hasSize(3).endsWith(new SchedulerCommand.ReplaceSlot(executor, stubborn));
        assertThat(rig.tables().isIdle()).isTrue();
    }

    @Test
    void anAttemptThatStopsInTimeKeepsItsSlot() {
        int job = rig.collect(SimNode.source(0, 1));
        TaskSpec task = rig.result(job, 0);
        rig.cancel(job);
        rig.pass(POLITE);

        rig.end(task, new TaskOutcome.Killed("cancelled"));
        rig.pass(Duration.ofHours(1));

        assertThat(rig.all(SchedulerCommand.ReplaceSlot.class)).isEmpty();
        assertThat(rig.all(SchedulerCommand.Kill.class)).hasSize(2);
    }

    @Test
    void theNewSlotIsUsedAndTheLateEndIgnored() {
        int job = rig.collect(SimNode.source(0, 1));
        TaskSpec stubborn = rig.result(job, 0);
        rig.start(stubborn);
        killByHand(stubborn);
        rig.pass(POLITE.plus(LAST));
        TaskSpec next = rig.result(job, 0);
        assertThat(next).isNotEqualTo(stubborn);
        assertThat(rig.published(EngineEvent.TaskEnded.class))
                .singleElement()
                .extracting(EngineEvent.TaskEnded::outcome)
                .isEqualTo(new TaskOutcome.Killed("stopped by hand; it ignored that, and its slot was given up"));

        rig.tell(new SchedulerEvent.AttemptEnded(
                stubborn.attemptId(), executor, rig.success(stubborn, 0, List.of()), MetricValues.ZERO));

        assertThat(rig.hasEnded(job)).isFalse();
        assertThat(rig.running()).containsExactly(next);
        assertThat(rig.published(EngineEvent.TaskEnded.class)).hasSize(1);
        rig.succeed(next);
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void whatALateEndLeavesIsDropped() {
        int job = rig.collect(SimNode.shuffled(1, 1, SimNode.shuffle(0, SimNode.source(0, 1), 1)));
        TaskSpec stubborn = rig.map(0, 0);
        killByHand(stubborn);
        rig.pass(POLITE.plus(LAST));

        rig.tell(new SchedulerEvent.AttemptEnded(
                stubborn.attemptId(), executor, rig.success(stubborn, 0, List.of()), MetricValues.ZERO));

        assertThat(rig.all(SchedulerCommand.DropMapOutput.class))
                .containsExactly(new SchedulerCommand.DropMapOutput(executor, 0, 0, stubborn.attemptId()));
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void noPatienceAtAllIsOneStepAfterTheOtherAtOnce() {
        SchedulingPolicy policy = SchedulingPolicy.DEFAULT;
        Rig strict = new Rig(new SchedulingPolicy(
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
    void attemptsOfAJobThatWantsItAreInterruptedAtOnce() { // behaviour 262
        JobProperties impatient = new JobProperties(null, "", Set.of(), true, null, Map.of());
        int job = rig.collect(SimNode.source(0, 1), impatient);
        long attempt = rig.result(job, 0).attemptId();

        rig.cancel(job);

        assertThat(stops())
                .containsExactly(
                        new SchedulerCommand.Kill(executor, attempt, "job 0 was cancelled: no longer wanted", true));
        rig.pass(LAST);
        assertThat(rig.all(SchedulerCommand.ReplaceSlot.class)).hasSize(1);
    }

    @Nested
    class Deadlines {

        private JobProperties within(Duration deadline) {
            return new JobProperties(null, "", Set.of(), false, deadline, Map.of());
        }

        @Test
        void cancelAJobThatTakesLonger() {
            int job = rig.collect(SimNode.source(0, 1), within(Duration.ofSeconds(10)));

            rig.pass(Duration.ofSeconds(10).minusNanos(1));
            assertThat(rig.hasEnded(job)).isFalse();
            rig.pass(Duration.ofNanos(1));

            JobOutcome.Cancelled outcome = (JobOutcome.Cancelled) rig.outcome(job);
            assertThat(outcome.reason()).isEqualTo("its deadline of PT10S has passed");
            assertThat(outcome.report().duration()).isEqualTo(Duration.ofSeconds(10));
            assertThat(rig.all(SchedulerCommand.Kill.class)).hasSize(1);
        }

        @Test
        void countFromTheSubmissionAlsoWithoutASlot() {
            rig.collect(SimNode.source(0, 1));
            int waiting = rig.collect(SimNode.source(1, 1), within(Duration.ofSeconds(10)));

            rig.pass(Duration.ofSeconds(10));

            assertThat(rig.outcome(waiting)).isInstanceOf(JobOutcome.Cancelled.class);
        }

        @Test
        void ofEndedJobsDisturbNobody() {
            int job = rig.collect(SimNode.source(0, 1), within(Duration.ofSeconds(10)));
            rig.succeedAll();

            rig.pass(Duration.ofHours(1));

            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
            assertThat(rig.all(SchedulerCommand.WakeAt.class)).hasSize(1);
        }

        @Test
        void areMetInTheirOrder() {
            int late = rig.collect(SimNode.source(0, 1), within(Duration.ofSeconds(20)));
            int soon = rig.collect(SimNode.source(1, 1), within(Duration.ofSeconds(10)));
            int alsoSoon = rig.collect(SimNode.source(2, 1), within(Duration.ofSeconds(10)));

            rig.pass(Duration.ofSeconds(10));
            assertThat(List.of(rig.hasEnded(late), rig.hasEnded(soon), rig.hasEnded(alsoSoon)))
                    .containsExactly(false, true, true);
            rig.pass(Duration.ofSeconds(10));

            assertThat(rig.hasEnded(late)).isTrue();
        }

        @Test
        void ofNoTimeOrEndlessTimeAreTakenAsTheyAre() {
            int never = rig.collect(SimNode.source(0, 1), within(Duration.ofSeconds(Long.MAX_VALUE)));
            int atOnce = rig.collect(SimNode.source(1, 1), within(Duration.ZERO));

            rig.pass(Duration.ZERO);

            assertThat(rig.outcome(atOnce)).isInstanceOf(JobOutcome.Cancelled.class);
            assertThat(rig.hasEnded(never)).isFalse();
        }
    }
}

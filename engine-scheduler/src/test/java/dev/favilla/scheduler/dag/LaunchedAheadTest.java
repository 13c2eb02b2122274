package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.SpeculationPolicy;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.status.JobReport.StageReport;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Short tasks that are handed to an executor while all its slots are busy, and those that are asked back. */
class LaunchedAheadTest {

    private static final Duration BRIEF = Duration.ofNanos(10_000);
    private static final Duration LONG = Duration.ofSeconds(1);
    private static final int AHEAD = 4;

    private final SchedulerHarness harness = new SchedulerHarness();
    private final ExecutorId executor = harness.addExecutor("first", 1, AHEAD);

    private int collect(int tasks) {
        return harness.collect(SimNode.source(0, tasks));
    }

    private void endFirst(int times, Duration after) {
        for (int i = 0; i < times; i++) {
            harness.succeedAfter(after, harness.running().get(0));
        }
    }

    private List<Long> asked() {
        return harness.all(SchedulerCommand.Withdraw.class).stream()
                .map(SchedulerCommand.Withdraw::attemptId)
                .toList();
    }

    /** Returns the attempts that wait: all but the oldest. */
    private List<TaskSpec> waiting() {
        return harness.running().subList(1, harness.running().size());
    }

    private static List<Long> ids(List<TaskSpec> tasks) {
        return tasks.stream().map(TaskSpec::attemptId).toList();
    }

    @Nested
    class Handing {

        @Test
        void tasksWaitForTheSlotOnceThreeInARowWereShort() {
            collect(20);

            endFirst(2, BRIEF);
            assertThat(harness.running()).hasSize(1);
            endFirst(1, BRIEF);

            assertThat(harness.running()).hasSize(1 + AHEAD);
        }

        @Test
        void longTasksComeOneByOne() {
            collect(20);

            endFirst(10, LONG);

            assertThat(harness.running()).hasSize(1);
        }

        @Test
        void noneFollowsALongOne() {
            collect(20);
            endFirst(3, BRIEF);

            endFirst(1, LONG);

            assertThat(harness.running()).hasSize(AHEAD);
        }

        @Test
        void aFailureCountsAsALongOne() {
            collect(20);
            endFirst(3, BRIEF);

            harness.fail(harness.running().get(0));

            assertThat(harness.running()).hasSize(AHEAD);
        }

        @Test
        void nobodyIsHandedSeveralWhereSlowTasksAreLookedFor() {
            SpeculationPolicy looking = new SpeculationPolicy(true, Duration.ofMillis(100), 1.5, 0.75, Duration.ZERO);
            SchedulerHarness other = new SchedulerHarness(SchedulingPolicy.DEFAULT.withSpeculation(looking));
            other.addExecutor("first", 1, AHEAD);
            other.collect(SimNode.source(0, 20));

            for (int i = 0; i < 5; i++) {
                other.succeedAfter(BRIEF, other.running().get(0));
            }

            assertThat(other.running()).hasSize(1);
        }

        @Test
        void theStatusShowsWhatHasASlot() {
            collect(20);
            endFirst(3, BRIEF);

            assertThat(harness.status().executors()).containsExactly(new ExecutorStatus(executor, 1, 1, false));
            assertThat(harness.status().stages()).allMatch(stage -> stage.active() == 1);
        }
    }

    @Nested
    class AskingBack {

        @Test
        void whatWaitsIsAskedBackOnceAnotherJobWantsSlots() {
            collect(20);
            endFirst(3, BRIEF);
            List<Long> waiting = ids(waiting());

            harness.collect(SimNode.source(1, 1));

            assertThat(asked()).containsExactlyElementsOf(waiting);
        }

        @Test
        void whatWaitsIsAskedBackOnceAnotherExecutorHasAFreeSlot() {
            collect(1 + 3 + AHEAD);
            endFirst(3, BRIEF);
            List<TaskSpec> waiting = List.copyOf(waiting());

            ExecutorId second = harness.addExecutor("second", 1);
            assertThat(asked()).containsExactlyElementsOf(ids(waiting));
            harness.giveBack(waiting.get(0));

            TaskSpec moved = harness.running().get(harness.running().size() - 1);
            assertThat(moved.partition()).isEqualTo(waiting.get(0).partition());
            assertThat(harness.executorOf(moved)).isEqualTo(second);
        }

        @Test
        void whatWaitsIsAskedBackOnceItsExecutorIsToGo() {
            collect(20);
            endFirst(3, BRIEF);
            List<Long> waiting = ids(waiting());

            harness.drain(executor);

            assertThat(asked()).containsExactlyElementsOf(waiting);
        }

        @Test
        void nothingIsAskedBackWhileNobodyElseWantsASlot() {
            int job = collect(50);

            endFirst(50, BRIEF);

            assertThat(asked()).isEmpty();
            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void whatIsGivenBackIsLaunchedAgainAsIfForTheFirstTime() {
            int job = collect(10);
            endFirst(3, BRIEF);
            List<TaskSpec> waiting = List.copyOf(waiting());
            harness.collect(SimNode.source(1, 1));

            waiting.forEach(harness::giveBack);
            harness.succeedAll();

            assertThat(harness.launched())
                    .filteredOn(task -> task.jobId() == job)
                    .allMatch(task -> task.attemptNumber() == 0)
                    .hasSize(10 + AHEAD);
            StageReport report = harness.outcome(job).report().stages().get(0);
            assertThat(report.attempts()).isEqualTo(10);
            assertThat(report.failures()).isZero();
        }

        @Test
        void whatHasBegunMeanwhileCounts() {
            int job = collect(10);
            endFirst(3, BRIEF);
            harness.collect(SimNode.source(1, 1));

            harness.succeedAll();

            assertThat(harness.launched())
                    .filteredOn(task -> task.jobId() == job)
                    .hasSize(10);
        }

        @Test
        void whatIsGivenBackTwiceOrByNobodyKnownIsIgnored() {
            collect(10);
            endFirst(3, BRIEF);
            harness.collect(SimNode.source(1, 1));
            TaskSpec given = waiting().get(0);
            harness.giveBack(given);
            int launched = harness.launched().size();

            harness.tell(new SchedulerEvent.AttemptWithdrawn(given.attemptId(), executor));
            harness.tell(new SchedulerEvent.AttemptWithdrawn(1_000, executor));

            assertThat(harness.launched()).hasSize(launched);
        }
    }
}

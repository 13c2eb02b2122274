package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobOutcome;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.status.JobReport.StageReport;
import dev.favilla.task.TaskOutcome;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class LostInputsTest {

    private final ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 2);
    private final SimNode reduced = SimNode.shuffled(1, 2, shuffle);

    private static TaskOutcome lost(TaskSpec reader, int shuffleId, int map) {
        long attempt = reader.inputs().get(shuffleId).outputs().get(map).attemptId();
        return new TaskOutcome.FetchFailed(shuffleId, map, attempt, "block is gone");
    }

    /** A job whose map stage is done. */
    private static int mapped(SchedulerHarness harness, SimNode target) {
        int job = harness.collect(target);
        harness.succeed(harness.map(0, 0));
        harness.succeed(harness.map(0, 1));
        return job;
    }

    @Test
    void onlyTheLostMapPartitionRunsAgain() {
        SchedulerHarness harness = SchedulerHarness.with(2);
        int job = mapped(harness, reduced);

        harness.end(harness.result(job, 0), lost(harness.result(job, 0), 0, 1));

        assertThat(harness.map(0, 1).stageAttempt()).isEqualTo(1);
        assertThat(harness.launchesOf(0)).isEqualTo(3);
        assertThat(harness.all(SchedulerCommand.DropMapOutput.class)).hasSize(1);
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(harness.outcome(job).report().stages())
                .extracting(StageReport::reruns)
                .containsExactly(1, 1);
    }

    @Test
    void severalInOneAttemptCauseOneResubmission() {
        SchedulerHarness harness = SchedulerHarness.with(2);
        int job = mapped(harness, reduced);
        TaskSpec first = harness.result(job, 0);
        TaskSpec second = harness.result(job, 1);

        harness.end(first, lost(first, 0, 0));
        harness.end(second, lost(second, 0, 0));
        harness.succeedAll();

        assertThat(harness.published(EngineEvent.StageCompleted.class).stream()
                        .filter(event -> event.failure().equals("block is gone")))
                .hasSize(1);
        assertThat(harness.published(EngineEvent.StageSubmitted.class)).hasSize(4);
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void aFailureToFetchAnOutputReplacedSinceMeansNothingToTheNewOne() {
        SchedulerHarness harness = SchedulerHarness.with(3);
        int job = mapped(harness, reduced);
        TaskSpec first = harness.result(job, 0);
        TaskSpec late = harness.result(job, 1);
        harness.end(first, lost(first, 0, 0));
        harness.succeed(harness.map(0, 0));

        harness.end(late, lost(late, 0, 0));

        assertThat(harness.tracker.isComplete(0)).isTrue();
        assertThat(harness.launchesOf(0)).isEqualTo(3);
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void whatAnOlderAttemptFinishesCounts() {
        SchedulerHarness harness = SchedulerHarness.with(2);
        int job = mapped(harness, reduced);
        TaskSpec first = harness.result(job, 0);
        TaskSpec older = harness.result(job, 1);
        harness.end(first, lost(first, 0, 0));

        harness.succeed(older);
        harness.succeed(harness.map(0, 0));

        assertThat(harness.running()).containsExactly(harness.result(job, 0));
        assertThat(harness.result(job, 0).stageAttempt()).isEqualTo(1);
        harness.succeedAll();
        assertThat(((JobOutcome.Staged) harness.outcome(job)).staged()).containsExactly("result 0", "result 1");
    }

    @Test
    void aStageHasOneLiveTaskSetWhateverLateAttemptsSay() {
        SchedulerHarness harness = SchedulerHarness.with(4);
        int job = mapped(harness, reduced);
        TaskSpec first = harness.result(job, 0);
        TaskSpec late = harness.result(job, 1);
        harness.end(first, lost(first, 0, 0));
        harness.succeed(harness.map(0, 0));
        assertThat(harness.tables().taskSets()).isEqualTo(1);

        harness.end(late, lost(late, 0, 0)); // the output that was replaced since

        assertThat(harness.tables().taskSets()).isEqualTo(1);
        assertThat(harness.running()).extracting(TaskSpec::stageAttempt).containsOnly(1);
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void anAttemptWhosePartitionAnOlderOneFinishedIsKilled() {
        SchedulerHarness harness = SchedulerHarness.with(3);
        int job = mapped(harness, reduced);
        TaskSpec first = harness.result(job, 0);
        TaskSpec older = harness.result(job, 1);
        harness.end(first, lost(first, 0, 0));
        harness.succeed(harness.map(0, 0));
        TaskSpec newer = harness.result(job, 1);
        assertThat(newer.stageAttempt()).isEqualTo(1);

        harness.succeed(older);

        assertThat(harness.all(SchedulerCommand.Kill.class))
                .extracting(SchedulerCommand.Kill::attemptId)
                .containsExactly(newer.attemptId());
    }

    @Test
    void cancellingKillsAttemptsOfOlderRunsToo() {
        SchedulerHarness harness = SchedulerHarness.with(2);
        int job = mapped(harness, reduced);
        TaskSpec first = harness.result(job, 0);
        TaskSpec older = harness.result(job, 1);
        harness.end(first, lost(first, 0, 0));

        harness.cancel(job);

        assertThat(harness.all(SchedulerCommand.Kill.class))
                .extracting(SchedulerCommand.Kill::attemptId)
                .contains(older.attemptId());
    }

    @Test
    void lossesTwoShufflesBackRunBothStagesInOrder() {
        SchedulerHarness harness = new SchedulerHarness();
        ExecutorId executor = harness.addExecutor(2);
        SimNode twice = SimNode.shuffled(2, 1, SimNode.shuffle(1, reduced, 1));
        int job = mapped(harness, twice);
        harness.succeed(harness.map(1, 0));
        harness.succeed(harness.map(1, 1));

        harness.lose(executor);
        harness.addExecutor(2);
        TaskSpec result = harness.result(job, 0); // a running consumer is not stopped: it finds out
        harness.end(result, lost(result, 1, 0));

        assertThat(harness.running()).containsExactly(harness.map(0, 0), harness.map(0, 1));
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(harness.launchesOf(0)).isEqualTo(4);
        assertThat(harness.launchesOf(1)).isEqualTo(4);
    }

    @Nested
    class Limits {

        @Test
        void ofConsecutiveFruitlessAttemptsEndTheJob() {
            SchedulerHarness harness = new SchedulerHarness(new RetryPolicy(3, 2, 50));
            harness.addExecutor(2);
            int job = mapped(harness, reduced);

            harness.end(harness.result(job, 0), lost(harness.result(job, 0), 0, 0));
            harness.succeed(harness.map(0, 0));
            harness.end(harness.result(job, 0), lost(harness.result(job, 0), 0, 0));

            assertThat(((JobOutcome.Failed) harness.outcome(job)).failure().describe())
                    .contains(
                            "2 consecutive attempts", "favilla.stage.maxConsecutiveAttempts", "block is gone", "raise");
        }

        @Test
        void areNotReachedWhileEachAttemptFinishesAPartition() {
            SchedulerHarness harness = new SchedulerHarness(new RetryPolicy(3, 2, 50));
            harness.addExecutor(1);
            int job = mapped(harness, SimNode.shuffled(1, 4, SimNode.shuffle(0, SimNode.source(0, 2), 4)));

            for (int partition = 0; partition < 3; partition++) {
                harness.succeed(harness.result(job, partition));
                harness.end(harness.result(job, partition + 1), lost(harness.result(job, partition + 1), 0, 0));
                harness.succeed(harness.map(0, 0));
            }
            harness.succeedAll();

            assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void ofAllAttemptsEndTheJob() {
            SchedulerHarness harness = new SchedulerHarness(new RetryPolicy(3, 10, 2));
            harness.addExecutor(2);
            int job = mapped(harness, reduced);

            for (int i = 0; i < 2; i++) {
                harness.end(harness.result(job, 0), lost(harness.result(job, 0), 0, 0));
                if (!harness.hasEnded(job)) {
                    harness.succeed(harness.map(0, 0));
                }
            }

            assertThat(((JobOutcome.Failed) harness.outcome(job)).failure().describe())
                    .contains("favilla.stage.maxAttempts is 2");
        }
    }
}

package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.EngineEvent;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.JobReport.StageReport;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
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
    private static int mapped(Rig rig, SimNode target) {
        int job = rig.collect(target);
        rig.succeed(rig.map(0, 0));
        rig.succeed(rig.map(0, 1));
        return job;
    }

    @Test
    void onlyTheLostMapPartitionRunsAgain() { // behaviour 127 turned around
        Rig rig = Rig.with(2);
        int job = mapped(rig, reduced);

        rig.end(rig.result(job, 0), lost(rig.result(job, 0), 0, 1));

        assertThat(rig.map(0, 1).stageAttempt()).isEqualTo(1);
        assertThat(rig.launchesOf(0)).isEqualTo(3);
        assertThat(rig.all(SchedulerCommand.DropMapOutput.class)).hasSize(1);
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(rig.outcome(job).report().stages())
                .extracting(StageReport::reruns)
                .containsExactly(1, 1);
    }

    @Test
    void severalInOneAttemptCauseOneResubmission() { // behaviour 181
        Rig rig = Rig.with(2);
        int job = mapped(rig, reduced);
        TaskSpec first = rig.result(job, 0);
        TaskSpec second = rig.result(job, 1);

        rig.end(first, lost(first, 0, 0));
        rig.end(second, lost(second, 0, 0));
        rig.succeedAll();

        assertThat(rig.published(EngineEvent.StageCompleted.class).stream()
                        .filter(event -> event.failure().equals("block is gone")))
                .hasSize(1);
        assertThat(rig.published(EngineEvent.StageSubmitted.class)).hasSize(4);
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void aFailureToFetchAnOutputReplacedSinceMeansNothingToTheNewOne() { // behaviour 182
        Rig rig = Rig.with(3);
        int job = mapped(rig, reduced);
        TaskSpec first = rig.result(job, 0);
        TaskSpec late = rig.result(job, 1);
        rig.end(first, lost(first, 0, 0));
        rig.succeed(rig.map(0, 0));

        rig.end(late, lost(late, 0, 0));

        assertThat(rig.tracker.isComplete(0)).isTrue();
        assertThat(rig.launchesOf(0)).isEqualTo(3);
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void whatAnOlderAttemptFinishesCounts() { // behaviours 198, 228
        Rig rig = Rig.with(2);
        int job = mapped(rig, reduced);
        TaskSpec first = rig.result(job, 0);
        TaskSpec older = rig.result(job, 1);
        rig.end(first, lost(first, 0, 0));

        rig.succeed(older);
        rig.succeed(rig.map(0, 0));

        assertThat(rig.running()).containsExactly(rig.result(job, 0));
        assertThat(rig.result(job, 0).stageAttempt()).isEqualTo(1);
        rig.succeedAll();
        assertThat(((JobOutcome.Staged) rig.outcome(job)).staged()).containsExactly("result 0", "result 1");
    }

    @Test
    void aStageHasOneLiveTaskSetWhateverLateAttemptsSay() { // behaviour 203
        Rig rig = Rig.with(4);
        int job = mapped(rig, reduced);
        TaskSpec first = rig.result(job, 0);
        TaskSpec late = rig.result(job, 1);
        rig.end(first, lost(first, 0, 0));
        rig.succeed(rig.map(0, 0));
        assertThat(rig.tables().taskSets()).isEqualTo(1);

        rig.end(late, lost(late, 0, 0)); // the output that was replaced since

        assertThat(rig.tables().taskSets()).isEqualTo(1);
        assertThat(rig.running()).extracting(TaskSpec::stageAttempt).containsOnly(1);
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void anAttemptWhosePartitionAnOlderOneFinishedIsKilled() { // behaviour 269
        Rig rig = Rig.with(3);
        int job = mapped(rig, reduced);
        TaskSpec first = rig.result(job, 0);
        TaskSpec older = rig.result(job, 1);
        rig.end(first, lost(first, 0, 0));
        rig.succeed(rig.map(0, 0));
        TaskSpec newer = rig.result(job, 1);
        assertThat(newer.stageAttempt()).isEqualTo(1);

        rig.succeed(older);

        assertThat(rig.all(SchedulerCommand.Kill.class))
                .extracting(SchedulerCommand.Kill::attemptId)
                .containsExactly(newer.attemptId());
    }

    @Test
    void cancellingKillsAttemptsOfOlderRunsToo() { // behaviour 193
        Rig rig = Rig.with(2);
        int job = mapped(rig, reduced);
        TaskSpec first = rig.result(job, 0);
        TaskSpec older = rig.result(job, 1);
        rig.end(first, lost(first, 0, 0));

        rig.cancel(job);

        assertThat(rig.all(SchedulerCommand.Kill.class))
                .extracting(SchedulerCommand.Kill::attemptId)
                .contains(older.attemptId());
    }

    @Test
    void lossesTwoShufflesBackRunBothStagesInOrder() { // behaviour 189
        Rig rig = new Rig();
        ExecutorId executor = rig.addExecutor(2);
        SimNode twice = SimNode.shuffled(2, 1, SimNode.shuffle(1, reduced, 1));
        int job = mapped(rig, twice);
        rig.succeed(rig.map(1, 0));
        rig.succeed(rig.map(1, 1));

        rig.lose(executor);
        rig.addExecutor(2);
        TaskSpec result = rig.result(job, 0); // a running consumer is not stopped: it finds out
        rig.end(result, lost(result, 1, 0));

        assertThat(rig.running()).containsExactly(rig.map(0, 0), rig.map(0, 1));
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(rig.launchesOf(0)).isEqualTo(4);
        assertThat(rig.launchesOf(1)).isEqualTo(4);
    }

    @Nested
    class Limits {

        @Test
        void ofConsecutiveFruitlessAttemptsEndTheJob() {
            Rig rig = new Rig(new RetryPolicy(3, 2, 50));
            rig.addExecutor(2);
            int job = mapped(rig, reduced);

            rig.end(rig.result(job, 0), lost(rig.result(job, 0), 0, 0));
            rig.succeed(rig.map(0, 0));
            rig.end(rig.result(job, 0), lost(rig.result(job, 0), 0, 0));

            assertThat(((JobOutcome.Failed) rig.outcome(job)).failure().describe())
                    .contains(
                            "2 consecutive attempts", "favilla.stage.maxConsecutiveAttempts", "block is gone", "raise");
        }

        @Test
        void areNotReachedWhileEachAttemptFinishesAPartition() { // behaviours 180, 202
            Rig rig = new Rig(new RetryPolicy(3, 2, 50));
            rig.addExecutor(1);
            int job = mapped(rig, SimNode.shuffled(1, 4, SimNode.shuffle(0, SimNode.source(0, 2), 4)));

            for (int partition = 0; partition < 3; partition++) {
                rig.succeed(rig.result(job, partition));
                rig.end(rig.result(job, partition + 1), lost(rig.result(job, partition + 1), 0, 0));
                rig.succeed(rig.map(0, 0));
            }
            rig.succeedAll();

            assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        }

        @Test
        void ofAllAttemptsEndTheJob() { // behaviour 208
            Rig rig = new Rig(new RetryPolicy(3, 10, 2));
            rig.addExecutor(2);
            int job = mapped(rig, reduced);

            for (int i = 0; i < 2; i++) {
                rig.end(rig.result(job, 0), lost(rig.result(job, 0), 0, 0));
                if (!rig.hasEnded(job)) {
                    rig.succeed(rig.map(0, 0));
                }
            }

            assertThat(((JobOutcome.Failed) rig.outcome(job)).failure().describe())
                    .contains("favilla.stage.maxAttempts is 2");
        }
    }
}

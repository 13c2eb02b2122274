package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.job.JobOutcome;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.storage.BlockId;
import dev.favilla.task.TaskOutcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What happens when a map task that runs again leaves something else than before. */
class RollbackTest {

    private static final long OTHER = 99;

    private final ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 2);
    private final SimNode reduced = SimNode.shuffled(1, 2, shuffle);
    private final SchedulerHarness harness = new SchedulerHarness();

    private static TaskOutcome lost(TaskSpec reader, int shuffleId, int map) {
        long attempt = reader.inputs().get(shuffleId).outputs().get(map).attemptId();
        return new TaskOutcome.FetchFailed(shuffleId, map, attempt, "block is gone");
    }

    private int mapped(SimNode target, SimAction action, Integer... persisted) {
        int job = harness.submit(target, action, persisted);
        harness.succeed(harness.map(0, 0));
        harness.succeed(harness.map(0, 1));
        return job;
    }

    @Test
    void stagedResultsAreComputedAgain() {
        harness.addExecutor(2);
        int job = mapped(reduced, SimAction.COLLECT);
        harness.succeed(harness.result(job, 0));
        harness.end(harness.result(job, 1), lost(harness.result(job, 1), 0, 0));

        harness.succeed(harness.map(0, 0), OTHER);

        assertThat(harness.result(job, 0).generations()).containsEntry(0, 1L);
        assertThat(harness.result(job, 1).inputs().get(0).generation()).isEqualTo(1);
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(harness.all(SchedulerCommand.ApplyAccumulators.class).stream()
                        .mapToInt(apply -> apply.updates().size())
                        .sum())
                .isEqualTo(3 + 2); // each map output once, each result once
    }

    @Test
    void whoAsksForStagedResultsIsToldNoneThatWasTakenBack() {
        harness.addExecutor(2);
        int job = mapped(reduced, SimAction.COLLECT);
        assertThat(harness.staged(job)).contains(List.of());
        harness.succeed(harness.result(job, 1));
        assertThat(harness.staged(job)).contains(List.of("result 1"));
        harness.end(harness.result(job, 0), lost(harness.result(job, 0), 0, 0));
        assertThat(harness.staged(job)).contains(List.of("result 1"));

        harness.succeed(harness.map(0, 0), OTHER);

        assertThat(harness.staged(job)).contains(List.of());
        harness.succeed(harness.result(job, 0));
        assertThat(harness.staged(job)).contains(List.of("result 0"));
        harness.succeedAll();
        assertThat(harness.staged(job)).isEmpty();
    }

    @Test
    void theSameContentsChangeNothing() {
        harness.addExecutor(2);
        int job = mapped(reduced, SimAction.COLLECT);
        harness.succeed(harness.result(job, 0));
        harness.end(harness.result(job, 1), lost(harness.result(job, 1), 0, 0));

        harness.succeed(harness.map(0, 0));

        assertThat(harness.running()).containsExactly(harness.result(job, 1));
        assertThat(harness.tracker.generation(0)).isZero();
    }

    @Test
    void aSuccessFromTheOldGenerationDoesNotCount() {
        harness.addExecutor(3);
        int job = mapped(reduced, SimAction.COLLECT);
        TaskSpec old = harness.result(job, 0);
        harness.end(harness.result(job, 1), lost(harness.result(job, 1), 0, 0));
        harness.succeed(harness.map(0, 0), OTHER);
        assertThat(harness.all(SchedulerCommand.Kill.class))
                .extracting(SchedulerCommand.Kill::attemptId)
                .containsExactly(old.attemptId());

        harness.succeed(old);
        harness.succeed(harness.result(job, 1));

        assertThat(harness.hasEnded(job)).isFalse();
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void shufflesComputedFromItAreDroppedAlsoIdleOnes() {
        ExecutorId executor = harness.addExecutor(4);
        SimNode twice = SimNode.shuffled(2, 1, SimNode.shuffle(1, reduced, 1));
        SimNode thrice = SimNode.shuffled(3, 1, SimNode.shuffle(2, twice, 1));
        harness.collect(thrice);
        harness.succeedAll();

        // another job, which uses the first shuffle only, finds one of its outputs lost and gets another
        int job = harness.collect(reduced);
        TaskSpec reader = harness.result(job, 0);
        harness.end(reader, lost(reader, 0, 1));
        TaskSpec again = harness.map(0, 1);
        harness.succeed(again, OTHER);

        assertThat(harness.tracker.generation(0)).isEqualTo(1);
        assertThat(harness.tracker.generation(1)).isEqualTo(1);
        assertThat(harness.tracker.generation(2)).isEqualTo(1);
        assertThat(harness.tracker.missing(1).cardinality()).isEqualTo(2);
        assertThat(harness.tracker.missing(2).cardinality()).isEqualTo(1);
        assertThat(harness.all(SchedulerCommand.DropMapOutput.class))
                .hasSize(1 + 2 + 1)
                .allMatch(drop -> drop.executor().equals(executor));
    }

    @Test
    void anIrrevocableActionThatHasBegunEndsItsJob() {
        harness.addExecutor(2);
        int job = mapped(reduced, SimAction.FOREACH);
        harness.end(harness.result(job, 0), lost(harness.result(job, 0), 0, 0));

        harness.succeed(harness.map(0, 0), OTHER);

        assertThat(((JobOutcome.Failed) harness.outcome(job)).failure().describe())
                .contains("foreach cannot be taken back", "gave other records", "deterministic");
    }

    @Test
    void anIrrevocableActionThatHasNotBegunGoesOn() {
        ExecutorId executor = harness.addExecutor(1);
        SimNode twice = SimNode.shuffled(2, 1, SimNode.shuffle(1, reduced, 1));
        int job = mapped(twice, SimAction.FOREACH);
        TaskSpec reader = harness.map(1, 0);
        harness.end(reader, lost(reader, 0, 0));

        harness.succeed(harness.map(0, 0), OTHER);
        harness.succeedAll();

        assertThat(harness.tables().executors()).isEqualTo(1);
        assertThat(executor).isNotNull();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void resultsGivenToAMergeStand() {
        harness.addExecutor(2);
        int merging = mapped(reduced, SimAction.REDUCE);
        harness.succeed(harness.result(merging, 0));
        harness.succeed(harness.result(merging, 1));
        TaskSpec merge = harness.running().get(0);
        int other = harness.collect(reduced);
        harness.end(harness.result(other, 0), lost(harness.result(other, 0), 0, 0));
        harness.succeed(harness.map(0, 0), OTHER);

        harness.succeed(merge);

        assertThat(harness.outcome(merging)).isInstanceOf(JobOutcome.Merged.class);
    }

    @Test
    void cachedDatasetsComputedFromItAreDropped() {
        harness.addExecutor(2);
        int job = mapped(reduced, SimAction.COLLECT, 1);
        harness.succeedCaching(harness.result(job, 0), new BlockId(1, 0));
        harness.end(harness.result(job, 1), lost(harness.result(job, 1), 0, 0));

        harness.succeed(harness.map(0, 0), OTHER);

        assertThat(harness.all(SchedulerCommand.DropBlocks.class)).containsExactly(new SchedulerCommand.DropBlocks(1));
    }
}

package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.storage.BlockId;
import org.junit.jupiter.api.Test;

/** What happens when a map task that runs again leaves something else than before: behaviour 207. */
class RollbackTest {

    private static final long OTHER = 99;

    private final ShuffleDependency shuffle = SimNode.shuffle(0, SimNode.source(0, 2), 2);
    private final SimNode reduced = SimNode.shuffled(1, 2, shuffle);
    private final Rig rig = new Rig();

    private static TaskOutcome lost(TaskSpec reader, int shuffleId, int map) {
        long attempt = reader.inputs().get(shuffleId).outputs().get(map).attemptId();
        return new TaskOutcome.FetchFailed(shuffleId, map, attempt, "block is gone");
    }

    private int mapped(SimNode target, SimAction action, Integer... persisted) {
        int job = rig.submit(target, action, persisted);
        rig.succeed(rig.map(0, 0));
        rig.succeed(rig.map(0, 1));
        return job;
    }

    @Test
    void stagedResultsAreComputedAgain() {
        rig.addExecutor(2);
        int job = mapped(reduced, SimAction.COLLECT);
        rig.succeed(rig.result(job, 0));
        rig.end(rig.result(job, 1), lost(rig.result(job, 1), 0, 0));

        rig.succeed(rig.map(0, 0), OTHER);

        assertThat(rig.result(job, 0).generations()).containsEntry(0, 1L);
        assertThat(rig.result(job, 1).inputs().get(0).generation()).isEqualTo(1);
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(rig.all(SchedulerCommand.ApplyAccumulators.class).stream()
                        .mapToInt(apply -> apply.updates().size())
                        .sum())
                .isEqualTo(3 + 2); // each map output once, each result once
    }

    @Test
    void theSameContentsChangeNothing() {
        rig.addExecutor(2);
        int job = mapped(reduced, SimAction.COLLECT);
        rig.succeed(rig.result(job, 0));
        rig.end(rig.result(job, 1), lost(rig.result(job, 1), 0, 0));

        rig.succeed(rig.map(0, 0));

        assertThat(rig.running()).containsExactly(rig.result(job, 1));
        assertThat(rig.tracker.generation(0)).isZero();
    }

    @Test
    void aSuccessFromTheOldGenerationDoesNotCount() {
        rig.addExecutor(3);
        int job = mapped(reduced, SimAction.COLLECT);
        TaskSpec old = rig.result(job, 0);
        rig.end(rig.result(job, 1), lost(rig.result(job, 1), 0, 0));
        rig.succeed(rig.map(0, 0), OTHER);
        assertThat(rig.all(SchedulerCommand.Kill.class))
                .extracting(SchedulerCommand.Kill::attemptId)
                .containsExactly(old.attemptId());

        rig.succeed(old);
        rig.succeed(rig.result(job, 1));

        assertThat(rig.hasEnded(job)).isFalse();
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void shufflesComputedFromItAreDroppedAlsoIdleOnes() {
        ExecutorId executor = rig.addExecutor(4);
        SimNode twice = SimNode.shuffled(2, 1, SimNode.shuffle(1, reduced, 1));
        SimNode thrice = SimNode.shuffled(3, 1, SimNode.shuffle(2, twice, 1));
        rig.collect(thrice);
        rig.succeedAll();

        // another job, which uses the first shuffle only, finds one of its outputs lost and gets another
        int job = rig.collect(reduced);
        TaskSpec reader = rig.result(job, 0);
        rig.end(reader, lost(reader, 0, 1));
        TaskSpec again = rig.map(0, 1);
        rig.succeed(again, OTHER);

        assertThat(rig.tracker.generation(0)).isEqualTo(1);
        assertThat(rig.tracker.generation(1)).isEqualTo(1);
        assertThat(rig.tracker.generation(2)).isEqualTo(1);
        assertThat(rig.tracker.missing(1).cardinality()).isEqualTo(2);
        assertThat(rig.tracker.missing(2).cardinality()).isEqualTo(1);
        assertThat(rig.all(SchedulerCommand.DropMapOutput.class))
                .hasSize(1 + 2 + 1)
                .allMatch(drop -> drop.executor().equals(executor));
    }

    @Test
    void anIrrevocableActionThatHasBegunEndsItsJob() {
        rig.addExecutor(2);
        int job = mapped(reduced, SimAction.FOREACH);
        rig.end(rig.result(job, 0), lost(rig.result(job, 0), 0, 0));

        rig.succeed(rig.map(0, 0), OTHER);

        assertThat(((JobOutcome.Failed) rig.outcome(job)).failure().describe())
                .contains("foreach cannot be taken back", "gave other records", "deterministic");
    }

    @Test
    void anIrrevocableActionThatHasNotBegunGoesOn() {
        ExecutorId executor = rig.addExecutor(1);
        SimNode twice = SimNode.shuffled(2, 1, SimNode.shuffle(1, reduced, 1));
        int job = mapped(twice, SimAction.FOREACH);
        TaskSpec reader = rig.map(1, 0);
        rig.end(reader, lost(reader, 0, 0));

        rig.succeed(rig.map(0, 0), OTHER);
        rig.succeedAll();

        assertThat(rig.tables().executors()).isEqualTo(1);
        assertThat(executor).isNotNull();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void resultsGivenToAMergeStand() {
        rig.addExecutor(2);
        int merging = mapped(reduced, SimAction.REDUCE);
        rig.succeed(rig.result(merging, 0));
        rig.succeed(rig.result(merging, 1));
        TaskSpec merge = rig.running().get(0);
        int other = rig.collect(reduced);
        rig.end(rig.result(other, 0), lost(rig.result(other, 0), 0, 0));
        rig.succeed(rig.map(0, 0), OTHER);

        rig.succeed(merge);

        assertThat(rig.outcome(merging)).isInstanceOf(JobOutcome.Merged.class);
    }

    @Test
    void cachedDatasetsComputedFromItAreDropped() {
        rig.addExecutor(2);
        int job = mapped(reduced, SimAction.COLLECT, 1);
        rig.succeedCaching(rig.result(job, 0), new BlockId(1, 0));
        rig.end(rig.result(job, 1), lost(rig.result(job, 1), 0, 0));

        rig.succeed(rig.map(0, 0), OTHER);

        assertThat(rig.all(SchedulerCommand.DropBlocks.class)).containsExactly(new SchedulerCommand.DropBlocks(1));
    }
}

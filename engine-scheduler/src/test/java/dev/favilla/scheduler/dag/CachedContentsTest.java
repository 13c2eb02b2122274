package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.NarrowDependency;
import dev.favilla.memory.MetricValues;
import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.PublishedBlock;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cached blocks that are made again, with the same contents or with others: dataset 1 is cached, over source 0. */
class CachedContentsTest {

    private static final long SAME = 1;
    private static final long OTHER = 2;

    private final SimNode cached = SimNode.narrow(1, SimNode.source(0, 2));
    private final SimNode reduced = SimNode.shuffled(2, 2, SimNode.shuffle(0, cached, 2));
    private final Rig rig = new Rig();
    private final ExecutorId first = rig.addExecutor("first", 4);

    private static PublishedBlock block(int rddId, int partition, long digest) {
        return new PublishedBlock(new BlockId(rddId, partition), 0, 1, digest);
    }

    private void make(TaskSpec task, long digest) {
        rig.succeedCaching(task, block(1, task.partition(), digest));
    }

    private void evict(ExecutorId executor, int partition) {
        rig.tell(new SchedulerEvent.BlockDropped(executor, new BlockId(1, partition)));
    }

    /** Runs a job that makes both blocks, and a map output from each; its result stage is left to run. */
    private int mapped(SimAction action) {
        int job = rig.submit(reduced, action, 1);
        make(rig.map(0, 0), SAME);
        make(rig.map(0, 1), SAME);
        return job;
    }

    /** Has another job make partition 0 again. */
    private void makeAgain(long digest) {
        int other = rig.submit(cached, List.of(0), SimAction.COLLECT, 1);
        make(rig.result(other, 0), digest);
    }

    @Test
    void theSameContentsChangeNothing() {
        int job = mapped(SimAction.COLLECT);
        evict(first, 0);

        makeAgain(SAME);

        assertThat(rig.tracker.generation(0)).isZero();
        assertThat(rig.all(SchedulerCommand.Kill.class)).isEmpty();
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(rig.launchesOf(0)).isEqualTo(2);
    }

    @Test
    void mapOutputsComputedFromOtherContentsAreMadeAgain() {
        int job = mapped(SimAction.COLLECT);
        TaskSpec reader = rig.result(job, 0);
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(rig.tracker.generation(0)).isEqualTo(1);
        assertThat(rig.all(SchedulerCommand.DropMapOutput.class)).hasSize(2);
        assertThat(rig.all(SchedulerCommand.Kill.class))
                .extracting(SchedulerCommand.Kill::attemptId)
                .contains(reader.attemptId());
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(rig.launchesOf(0)).isEqualTo(4);
    }

    @Test
    void mapOutputsOfEndedJobsAreDroppedToo() {
        int job = mapped(SimAction.COLLECT);
        rig.succeedAll();
        assertThat(rig.hasEnded(job)).isTrue();
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(rig.tracker.missing(0).cardinality()).isEqualTo(2);
    }

    @Test
    void stagedResultsComputedFromOtherContentsAreComputedAgain() {
        int job = rig.collect(cached, 1);
        make(rig.result(job, 0), SAME);
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(rig.results(job, 0)).hasSize(1);
        assertThat(rig.hasEnded(job)).isFalse();
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void whatCannotHaveReadTheOlderBlockStays() {
        mapped(SimAction.COLLECT);
        rig.succeedAll();
        evict(first, 0);
        evict(first, 1);
        SimNode later = SimNode.shuffled(4, 1, SimNode.shuffle(1, SimNode.narrow(3, cached), 1));
        int job = rig.collect(later, 1); // all its attempts are launched after the older blocks were gone
        TaskSpec second = rig.map(1, 1);
        make(rig.map(1, 0), OTHER);

        assertThat(rig.tracker.generation(0)).isEqualTo(1);
        assertThat(rig.tracker.generation(1)).isZero();
        make(second, SAME);
        rig.succeedAll();

        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(rig.launchesOf(1)).isEqualTo(2);
    }

    @Test
    void datasetsCachedAboveAreDropped() {
        SimNode above = SimNode.narrow(3, cached);
        int job = rig.collect(above, 1, 3);
        rig.succeedCaching(rig.result(job, 0), block(1, 0, SAME), block(3, 0, SAME));
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(rig.all(SchedulerCommand.DropBlocks.class)).containsExactly(new SchedulerCommand.DropBlocks(3));
    }

    @Test
    void datasetsCachedAboveByEndedJobsAreDropped() {
        SimNode above = SimNode.narrow(4, SimNode.narrow(3, cached));
        int job = rig.collect(above, 1, 3, 4);
        for (int partition = 0; partition < 2; partition++) {
            rig.succeedCaching(
                    rig.result(job, partition),
                    block(1, partition, SAME),
                    block(3, partition, SAME),
                    block(4, partition, SAME));
        }
        assertThat(rig.hasEnded(job)).isTrue();
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(rig.all(SchedulerCommand.DropBlocks.class))
                .containsExactly(new SchedulerCommand.DropBlocks(3), new SchedulerCommand.DropBlocks(4));
    }

    @Test
    void anIrrevocableJobThatMayHaveReadTheOlderBlockFails() {
        int job = rig.submit(cached, SimAction.FOREACH, 1);
        make(rig.result(job, 0), SAME);
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(rig.failure(job))
                .contains("foreach cannot be taken back", "cached dataset 1, made again by attempt 2");
    }

    @Test
    void anIrrevocableJobThatBeganAfterTheOlderBlockWasGoneGoesOn() {
        mapped(SimAction.COLLECT);
        rig.succeedAll();
        evict(first, 0);
        evict(first, 0); // told twice, it is gone since the first time
        int job = rig.submit(cached, List.of(1), SimAction.FOREACH, 1);
        evict(first, 0); // late word of what was gone before

        makeAgain(OTHER);

        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void twoExecutorsWithDifferentContentsAtTheSameTimeAreNotMixed() {
        SimNode single = SimNode.narrow(1, SimNode.source(0, 1));
        ExecutorId second = rig.addExecutor("second", 4);
        int one = rig.collect(single, 1);
        int other = rig.collect(single, 1);
        TaskSpec onFirst = rig.result(one, 0);
        TaskSpec onSecond = rig.result(other, 0);
        assertThat(List.of(rig.executorOf(onFirst), rig.executorOf(onSecond))).containsExactly(first, second);
        int third = rig.submit(PlacedNode.reading(5, 1, new NarrowDependency(single)), SimAction.COLLECT, 1);
        TaskSpec unconcerned = rig.result(third, 0);

        make(onFirst, SAME);
        make(onSecond, OTHER);

        assertThat(rig.outcome(one)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(rig.all(SchedulerCommand.DropBlock.class))
                .containsExactly(new SchedulerCommand.DropBlock(second, new BlockId(1, 0)));
        assertThat(rig.hasEnded(other)).as("its contents contradict those").isFalse();
        assertThat(rig.result(third, 0)).as("has read the first or nothing").isEqualTo(unconcerned);
        rig.succeedAll();
        assertThat(rig.tables().isIdle()).isTrue();
    }

    @Test
    void contentsUsedForAResultBindThoseWhoUseThePartitionLater() {
        int one = rig.submit(cached, List.of(0), SimAction.COLLECT, 1);
        int other = rig.submit(cached, List.of(0), SimAction.COLLECT, 1);
        TaskSpec second = rig.result(other, 0);
        rig.end(rig.result(one, 0), using(SAME)); // found a block whose maker was lost before its end was told

        rig.end(second, using(OTHER));
        assertThat(rig.hasEnded(other)).isFalse();
        rig.end(rig.result(other, 0), using(SAME));

        assertThat(rig.outcome(other)).isInstanceOf(JobOutcome.Staged.class);
    }

    private static TaskOutcome using(long digest) {
        return new TaskOutcome.Success("result", 0, List.of(), List.of(), List.of(block(1, 0, digest)));
    }

    @Test
    void anIrrevocableActionThatUsedOtherContentsThanOthersFails() {
        int one = rig.submit(cached, List.of(0), SimAction.COLLECT, 1);
        int irrevocable = rig.submit(cached, List.of(0), SimAction.FOREACH, 1);
        rig.end(rig.result(one, 0), using(SAME));

        rig.end(rig.result(irrevocable, 0), using(OTHER));

        assertThat(rig.failure(irrevocable))
                .contains("foreach cannot be taken back", "used other records of cached datasets [1] than others");
    }

    @Test
    void otherContentsLeftByAnAttemptOfAnEndedJobAreNoticed() {
        int job = mapped(SimAction.COLLECT);
        rig.succeedAll();
        evict(first, 0);
        int cancelled = rig.submit(cached, List.of(0), SimAction.COLLECT, 1);
        TaskSpec late = rig.result(cancelled, 0);
        rig.cancel(cancelled);

        make(late, OTHER);

        assertThat(rig.hasEnded(job)).isTrue();
        assertThat(rig.tracker.missing(0).cardinality()).isEqualTo(2);
    }

    @Test
    void unpersistingForgetsWhatBlocksHeld() {
        mapped(SimAction.COLLECT);
        rig.succeedAll();
        rig.tell(new SchedulerEvent.DatasetUnpersisted(1));

        makeAgain(OTHER); // persisted again

        assertThat(rig.tracker.generation(0)).isZero();
    }

    @Test
    void contentsComputedFromOtherInputsAreNotCompared() {
        int job = rig.submit(cached, List.of(0), SimAction.COLLECT, 1);
        make(rig.result(job, 0), SAME);
        int reader = rig.submit(cached, List.of(1), SimAction.COLLECT, 1);
        evict(first, 0);
        int again = rig.submit(cached, List.of(0), SimAction.COLLECT, 1);

        rig.succeedCaching(rig.result(again, 0), new PublishedBlock(new BlockId(1, 0), 77, 1, OTHER));

        assertThat(rig.hasEnded(again)).isTrue();
        assertThat(rig.all(SchedulerCommand.Kill.class)).isEmpty();
        assertThat(rig.running()).containsExactly(rig.result(reader, 1));
    }

    @Test
    void blocksOfAnAttemptWithVoidInputAreDropped() {
        SimNode above = SimNode.narrow(3, reduced);
        int job = rig.collect(above, 3);
        rig.succeed(rig.map(0, 0));
        rig.succeed(rig.map(0, 1));
        TaskSpec old = rig.result(job, 0);
        TaskSpec reader = rig.result(job, 1);
        rig.end(
                reader,
                new TaskOutcome.FetchFailed(
                        0, 0, reader.inputs().get(0).outputs().get(0).attemptId(), "block is gone"));
        rig.succeed(rig.map(0, 0), OTHER);

        rig.succeedCaching(old, block(3, 0, SAME));

        assertThat(rig.all(SchedulerCommand.DropBlock.class))
                .containsExactly(new SchedulerCommand.DropBlock(first, new BlockId(3, 0)));
    }

    @Test
    void aJobThatTakesOverAStageReadsOnlyCachedDataTheStageIsCheckedFor() {
        Rig small = Rig.with(1);
        int owner = small.collect(reduced); // keeps nothing
        int heir = small.collect(reduced, 1); // keeps what the shared stage computes
        TaskSpec runs = small.map(0, 0);

        small.cancel(owner);
        small.succeed(runs);

        TaskSpec next = small.map(0, 1);
        assertThat(next.jobId()).isEqualTo(heir);
        assertThat(next.persisted()).isEmpty();
        assertThat(next.reads().datasets()).isEmpty();
    }

    @Test
    void aDatasetPersistedAgainIsKeptByAttemptsLaunchedSince() {
        SimNode single = SimNode.narrow(1, SimNode.source(0, 1));
        TaskSpec before = rig.result(rig.collect(single, 1), 0); // runs all the time
        rig.tell(new SchedulerEvent.DatasetUnpersisted(1));
        TaskSpec since = rig.result(rig.collect(single, 1), 0);
        rig.said.clear();

        rig.tell(ended(since, block(1, 0, SAME)));
        assertThat(rig.said).doesNotHaveAnyElementsOfTypes(SchedulerCommand.DropBlocks.class);
        rig.tell(ended(before, block(1, 0, OTHER)));

        assertThat(rig.said).contains(new SchedulerCommand.DropBlocks(1));
    }

    private SchedulerEvent ended(TaskSpec task, PublishedBlock block) {
        return new SchedulerEvent.AttemptEnded(
                task.attemptId(), first, rig.success(task, 0, List.of(block)), MetricValues.ZERO);
    }
}

package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.job.JobOutcome;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.storage.BlockId;
import dev.favilla.storage.PublishedBlock;
import dev.favilla.task.TaskOutcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Cached blocks that are made again, with the same contents or with others: dataset 1 is cached, over source 0. */
class CachedContentsTest {

    private static final long SAME = 1;
    private static final long OTHER = 2;

    private final SimNode cached = SimNode.narrow(1, SimNode.source(0, 2));
    private final SimNode reduced = SimNode.shuffled(2, 2, SimNode.shuffle(0, cached, 2));
    private final SchedulerHarness harness = new SchedulerHarness();
    private final ExecutorId first = harness.addExecutor("first", 4);

    private static PublishedBlock block(int rddId, int partition, long digest) {
        return new PublishedBlock(new BlockId(rddId, partition), 0, 1, digest);
    }

    private void make(TaskSpec task, long digest) {
        harness.succeedCaching(task, block(1, task.partition(), digest));
    }

    private void evict(ExecutorId executor, int partition) {
        harness.tell(new SchedulerEvent.BlockDropped(executor, new BlockId(1, partition)));
    }

    /** Runs a job that makes both blocks, and a map output from each; its result stage is left to run. */
    private int mapped(SimAction action) {
        int job = harness.submit(reduced, action, 1);
        make(harness.map(0, 0), SAME);
        make(harness.map(0, 1), SAME);
        return job;
    }

    /** Has another job make partition 0 again. */
    private void makeAgain(long digest) {
        int other = harness.submit(cached, List.of(0), SimAction.COLLECT, 1);
        make(harness.result(other, 0), digest);
    }

    @Test
    void theSameContentsChangeNothing() {
        int job = mapped(SimAction.COLLECT);
        evict(first, 0);

        makeAgain(SAME);

        assertThat(harness.tracker.generation(0)).isZero();
        assertThat(harness.all(SchedulerCommand.Kill.class)).isEmpty();
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(harness.launchesOf(0)).isEqualTo(2);
    }

    @Test
    void mapOutputsComputedFromOtherContentsAreMadeAgain() {
        int job = mapped(SimAction.COLLECT);
        TaskSpec reader = harness.result(job, 0);
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(harness.tracker.generation(0)).isEqualTo(1);
        assertThat(harness.all(SchedulerCommand.DropMapOutput.class)).hasSize(2);
        assertThat(harness.all(SchedulerCommand.Kill.class))
                .extracting(SchedulerCommand.Kill::attemptId)
                .contains(reader.attemptId());
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(harness.launchesOf(0)).isEqualTo(4);
    }

    @Test
    void mapOutputsOfEndedJobsAreDroppedToo() {
        int job = mapped(SimAction.COLLECT);
        harness.succeedAll();
        assertThat(harness.hasEnded(job)).isTrue();
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(harness.tracker.missing(0).cardinality()).isEqualTo(2);
    }

    @Test
    void stagedResultsComputedFromOtherContentsAreComputedAgain() {
        int job = harness.collect(cached, 1);
        make(harness.result(job, 0), SAME);
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(harness.results(job, 0)).hasSize(1);
        assertThat(harness.hasEnded(job)).isFalse();
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void whatCannotHaveReadTheOlderBlockStays() {
        mapped(SimAction.COLLECT);
        harness.succeedAll();
        evict(first, 0);
        evict(first, 1);
        SimNode later = SimNode.shuffled(4, 1, SimNode.shuffle(1, SimNode.narrow(3, cached), 1));
        int job = harness.collect(later, 1); // all its attempts are launched after the older blocks were gone
        TaskSpec second = harness.map(1, 1);
        make(harness.map(1, 0), OTHER);

        assertThat(harness.tracker.generation(0)).isEqualTo(1);
        assertThat(harness.tracker.generation(1)).isZero();
        make(second, SAME);
        harness.succeedAll();

        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(harness.launchesOf(1)).isEqualTo(2);
    }

    @Test
    void datasetsCachedAboveAreDropped() {
        SimNode above = SimNode.narrow(3, cached);
        int job = harness.collect(above, 1, 3);
        harness.succeedCaching(harness.result(job, 0), block(1, 0, SAME), block(3, 0, SAME));
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(harness.all(SchedulerCommand.DropBlocks.class)).containsExactly(new SchedulerCommand.DropBlocks(3));
    }

    @Test
    void datasetsCachedAboveByEndedJobsAreDropped() {
        SimNode above = SimNode.narrow(4, SimNode.narrow(3, cached));
        int job = harness.collect(above, 1, 3, 4);
        for (int partition = 0; partition < 2; partition++) {
            harness.succeedCaching(
                    harness.result(job, partition),
                    block(1, partition, SAME),
                    block(3, partition, SAME),
                    block(4, partition, SAME));
        }
        assertThat(harness.hasEnded(job)).isTrue();
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(harness.all(SchedulerCommand.DropBlocks.class))
                .containsExactly(new SchedulerCommand.DropBlocks(3), new SchedulerCommand.DropBlocks(4));
    }

    @Test
    void anIrrevocableJobThatMayHaveReadTheOlderBlockFails() {
        int job = harness.submit(cached, SimAction.FOREACH, 1);
        make(harness.result(job, 0), SAME);
        evict(first, 0);

        makeAgain(OTHER);

        assertThat(harness.failure(job))
                .contains("foreach cannot be taken back", "cached dataset 1, made again by attempt 2");
    }

    @Test
    void anIrrevocableJobThatBeganAfterTheOlderBlockWasGoneGoesOn() {
        mapped(SimAction.COLLECT);
        harness.succeedAll();
        evict(first, 0);
        evict(first, 0); // told twice, it is gone since the first time
        int job = harness.submit(cached, List.of(1), SimAction.FOREACH, 1);
        evict(first, 0); // late word of what was gone before

        makeAgain(OTHER);

        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void twoExecutorsWithDifferentContentsAtTheSameTimeAreNotMixed() {
        SimNode single = SimNode.narrow(1, SimNode.source(0, 1));
        ExecutorId second = harness.addExecutor("second", 4);
        int one = harness.collect(single, 1);
        int other = harness.collect(single, 1);
        TaskSpec onFirst = harness.result(one, 0);
        TaskSpec onSecond = harness.result(other, 0);
        assertThat(List.of(harness.executorOf(onFirst), harness.executorOf(onSecond)))
                .containsExactly(first, second);
        int third = harness.submit(PlacedNode.reading(5, 1, new NarrowDependency(single)), SimAction.COLLECT, 1);
        TaskSpec unconcerned = harness.result(third, 0);

        make(onFirst, SAME);
        make(onSecond, OTHER);

        assertThat(harness.outcome(one)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(harness.all(SchedulerCommand.DropBlock.class))
                .containsExactly(new SchedulerCommand.DropBlock(second, new BlockId(1, 0)));
        assertThat(harness.hasEnded(other)).as("its contents contradict those").isFalse();
        assertThat(harness.result(third, 0)).as("has read the first or nothing").isEqualTo(unconcerned);
        harness.succeedAll();
        assertThat(harness.tables().isIdle()).isTrue();
    }

    @Test
    void contentsUsedForAResultBindThoseWhoUseThePartitionLater() {
        int one = harness.submit(cached, List.of(0), SimAction.COLLECT, 1);
        int other = harness.submit(cached, List.of(0), SimAction.COLLECT, 1);
        TaskSpec second = harness.result(other, 0);
        harness.end(harness.result(one, 0), using(SAME)); // found a block whose maker was lost before its end was told

        harness.end(second, using(OTHER));
        assertThat(harness.hasEnded(other)).isFalse();
        harness.end(harness.result(other, 0), using(SAME));

        assertThat(harness.outcome(other)).isInstanceOf(JobOutcome.Staged.class);
    }

    private static TaskOutcome using(long digest) {
        return new TaskOutcome.Success("result", 0, List.of(), List.of(), List.of(block(1, 0, digest)));
    }

    @Test
    void anIrrevocableActionThatUsedOtherContentsThanOthersFails() {
        int one = harness.submit(cached, List.of(0), SimAction.COLLECT, 1);
        int irrevocable = harness.submit(cached, List.of(0), SimAction.FOREACH, 1);
        harness.end(harness.result(one, 0), using(SAME));

        harness.end(harness.result(irrevocable, 0), using(OTHER));

        assertThat(harness.failure(irrevocable))
                .contains("foreach cannot be taken back", "used other records of cached datasets [1] than others");
    }

    @Test
    void otherContentsLeftByAnAttemptOfAnEndedJobAreNoticed() {
        int job = mapped(SimAction.COLLECT);
        harness.succeedAll();
        evict(first, 0);
        int cancelled = harness.submit(cached, List.of(0), SimAction.COLLECT, 1);
        TaskSpec late = harness.result(cancelled, 0);
        harness.cancel(cancelled);

        make(late, OTHER);

        assertThat(harness.hasEnded(job)).isTrue();
        assertThat(harness.tracker.missing(0).cardinality()).isEqualTo(2);
    }

    @Test
    void unpersistingForgetsWhatBlocksHeld() {
        mapped(SimAction.COLLECT);
        harness.succeedAll();
        harness.tell(new SchedulerEvent.DatasetUnpersisted(1));

        makeAgain(OTHER); // persisted again

        assertThat(harness.tracker.generation(0)).isZero();
    }

    @Test
    void whatWasReadInADatasetAboveThatIsUnpersistedSinceIsMadeAgain() {
        SimNode above = SimNode.narrow(3, cached);
        int maker = harness.submit(above, List.of(0), SimAction.COLLECT, 1, 3);
        harness.succeedCaching(harness.result(maker, 0), block(1, 0, SAME), block(3, 0, SAME));
        evict(first, 0); // from here on its contents can be read in the block above it only
        int job = harness.submit(SimNode.shuffled(4, 1, SimNode.shuffle(1, above, 1)), SimAction.COLLECT, 1, 3);
        harness.succeed(harness.map(1, 0));
        harness.tell(new SchedulerEvent.DatasetUnpersisted(3));

        makeAgain(OTHER);

        assertThat(harness.tracker.generation(1)).isOne();
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void contentsComputedFromOtherInputsAreNotCompared() {
        int job = harness.submit(cached, List.of(0), SimAction.COLLECT, 1);
        make(harness.result(job, 0), SAME);
        int reader = harness.submit(cached, List.of(1), SimAction.COLLECT, 1);
        evict(first, 0);
        int again = harness.submit(cached, List.of(0), SimAction.COLLECT, 1);

        harness.succeedCaching(harness.result(again, 0), new PublishedBlock(new BlockId(1, 0), 77, 1, OTHER));

        assertThat(harness.hasEnded(again)).isTrue();
        assertThat(harness.all(SchedulerCommand.Kill.class)).isEmpty();
        assertThat(harness.running()).containsExactly(harness.result(reader, 1));
    }

    @Test
    void blocksOfAnAttemptWithVoidInputAreDropped() {
        SimNode above = SimNode.narrow(3, reduced);
        int job = harness.collect(above, 3);
        harness.succeed(harness.map(0, 0));
        harness.succeed(harness.map(0, 1));
        TaskSpec old = harness.result(job, 0);
        TaskSpec reader = harness.result(job, 1);
        harness.end(
                reader,
                new TaskOutcome.FetchFailed(
                        0, 0, reader.inputs().get(0).outputs().get(0).attemptId(), "block is gone"));
        harness.succeed(harness.map(0, 0), OTHER);

        harness.succeedCaching(old, block(3, 0, SAME));

        assertThat(harness.all(SchedulerCommand.DropBlock.class))
                .containsExactly(new SchedulerCommand.DropBlock(first, new BlockId(3, 0)));
    }

    @Test
    void aJobThatTakesOverAStageReadsOnlyCachedDataTheStageIsCheckedFor() {
        SchedulerHarness small = SchedulerHarness.with(1);
        int owner = small.collect(reduced); // keeps nothing
        int heir = small.collect(reduced, 1); // keeps what the shared stage computes
        TaskSpec runs = small.map(0, 0);

        small.cancel(owner);
        small.succeed(runs);

        TaskSpec next = small.map(0, 1);
        assertThat(next.jobId()).isEqualTo(heir);
        assertThat(next.persisted()).isEmpty();
        assertThat(next.reads().firstValidAttempts()).isEmpty();
    }

    @Test
    void aDatasetPersistedAgainIsKeptByAttemptsLaunchedSince() {
        SimNode single = SimNode.narrow(1, SimNode.source(0, 1));
        TaskSpec before = harness.result(harness.collect(single, 1), 0); // runs all the time
        harness.tell(new SchedulerEvent.DatasetUnpersisted(1));
        TaskSpec since = harness.result(harness.collect(single, 1), 0);
        harness.said.clear();

        harness.tell(ended(since, block(1, 0, SAME)));
        assertThat(harness.said).doesNotHaveAnyElementsOfTypes(SchedulerCommand.DropBlocks.class);
        harness.tell(ended(before, block(1, 0, OTHER)));

        assertThat(harness.said).contains(new SchedulerCommand.DropBlocks(1));
    }

    private SchedulerEvent ended(TaskSpec task, PublishedBlock block) {
        return new SchedulerEvent.AttemptEnded(
                task.attemptId(), first, harness.success(task, 0, List.of(block)), MetricValues.ZERO);
    }
}

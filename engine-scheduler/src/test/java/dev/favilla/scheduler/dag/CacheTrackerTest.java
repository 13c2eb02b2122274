package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.storage.BlockId;
import dev.favilla.task.TaskOutcome;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cached dataset above a shuffle that was lost; with it the shuffle need not be computed again. */
class CacheTrackerTest {

    private final SimNode reduced = SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 2), 2));
    private final SimNode target = SimNode.narrow(2, reduced);
    private final SchedulerHarness harness = new SchedulerHarness();
    private ExecutorId keeper = new ExecutorId("none", 0);

    @BeforeEach
    void cacheAndLoseTheShuffle() {
        ExecutorId mapper = harness.addExecutor(2);
        int job = harness.collect(target, 1);
        harness.succeed(harness.map(0, 0));
        harness.succeed(harness.map(0, 1));
        keeper = harness.addExecutor(4);
        harness.lose(mapper); // with it go both map outputs and the attempts of the result stage
        assertThat(harness.running()).extracting(harness::executorOf).containsOnly(keeper);
        harness.succeedCaching(harness.result(job, 0), new BlockId(1, 0));
        harness.succeedCaching(harness.result(job, 1), new BlockId(1, 1));
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(harness.tracker.missing(0).cardinality()).isEqualTo(2);
    }

    @Test
    void makesTheStagesBelowUnnecessary() {
        int job = harness.collect(target, 1);

        assertThat(harness.running()).containsExactly(harness.result(job, 0), harness.result(job, 1));
        assertThat(harness.result(job, 0).inputs()).isEmpty();
        assertThat(harness.result(job, 0).generations()).containsOnlyKeys(0);
    }

    @Test
    void isNotBelievedOfAJobThatDoesNotKeepIt() {
        harness.collect(target);

        assertThat(harness.running()).containsExactly(harness.map(0, 0), harness.map(0, 1));
    }

    @Test
    void isForgottenBlockByBlock() {
        harness.tell(new SchedulerEvent.BlockDropped(keeper, new BlockId(1, 1)));

        harness.collect(target, 1);

        assertThat(harness.running()).containsExactly(harness.map(0, 0), harness.map(0, 1));
    }

    @Test
    void ofTheTargetItselfIsEnoughForThePartitionsAskedFor() {
        harness.tell(new SchedulerEvent.BlockDropped(keeper, new BlockId(1, 1)));

        int job = harness.submit(reduced, List.of(0), SimAction.COLLECT, 1);

        assertThat(harness.running()).containsExactly(harness.result(job, 0));
    }

    @Test
    void goesWithItsExecutor() {
        harness.lose(keeper);
        harness.addExecutor(2);

        harness.collect(target, 1);

        assertThat(harness.running()).containsExactly(harness.map(0, 0), harness.map(0, 1));
    }

    @Test
    void foundMissingByATaskIsNotBelievedAgain() {
        int job = harness.collect(target, 1);
        TaskSpec task = harness.result(job, 0);

        harness.end(task, new TaskOutcome.InputMissing(0)); // before anybody says that the block was dropped

        assertThat(harness.map(0, 0).stageAttempt()).isZero();
        harness.succeed(harness.map(0, 0));
        harness.succeed(harness.map(0, 1));
        assertThat(harness.result(job, 0).inputs()).containsOnlyKeys(0);
        harness.succeedAll();
        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void isDroppedWhenUnpersisted() {
        harness.tell(new SchedulerEvent.DatasetUnpersisted(1));

        assertThat(harness.all(SchedulerCommand.DropBlocks.class)).containsExactly(new SchedulerCommand.DropBlocks(1));
        harness.collect(target, 1);
        assertThat(harness.running()).containsExactly(harness.map(0, 0), harness.map(0, 1));
    }

    @Test
    void madeByAnAttemptFromBeforeItWasUnpersistedIsDroppedToo() {
        harness.tell(new SchedulerEvent.BlockDropped(keeper, new BlockId(1, 0)));
        int job = harness.collect(target, 1);
        harness.succeed(harness.map(0, 0));
        harness.succeed(harness.map(0, 1));
        TaskSpec before = harness.result(job, 0);
        harness.tell(new SchedulerEvent.DatasetUnpersisted(1));

        harness.succeedCaching(before, new BlockId(1, 0));

        assertThat(harness.all(SchedulerCommand.DropBlocks.class)).hasSize(2);
        assertThat(harness.result(job, 1).persisted()).containsKey(1); // launched before, too
    }

    @Test
    void isNotMadeByAttemptsLaunchedAfterItWasUnpersisted() {
        int job = harness.collect(target, 1);
        harness.tell(new SchedulerEvent.DatasetUnpersisted(1));

        harness.fail(harness.result(job, 0));

        assertThat(harness.result(job, 0).persisted()).isEmpty();
    }
}

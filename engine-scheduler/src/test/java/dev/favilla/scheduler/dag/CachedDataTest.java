package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.storage.BlockId;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A cached dataset above a shuffle that was lost; with it the shuffle need not be computed again. */
class CachedDataTest {

    private final SimNode reduced = SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 2), 2));
    private final SimNode target = SimNode.narrow(2, reduced);
    private final Rig rig = new Rig();
    private ExecutorId keeper = new ExecutorId("none", 0);

    @BeforeEach
    void cacheAndLoseTheShuffle() {
        ExecutorId mapper = rig.addExecutor(2);
        int job = rig.collect(target, 1);
        rig.succeed(rig.map(0, 0));
        rig.succeed(rig.map(0, 1));
        keeper = rig.addExecutor(4);
        rig.lose(mapper); // with it go both map outputs and the attempts of the result stage
        assertThat(rig.running()).extracting(rig::executorOf).containsOnly(keeper);
        rig.succeedCaching(rig.result(job, 0), new BlockId(1, 0));
        rig.succeedCaching(rig.result(job, 1), new BlockId(1, 1));
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
        assertThat(rig.tracker.missing(0).cardinality()).isEqualTo(2);
    }

    @Test
    void makesTheStagesBelowUnnecessary() { // behaviours 173, 190
        int job = rig.collect(target, 1);

        assertThat(rig.running()).containsExactly(rig.result(job, 0), rig.result(job, 1));
        assertThat(rig.result(job, 0).inputs()).isEmpty();
        assertThat(rig.result(job, 0).generations()).containsOnlyKeys(0);
    }

    @Test
    void isNotBelievedOfAJobThatDoesNotKeepIt() {
        rig.collect(target);

        assertThat(rig.running()).containsExactly(rig.map(0, 0), rig.map(0, 1));
    }

    @Test
    void isForgottenBlockByBlock() {
        rig.tell(new SchedulerEvent.BlockDropped(keeper, new BlockId(1, 1)));

        rig.collect(target, 1);

        assertThat(rig.running()).containsExactly(rig.map(0, 0), rig.map(0, 1));
    }

    @Test
    void ofTheTargetItselfIsEnoughForThePartitionsAskedFor() {
        rig.tell(new SchedulerEvent.BlockDropped(keeper, new BlockId(1, 1)));

        int job = rig.submit(reduced, List.of(0), SimAction.COLLECT, 1);

        assertThat(rig.running()).containsExactly(rig.result(job, 0));
    }

    @Test
    void goesWithItsExecutor() {
        rig.lose(keeper);
        rig.addExecutor(2);

        rig.collect(target, 1);

        assertThat(rig.running()).containsExactly(rig.map(0, 0), rig.map(0, 1));
    }

    @Test
    void foundMissingByATaskIsNotBelievedAgain() {
        int job = rig.collect(target, 1);
        TaskSpec task = rig.result(job, 0);

        rig.end(task, new TaskOutcome.InputMissing(0)); // before anybody says that the block was dropped

        assertThat(rig.map(0, 0).stageAttempt()).isZero();
        rig.succeed(rig.map(0, 0));
        rig.succeed(rig.map(0, 1));
        assertThat(rig.result(job, 0).inputs()).containsOnlyKeys(0);
        rig.succeedAll();
        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void isDroppedWhenUnpersisted() {
        rig.tell(new SchedulerEvent.DatasetUnpersisted(1));

        assertThat(rig.all(SchedulerCommand.DropBlocks.class)).containsExactly(new SchedulerCommand.DropBlocks(1));
        rig.collect(target, 1);
        assertThat(rig.running()).containsExactly(rig.map(0, 0), rig.map(0, 1));
    }

    @Test
    void madeByAnAttemptFromBeforeItWasUnpersistedIsDroppedToo() {
        rig.tell(new SchedulerEvent.BlockDropped(keeper, new BlockId(1, 0)));
        int job = rig.collect(target, 1);
        rig.succeed(rig.map(0, 0));
        rig.succeed(rig.map(0, 1));
        TaskSpec before = rig.result(job, 0);
        rig.tell(new SchedulerEvent.DatasetUnpersisted(1));

        rig.succeedCaching(before, new BlockId(1, 0));

        assertThat(rig.all(SchedulerCommand.DropBlocks.class)).hasSize(2);
        assertThat(rig.result(job, 1).persisted()).containsKey(1); // launched before, too
    }

    @Test
    void isNotMadeByAttemptsLaunchedAfterItWasUnpersisted() {
        int job = rig.collect(target, 1);
        rig.tell(new SchedulerEvent.DatasetUnpersisted(1));

        rig.fail(rig.result(job, 0));

        assertThat(rig.result(job, 0).persisted()).isEmpty();
    }
}

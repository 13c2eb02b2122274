package dev.favilla.scheduler.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.job.JobProperties;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import dev.favilla.testing.ManualClock;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class TaskSchedulerTest {

    private static final ExecutorId LARGE = new ExecutorId("large", 1);
    private static final ExecutorId SMALL = new ExecutorId("small", 2);

    private final List<SchedulerCommand> commands = new ArrayList<>();
    private final TaskScheduler scheduler =
            new TaskScheduler(commands::add, SchedulingPolicy.DEFAULT, new ManualClock());

    private TaskSet submit(int jobId, int stageId, int tasks) {
        BitSet pending = new BitSet();
        pending.set(0, tasks);
        StageAttempt common = new StageAttempt(
                stageId,
                "stage",
                0,
                tasks,
                null,
                new TaskWork.MergeResults(new NoAction(), List.of(), null),
                InputSnapshot.NONE);
        TaskSet set =
                new TaskSet(common, pending, new Retries(RetryPolicy.LOCAL), PreferredLocations.NONE, owner(jobId));
        scheduler.submit(set);
        return set;
    }

    private static TaskSet.Owner owner(int jobId) {
        return new TaskSet.Owner(jobId, Map.of(), JobProperties.NONE);
    }

    private TaskAttempt launch() {
        return Objects.requireNonNull(scheduler.launchNext());
    }

    @Test
    void tasksAreLaunchedInOrderWhileSlotsAreFree() {
        scheduler.addExecutor(LARGE, 2, 0);
        submit(0, 0, 3);

        assertThat(launch().index()).isZero();
        assertThat(launch().index()).isEqualTo(1);
        assertThat(scheduler.launchNext()).isNull();
        assertThat(commands).hasSize(2);
    }

    @Test
    void earlierJobsComeFirstThenEarlierStages() {
        scheduler.addExecutor(LARGE, 4, 0);
        TaskSet last = submit(2, 0, 1);
        TaskSet second = submit(1, 5, 1);
        TaskSet first = submit(1, 4, 1);

        assertThat(List.of(launch().set(), launch().set(), launch().set())).containsExactly(first, second, last);
    }

    @Test
    void anAdoptedSetTakesItsHeirsPlace() {
        scheduler.addExecutor(LARGE, 4, 0);
        TaskSet orphan = submit(0, 0, 1);
        TaskSet other = submit(1, 1, 1);

        scheduler.adopt(orphan, owner(2));

        assertThat(launch().set()).isSameAs(other);
        assertThat(launch().set()).isSameAs(orphan);
    }

    @Test
    void theExecutorWithTheSmallestShareOfSlotsTakenIsNext() {
        scheduler.addExecutor(LARGE, 4, 0);
        scheduler.addExecutor(SMALL, 2, 0);
        submit(0, 0, 6);

        List<ExecutorId> order = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            order.add(launch().executor());
        }

        assertThat(order).containsExactly(LARGE, SMALL, LARGE, LARGE, SMALL, LARGE);
    }

    @Test
    void aRetiredSetLaunchesNothingMore() {
        scheduler.addExecutor(LARGE, 1, 0);
        TaskSet set = submit(0, 0, 2);
        TaskAttempt running = launch();

        scheduler.retire(set);
        scheduler.queue(set, 1);
        scheduler.ended(running.id(), LARGE);

        assertThat(scheduler.launchNext()).isNull();
        assertThat(scheduler.liveSets()).isZero();
    }

    @Test
    void anAttemptOfARetiredSetEndsWithoutDisturbingItsSuccessor() {
        scheduler.addExecutor(LARGE, 1, 0);
        TaskSet old = submit(0, 0, 2);
        TaskAttempt zombie = launch();
        scheduler.retire(old);
        TaskSet successor = submit(0, 0, 2);
        assertThat(scheduler.launchNext()).isNull();

        scheduler.ended(zombie.id(), LARGE);

        assertThat(launch().set()).isSameAs(successor);
        assertThat(scheduler.liveSets()).isEqualTo(1);
    }

    @Test
    void aSetHasForgottenAnAttemptWhenItsEndIsTold() {
        scheduler.addExecutor(LARGE, 1, 0);
        TaskSet set = submit(0, 0, 1);
        TaskAttempt attempt = launch();
        assertThat(set.running()).isEqualTo(1);

        TaskAttempt ended = scheduler.ended(attempt.id(), LARGE);

        assertThat(ended).isSameAs(attempt);
        assertThat(set.running()).isZero();
        assertThat(scheduler.executors()).containsExactly(new ExecutorStatus(LARGE, 1, 0, false));
    }

    @Test
    void aTaskThatRunsIsNotQueuedAgain() {
        scheduler.addExecutor(LARGE, 2, 0);
        TaskSet set = submit(0, 0, 1);
        TaskAttempt running = launch();

        scheduler.queue(set, 0);
        assertThat(scheduler.launchNext()).isNull();
        scheduler.ended(running.id(), LARGE);
        scheduler.queue(set, 0);

        assertThat(launch().number()).isEqualTo(1);
    }

    @Test
    void anEndIsBelievedOnceAndOnlyFromTheRightExecutor() {
        scheduler.addExecutor(LARGE, 1, 0);
        scheduler.addExecutor(SMALL, 1, 0);
        submit(0, 0, 1);
        TaskAttempt attempt = launch();

        assertThat(scheduler.ended(attempt.id(), SMALL)).isNull();
        assertThat(scheduler.ended(attempt.id(), LARGE)).isSameAs(attempt);
        assertThat(scheduler.ended(attempt.id(), LARGE)).isNull();
        assertThat(scheduler.attemptCount()).isZero();
    }

    @Test
    void aRemovedExecutorTakesItsAttemptsAlong() {
        scheduler.addExecutor(LARGE, 2, 0);
        submit(0, 0, 2);
        TaskAttempt first = launch();
        TaskAttempt second = launch();

        assertThat(scheduler.removeExecutor(LARGE)).hasValue(List.of(first, second));
        assertThat(scheduler.removeExecutor(LARGE)).isEmpty();
        assertThat(scheduler.attemptCount()).isZero();
    }

    @Test
    void killingAStageReachesItsAttemptsOnce() {
        scheduler.addExecutor(LARGE, 3, 0);
        submit(0, 0, 1);
        submit(0, 1, 1);
        TaskAttempt doomed = launch();
        launch();
        commands.clear();

        scheduler.killAll(0, "not wanted", false);
        scheduler.killAll(0, "really not", false);

        assertThat(commands).containsExactly(new SchedulerCommand.Kill(LARGE, doomed.id(), "not wanted", false));
    }
}

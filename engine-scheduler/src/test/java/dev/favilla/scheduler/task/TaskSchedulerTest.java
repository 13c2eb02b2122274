package dev.favilla.scheduler.task;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.Cursor;
import dev.favilla.scheduler.Action;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.TaskContext;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.shuffle.ExecutorId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class TaskSchedulerTest {

    private static final ExecutorId LARGE = new ExecutorId("large", 1);
    private static final ExecutorId SMALL = new ExecutorId("small", 2);

    private final List<SchedulerCommand> commands = new ArrayList<>();
    private final TaskScheduler scheduler = new TaskScheduler(commands::add);

    private TaskSet submit(int jobId, int stageId, int tasks) {
        BitSet pending = new BitSet();
        pending.set(0, tasks);
        Tasks common = new Tasks(
                stageId,
                "stage",
                0,
                tasks,
                null,
                new TaskWork.MergeResults(new NoAction(), List.of()),
                Map.of(),
                Map.of());
        TaskSet set = new TaskSet(common, pending, new Retries(RetryPolicy.LOCAL), jobId, Map.of());
        scheduler.submit(set);
        return set;
    }

    private Attempt launch() {
        return Objects.requireNonNull(scheduler.launchNext());
    }

    @Test
    void tasksAreLaunchedInOrderWhileSlotsAreFree() {
        scheduler.addExecutor(LARGE, 2);
        submit(0, 0, 3);

        assertThat(launch().index()).isZero();
        assertThat(launch().index()).isEqualTo(1);
        assertThat(scheduler.launchNext()).isNull();
        assertThat(commands).hasSize(2);
    }

    @Test
    void earlierJobsComeFirstThenEarlierStages() {
        scheduler.addExecutor(LARGE, 4);
        TaskSet last = submit(2, 0, 1);
        TaskSet second = submit(1, 5, 1);
        TaskSet first = submit(1, 4, 1);

        assertThat(List.of(launch().set(), launch().set(), launch().set())).containsExactly(first, second, last);
    }

    @Test
    void anAdoptedSetTakesItsHeirsPlace() {
        scheduler.addExecutor(LARGE, 4);
        TaskSet orphan = submit(0, 0, 1);
        TaskSet other = submit(1, 1, 1);

        scheduler.adopt(orphan, 2, Map.of());

        assertThat(launch().set()).isSameAs(other);
        assertThat(launch().set()).isSameAs(orphan);
    }

    @Test
    void theExecutorWithTheSmallestShareOfSlotsTakenIsNext() {
        scheduler.addExecutor(LARGE, 4);
        scheduler.addExecutor(SMALL, 2);
        submit(0, 0, 6);

        List<ExecutorId> order = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            order.add(launch().executor());
        }

        assertThat(order).containsExactly(LARGE, SMALL, LARGE, LARGE, SMALL, LARGE);
    }

    @Test
    void aRetiredSetLaunchesNothingMore() { // behaviour 228
        scheduler.addExecutor(LARGE, 1);
        TaskSet set = submit(0, 0, 2);
        Attempt running = launch();

        scheduler.retire(set);
        scheduler.queue(set, 1);
        scheduler.ended(running.id(), LARGE);

        assertThat(scheduler.launchNext()).isNull();
        assertThat(scheduler.liveSets()).isZero();
    }

    @Test
    void aTaskThatRunsIsNotQueuedAgain() {
        scheduler.addExecutor(LARGE, 2);
        TaskSet set = submit(0, 0, 1);
        Attempt running = launch();

        scheduler.queue(set, 0);
        assertThat(scheduler.launchNext()).isNull();
        scheduler.ended(running.id(), LARGE);
        scheduler.queue(set, 0);

        assertThat(launch().number()).isEqualTo(1);
    }

    @Test
    void anEndIsBelievedOnceAndOnlyFromTheRightExecutor() { // behaviour 233
        scheduler.addExecutor(LARGE, 1);
        scheduler.addExecutor(SMALL, 1);
        submit(0, 0, 1);
        Attempt attempt = launch();

        assertThat(scheduler.ended(attempt.id(), SMALL)).isNull();
        assertThat(scheduler.ended(attempt.id(), LARGE)).isSameAs(attempt);
        assertThat(scheduler.ended(attempt.id(), LARGE)).isNull();
        assertThat(scheduler.attemptCount()).isZero();
    }

    @Test
    void aRemovedExecutorTakesItsAttemptsAlong() { // behaviour 232
        scheduler.addExecutor(LARGE, 2);
        submit(0, 0, 2);
        Attempt first = launch();
        Attempt second = launch();

        assertThat(scheduler.removeExecutor(LARGE)).hasValue(List.of(first, second));
        assertThat(scheduler.removeExecutor(LARGE)).isEmpty();
        assertThat(scheduler.attemptCount()).isZero();
    }

    @Test
    void killingAStageReachesItsAttemptsOnce() { // behaviour 231
        scheduler.addExecutor(LARGE, 3);
        submit(0, 0, 1);
        submit(0, 1, 1);
        Attempt doomed = launch();
        launch();
        commands.clear();

        scheduler.killAll(0, "not wanted");
        scheduler.killAll(0, "really not");

        assertThat(commands).containsExactly(new SchedulerCommand.Kill(LARGE, doomed.id(), "not wanted"));
    }

    /** An action that nobody runs. */
    private static final class NoAction implements Action {

        @Override
        public String name() {
            return "nothing";
        }

        @Override
        public @Nullable Object run(Cursor input, TaskContext context) {
            throw new AssertionError("the scheduler ran an action");
        }

        @Override
        public @Nullable Object merge(List<@Nullable Object> staged) {
            throw new AssertionError("the scheduler merged results");
        }
    }
}

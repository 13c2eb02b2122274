package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.TaskContext;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.LeakProbes;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When tasks and outcomes pass the boundary of an executor, and what happens if they cannot. */
class BoundaryTest {

    private final IllegalStateException error = new IllegalStateException("cannot pass");
    private boolean refuseToEnter;
    private boolean refuseToLeave;

    private final ExecutorHarness harness = new ExecutorHarness(1, new Boundary() {

        @Override
        public TaskSpec enter(TaskSpec task) {
            if (refuseToEnter || TaskContext.get() == null) {
                throw error;
            }
            return task;
        }

        @Override
        public TaskOutcome leave(TaskOutcome outcome, TaskScope scope) {
            if (outcome instanceof TaskOutcome.Success success) {
                return refuseToLeave
                        ? new TaskOutcome.Failed(error)
                        : new TaskOutcome.Success(success.result(), 17, success.updates(), success.cached());
            }
            return outcome;
        }
    });

    @BeforeEach
    void audit(LeakProbes probes) {
        harness.audit(probes);
    }

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void theSizeOfAResultIsThatOfItsBytes() throws Exception {
        SchedulerEvent.AttemptEnded ended = harness.run(harness.spec(() -> "x"));

        assertThat(ended.outcome()).isEqualTo(new TaskOutcome.Success("x", 17, List.of(), List.of()));
        assertThat(ended.metrics().get(Metric.RESULT_BYTES)).isEqualTo(17);
    }

    @Test
    void aTaskThatCannotEnterFails() throws Exception {
        refuseToEnter = true;

        assertFailed(harness.outcomeOf(() -> "x"));
    }

    @Test
    void aSuccessThatCannotLeaveLeavesNothingBehind() throws Exception {
        LineageNode source = harness.lineage.source(Map.entry("a", 1));
        TaskWork write = new TaskWork.WriteShuffle((ShuffleDependency)
                harness.lineage.shuffle(source, 1, null).dependencies().get(0));
        refuseToLeave = true;

        assertFailed(harness.run(harness.host.spec(write, 0, Map.of(), Map.of(source.id(), StorageLevel.MEMORY_ONLY)))
                .outcome());

        assertThat(harness.host.shuffle.outputCount()).isZero();
        assertThat(harness.host.blocks.blockCount()).isZero();
    }

    @Test
    void listenersRunBeforeTheScopeClosesAndMayFailTheAttempt() throws Exception {
        StringBuilder order = new StringBuilder();
        assertFailed(harness.outcomeOf(() -> {
            TaskContext context = java.util.Objects.requireNonNull(TaskContext.get());
            ((RunningTask) context).scope().onClose(() -> order.append("closed"));
            context.addTaskCompletionListener(ended -> {
                order.append("listener, ");
                throw error;
            });
            return "x";
        }));

        assertThat(order).hasToString("listener, closed");
    }

    private void assertFailed(TaskOutcome outcome) {
        assertThat(outcome)
                .isInstanceOfSatisfying(
                        TaskOutcome.Failed.class,
                        failed -> assertThat(failed.error().thrown()).containsSame(error));
    }
}

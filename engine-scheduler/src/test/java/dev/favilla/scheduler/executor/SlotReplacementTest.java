package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.TaskContext;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.LeakProbes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SlotReplacementTest {

    private final ExecutorHarness harness = new ExecutorHarness(1);
    private final InProcessExecutor executor = harness.executor;
    private final ExecutorHarness.Stubborn stubborn = new ExecutorHarness.Stubborn();

    @BeforeEach
    void audit(LeakProbes probes) {
        harness.audit(probes);
    }

    @AfterEach
    void close() {
        stubborn.release();
        harness.close();
    }

    @Test
    void anotherThreadTakesThePlaceOfOneThatIgnoresInterrupts() throws Exception {
        TaskSpec stuck = launchStubborn();
        executor.kill(stuck.attemptId(), "enough", true);
        stubborn.awaitInterrupt();

        executor.replaceSlot(stuck.attemptId());

        assertThat(harness.outcomeOf(() -> slot() + " on " + harness.threads.indexOf(Thread.currentThread())))
                .isEqualTo(new TaskOutcome.Success("0 on 1", 0, List.of(), List.of()));
    }

    @Test
    void theOldThreadLeavesWhenItIsLetAndNobodyHearsOfItsEnd() throws Exception {
        TaskSpec stuck = launchStubborn();
        executor.replaceSlot(stuck.attemptId());
        stubborn.release();
        ExecutorHarness.join(harness.threads.get(0));

        assertThat(harness.outcomeOf(() -> "next")).isInstanceOf(TaskOutcome.Success.class);

        assertThat(harness.events).noneMatch(event -> event instanceof SchedulerEvent.AttemptEnded);
        assertThat(harness.threads).hasSize(2);
    }

    @Test
    void whatTheAttemptHeldIsGivenBackByItsOwnThread() throws Exception {
        TaskSpec stuck = harness.spec(() -> {
            ((RunningTask) Objects.requireNonNull(TaskContext.get()))
                    .scope()
                    .memory()
                    .reserve(1000);
            return stubborn.run();
        });
        executor.launch(stuck);
        stubborn.awaitRunning();
        executor.replaceSlot(stuck.attemptId());
        assertThat(harness.bytesHeld()).isPositive();

        stubborn.release();
        ExecutorHarness.join(harness.threads.get(0));

        assertThat(harness.bytesHeld()).isZero();
    }

    @Test
    void aMapOutputThatIsCommittedLateIsDropped() throws Exception {
        InProcessExecutor slow = new InProcessExecutor(
                harness.host.env(
                        1, TestExecutor.threads(), new AfterCommit(harness.host.shuffle, scope -> stubborn.run())),
                new EventGate(harness.events::add));
        TaskSpec spec = harness.host.spec(writing(harness.lineage.source(Map.entry("a", 1))));
        slow.launch(spec);
        stubborn.awaitRunning();
        assertThat(harness.host.shuffle.outputCount()).isOne();

        slow.replaceSlot(spec.attemptId());
        stubborn.release();

        slow.launch(harness.spec(() -> "next"));
        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).attemptId()).isNotEqualTo(spec.attemptId());
        assertThat(slow.close(ExecutorHarness.DEADLINE)).isEmpty();
    }

    @Test
    void aSuccessThatComesTooLateLeavesNothing() throws Exception {
        LineageNode source = harness.lineage.push(harness.lineage.source(Map.entry("a", 1)), (down, inputs) -> {
            long id = inputs.scope().attemptId();
            inputs.scope().onClose(() -> executor.replaceSlot(id)); // after its success was decided
            return down;
        });
        TaskSpec spec = harness.host.spec(writing(source), 0, Map.of(), Map.of(source.id(), StorageLevel.MEMORY_ONLY));
        executor.launch(spec);

        assertThat(harness.outcomeOf(() -> "next")).isInstanceOf(TaskOutcome.Success.class);
        ExecutorHarness.join(harness.threads.get(0));

        assertThat(harness.host.shuffle.outputCount()).isZero();
        assertThat(harness.host.blocks.blockCount()).isZero();
    }

    @Test
    void closingReportsTheStuckThreadAndItsStack() throws Exception {
        TaskSpec stuck = launchStubborn();
        executor.replaceSlot(stuck.attemptId());

        List<String> left = executor.close(Duration.ofMillis(300));

        assertThat(left)
                .singleElement()
                .satisfies(line -> assertThat(line).contains("Stubborn.run(ExecutorHarness.java"));
    }

    @Test
    void unknownEndedAndWaitingAttemptsHaveNoSlotToLose() throws Exception {
        TaskSpec ended = harness.spec(() -> "ended");
        harness.run(ended);
        launchStubborn();
        AtomicBoolean ran = new AtomicBoolean();
        TaskSpec queued = harness.spec(() -> ran.getAndSet(true));
        executor.launch(queued);

        executor.replaceSlot(4711);
        executor.replaceSlot(ended.attemptId());
        executor.replaceSlot(queued.attemptId());
        stubborn.release();

        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Success("at last", 0, List.of(), List.of()));
        assertThat(harness.outcomeOf(() -> "next")).isInstanceOf(TaskOutcome.Success.class);
        assertThat(ran).isFalse();
        assertThat(harness.threads).hasSize(1);
    }

    @Test
    void aThreadThatCannotBeHadIsAskedForAgainWithTheNextAttempt() throws Exception {
        AtomicBoolean broken = new AtomicBoolean();
        InProcessExecutor poor = new InProcessExecutor(
                harness.host.env(
                        1,
                        task -> {
                            if (broken.get()) {
                                throw new OutOfMemoryError("unable to create native thread");
                            }
                            return TestExecutor.threads().newThread(task);
                        },
                        harness.host.shuffle),
                new EventGate(harness.events::add));
        TaskSpec stuck = harness.spec(stubborn::run);
        poor.launch(stuck);
        stubborn.awaitRunning();
        broken.set(true);
        poor.replaceSlot(stuck.attemptId());
        broken.set(false);

        poor.launch(harness.spec(() -> "next"));

        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).outcome()).isInstanceOf(TaskOutcome.Success.class);
        stubborn.release();
        assertThat(poor.close(ExecutorHarness.DEADLINE)).isEmpty();
    }

    private TaskSpec launchStubborn() {
        TaskSpec stuck = harness.spec(stubborn::run);
        executor.launch(stuck);
        stubborn.awaitRunning();
        return stuck;
    }

    private TaskWork writing(LineageNode source) {
        return new TaskWork.WriteShuffle((ShuffleDependency)
                harness.lineage.shuffle(source, 1, null).dependencies().get(0));
    }

    private static int slot() {
        return Objects.requireNonNull(TaskContext.get()).slot();
    }
}

package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskContext;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.LeakProbes;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class SlotReplacementTest { // F22, B32

    private final Stand stand = new Stand(1);
    private final InProcessExecutor executor = stand.executor;
    private final Stand.Stubborn stubborn = new Stand.Stubborn();

    @BeforeEach
    void audit(LeakProbes probes) {
        stand.audit(probes);
    }

    @AfterEach
    void close() {
        stubborn.release();
        stand.close();
    }

    @Test
    void anotherThreadTakesThePlaceOfOneThatIgnoresInterrupts() throws Exception { // behaviour 265
        TaskSpec stuck = launchStubborn();
        executor.kill(stuck.attemptId(), "enough", true);
        stubborn.awaitInterrupt();

        executor.replaceSlot(stuck.attemptId());

        assertThat(stand.outcomeOf(() -> slot() + " on " + stand.threads.indexOf(Thread.currentThread())))
                .isEqualTo(new TaskOutcome.Success("0 on 1", 0, List.of(), List.of()));
    }

    @Test
    void theOldThreadLeavesWhenItIsLetAndNobodyHearsOfItsEnd() throws Exception {
        TaskSpec stuck = launchStubborn();
        executor.replaceSlot(stuck.attemptId());
        stubborn.release();
        Stand.join(stand.threads.get(0));

        assertThat(stand.outcomeOf(() -> "next")).isInstanceOf(TaskOutcome.Success.class);

        assertThat(stand.events).noneMatch(event -> event instanceof SchedulerEvent.AttemptEnded);
        assertThat(stand.threads).hasSize(2);
    }

    @Test
    void whatTheAttemptHeldIsGivenBackByItsOwnThread() throws Exception { // I6
        TaskSpec stuck = stand.spec(() -> {
            Objects.requireNonNull(TaskContext.get()).scope().memory().reserve(1000);
            return stubborn.run();
        });
        executor.launch(stuck);
        stubborn.awaitRunning();
        executor.replaceSlot(stuck.attemptId());
        assertThat(stand.bytesHeld()).isPositive();

        stubborn.release();
        Stand.join(stand.threads.get(0));

        assertThat(stand.bytesHeld()).isZero();
    }

    @Test
    void aMapOutputThatIsCommittedLateIsDropped() throws Exception { // F13
        InProcessExecutor slow = new InProcessExecutor(
                stand.room.parts(1, Room.threads(), new AfterCommit(stand.room.shuffle, scope -> stubborn.run())),
                stand.events::add);
        TaskSpec spec = stand.room.spec(writing(stand.lineage.source(Map.entry("a", 1))));
        slow.launch(spec);
        stubborn.awaitRunning();
        assertThat(stand.room.shuffle.outputCount()).isOne();

        slow.replaceSlot(spec.attemptId());
        stubborn.release();

        slow.launch(stand.spec(() -> "next"));
        assertThat(stand.next(SchedulerEvent.AttemptEnded.class).attemptId()).isNotEqualTo(spec.attemptId());
        assertThat(slow.close(Stand.DEADLINE)).isEmpty();
    }

    @Test
    void aSuccessThatComesTooLateLeavesNothing() throws Exception {
        LineageNode source = stand.lineage.push(stand.lineage.source(Map.entry("a", 1)), (down, inputs) -> {
            long id = inputs.scope().attemptId();
            inputs.scope().onClose(() -> executor.replaceSlot(id)); // after its success was decided
            return down;
        });
        TaskSpec spec = stand.room.spec(writing(source), 0, Map.of(), Map.of(source.id(), StorageLevel.MEMORY_ONLY));
        executor.launch(spec);

        assertThat(stand.outcomeOf(() -> "next")).isInstanceOf(TaskOutcome.Success.class);
        Stand.join(stand.threads.get(0));

        assertThat(stand.room.shuffle.outputCount()).isZero();
        assertThat(stand.room.blocks.blockCount()).isZero();
    }

    @Test
    void closingReportsTheStuckThreadAndItsStack() throws Exception {
        TaskSpec stuck = launchStubborn();
        executor.replaceSlot(stuck.attemptId());

        List<String> left = executor.close(Duration.ofMillis(300));

        assertThat(left).singleElement().satisfies(line -> assertThat(line).contains("Stubborn.run(Stand.java"));
    }

    @Test
    void unknownEndedAndWaitingAttemptsHaveNoSlotToLose() throws Exception {
        TaskSpec ended = stand.spec(() -> "ended");
        stand.run(ended);
        launchStubborn();
        AtomicBoolean ran = new AtomicBoolean();
        TaskSpec queued = stand.spec(() -> ran.getAndSet(true));
        executor.launch(queued);

        executor.replaceSlot(4711);
        executor.replaceSlot(ended.attemptId());
        executor.replaceSlot(queued.attemptId());
        stubborn.release();

        assertThat(stand.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Success("at last", 0, List.of(), List.of()));
        assertThat(stand.outcomeOf(() -> "next")).isInstanceOf(TaskOutcome.Success.class);
        assertThat(ran).isFalse();
        assertThat(stand.threads).hasSize(1);
    }

    @Test
    void aThreadThatCannotBeHadIsAskedForAgainWithTheNextAttempt() throws Exception { // F3
        AtomicBoolean broken = new AtomicBoolean();
        InProcessExecutor poor = new InProcessExecutor(
                stand.room.parts(
                        1,
                        task -> {
                            if (broken.get()) {
                                throw new OutOfMemoryError("unable to create native thread");
                            }
                            return Room.threads().newThread(task);
                        },
                        stand.room.shuffle),
                stand.events::add);
        TaskSpec stuck = stand.spec(stubborn::run);
        poor.launch(stuck);
        stubborn.awaitRunning();
        broken.set(true);
        poor.replaceSlot(stuck.attemptId());
        broken.set(false);

        poor.launch(stand.spec(() -> "next"));

        assertThat(stand.next(SchedulerEvent.AttemptEnded.class).outcome()).isInstanceOf(TaskOutcome.Success.class);
        stubborn.release();
        assertThat(poor.close(Stand.DEADLINE)).isEmpty();
    }

    private TaskSpec launchStubborn() {
        TaskSpec stuck = stand.spec(stubborn::run);
        executor.launch(stuck);
        stubborn.awaitRunning();
        return stuck;
    }

    private TaskWork writing(LineageNode source) {
        return new TaskWork.WriteShuffle((ShuffleDependency)
                stand.lineage.shuffle(source, 1, null).dependencies().get(0));
    }

    private static int slot() {
        return Objects.requireNonNull(TaskContext.get()).slot();
    }
}

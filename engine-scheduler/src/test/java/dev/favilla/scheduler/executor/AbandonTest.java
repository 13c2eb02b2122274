package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskContext;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.LeakProbes;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An executor that is given up as if its process had died. */
class AbandonTest { // F6

    private final Stand stand = new Stand(2);
    private final InProcessExecutor executor = stand.executor;

    @BeforeEach
    void audit(LeakProbes probes) {
        stand.audit(probes);
    }

    @AfterEach
    void close() {
        stand.close();
    }

    @Test
    void whatRunsIsInterruptedAndWhatWaitsNeverRuns() throws Exception {
        CountDownLatch running = new CountDownLatch(2);
        AtomicBoolean ran = new AtomicBoolean();
        for (int i = 0; i < 2; i++) {
            executor.launch(stand.spec(() -> {
                running.countDown();
                new CountDownLatch(1).await();
                return null;
            }));
        }
        Stand.await(running);
        executor.launch(stand.spec(() -> ran.getAndSet(true)));

        executor.abandon("died");

        for (Thread thread : stand.threads) {
            Stand.join(thread);
        }
        assertThat(ran).isFalse();
        assertThat(stand.events).hasSize(2).allMatch(SchedulerEvent.AttemptStarted.class::isInstance);
    }

    @Test
    void itsBlocksAndMapOutputsAreGoneAtOnce() throws Exception {
        var source = stand.lineage.source(Map.entry("a", 1));
        TaskWork write = new TaskWork.WriteShuffle((ShuffleDependency)
                stand.lineage.shuffle(source, 1, null).dependencies().get(0));
        stand.run(stand.room.spec(write, 0, Map.of(), Map.of(source.id(), StorageLevel.MEMORY_ONLY)));
        assertThat(stand.room.shuffle.outputCount()).isOne();
        assertThat(stand.room.blocks.blockCount()).isOne();

        executor.abandon("died");

        assertThat(stand.room.shuffle.outputCount()).isZero();
        assertThat(stand.room.blocks.blockCount()).isZero();
    }

    @Test
    void nothingIsLaunchedKilledOrToldAfterwards() throws Exception {
        TaskSpec spec = stand.spec(() -> "never");
        executor.abandon("died");

        executor.launch(spec);
        executor.kill(spec.attemptId(), "x", true);
        executor.replaceSlot(spec.attemptId());
        executor.answerCommit(spec.attemptId(), true);
        executor.abandon("died again");

        assertThat(executor.close(Stand.DEADLINE)).isEmpty();
        assertThat(stand.events).isEmpty();
        assertThat(stand.threads).isEmpty();
    }

    @Test
    void itMayBeLostFromInsideATask() throws Exception {
        AtomicReference<String> seen = new AtomicReference<>();
        CountDownLatch lost = new CountDownLatch(1);
        executor.launch(stand.spec(() -> {
            executor.abandon("died");
            TaskContext context = Objects.requireNonNull(TaskContext.get());
            seen.set(context.killReason().orElse("") + ", interrupted: " + Thread.interrupted());
            lost.countDown();
            return "done";
        }));
        stand.next(SchedulerEvent.AttemptStarted.class);
        Stand.await(lost);

        assertThat(executor.close(Stand.DEADLINE)).isEmpty();

        assertThat(seen).hasValue("died, interrupted: true");
        assertThat(stand.events).isEmpty();
    }

    @Test
    void closingJoinsItsThreadsAndReportsTheStubborn() throws Exception { // F22
        Stand.Stubborn stubborn = new Stand.Stubborn();
        executor.launch(stand.spec(stubborn::run));
        stubborn.awaitRunning();
        executor.abandon("died");

        assertThat(executor.close(Duration.ofMillis(300)))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("Stubborn.run(Stand.java"));

        stubborn.release();
        assertThat(executor.close(Stand.DEADLINE)).isEmpty();
    }
}

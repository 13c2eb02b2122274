package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.scheduler.TaskWork;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.TaskContext;
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
class AbandonTest {

    private final ExecutorHarness harness = new ExecutorHarness(2);
    private final InProcessExecutor executor = harness.executor;

    @BeforeEach
    void audit(LeakProbes probes) {
        harness.audit(probes);
    }

    @AfterEach
    void close() {
        harness.close();
    }

    @Test
    void whatRunsIsInterruptedAndWhatWaitsNeverRuns() throws Exception {
        CountDownLatch running = new CountDownLatch(2);
        AtomicBoolean ran = new AtomicBoolean();
        for (int i = 0; i < 2; i++) {
            executor.launch(harness.spec(() -> {
                running.countDown();
                new CountDownLatch(1).await();
                return null;
            }));
        }
        ExecutorHarness.await(running);
        executor.launch(harness.spec(() -> ran.getAndSet(true)));

        executor.abandon("died");

        for (Thread thread : harness.threads) {
            ExecutorHarness.join(thread);
        }
        assertThat(ran).isFalse();
        assertThat(harness.events).hasSize(2).allMatch(SchedulerEvent.AttemptStarted.class::isInstance);
    }

    @Test
    void itsBlocksAndMapOutputsAreGoneAtOnce() throws Exception {
        var source = harness.lineage.source(Map.entry("a", 1));
        TaskWork write = new TaskWork.WriteShuffle((ShuffleDependency)
                harness.lineage.shuffle(source, 1, null).dependencies().get(0));
        harness.run(harness.host.spec(write, 0, Map.of(), Map.of(source.id(), StorageLevel.MEMORY_ONLY)));
        assertThat(harness.host.shuffle.outputCount()).isOne();
        assertThat(harness.host.blocks.blockCount()).isOne();

        executor.abandon("died");

        assertThat(harness.host.shuffle.outputCount()).isZero();
        assertThat(harness.host.blocks.blockCount()).isZero();
    }

    @Test
    void nothingIsLaunchedKilledOrToldAfterwards() throws Exception {
        TaskSpec spec = harness.spec(() -> "never");
        executor.abandon("died");

        executor.launch(spec);
        executor.kill(spec.attemptId(), "x", true);
        executor.replaceSlot(spec.attemptId());
        executor.answerCommit(spec.attemptId(), true);
        executor.abandon("died again");

        assertThat(executor.close(ExecutorHarness.DEADLINE)).isEmpty();
        assertThat(harness.events).isEmpty();
        assertThat(harness.threads).isEmpty();
    }

    @Test
    void itMayBeLostFromInsideATask() throws Exception {
        AtomicReference<String> seen = new AtomicReference<>();
        CountDownLatch lost = new CountDownLatch(1);
        executor.launch(harness.spec(() -> {
            executor.abandon("died");
            TaskContext context = Objects.requireNonNull(TaskContext.get());
            seen.set(context.killReason().orElse("") + ", interrupted: " + Thread.interrupted());
            lost.countDown();
            return "done";
        }));
        harness.next(SchedulerEvent.AttemptStarted.class);
        ExecutorHarness.await(lost);

        assertThat(executor.close(ExecutorHarness.DEADLINE)).isEmpty();

        assertThat(seen).hasValue("died, interrupted: true");
        assertThat(harness.events).isEmpty();
    }

    @Test
    void closingJoinsItsThreadsAndReportsTheStubborn() throws Exception {
        ExecutorHarness.Stubborn stubborn = new ExecutorHarness.Stubborn();
        executor.launch(harness.spec(stubborn::run));
        stubborn.awaitRunning();
        executor.abandon("died");

        assertThat(executor.close(Duration.ofMillis(300)))
                .singleElement()
                .satisfies(line -> assertThat(line).contains("Stubborn.run(ExecutorHarness.java"));

        stubborn.release();
        assertThat(executor.close(ExecutorHarness.DEADLINE)).isEmpty();
    }
}

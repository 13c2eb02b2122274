package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.job.JobOutcome;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.TestLineage;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.executor.TestAction;
import dev.favilla.task.TaskContext;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The whole scheduler with real threads, where executors are lost and tasks do not let go. */
class RecoveryEndToEndTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration AT_ONCE = Duration.ofMillis(1);
    private static final ExecutorId SECOND = new ExecutorId("second", 1);

    private final ServiceHarness engine = new ServiceHarness(
            1,
            RetryPolicy.LOCAL,
            new SchedulingPolicy(
                    SchedulingPolicy.DEFAULT.mode(),
                    List.of(),
                    Duration.ZERO,
                    SchedulingPolicy.DEFAULT.speculation(),
                    AT_ONCE,
                    AT_ONCE,
                    PATIENCE,
                    1L << 30));
    private final TestLineage lineage = new TestLineage();
    private final CountDownLatch running = new CountDownLatch(1);
    private final CountDownLatch release = new CountDownLatch(1);

    @AfterEach
    void close() {
        release.countDown();
        engine.close();
    }

    @Test
    void aJobGoesOnElsewhereWhenItsExecutorIsLost() throws Exception {
        JobHandle job = engine.service.submit(ServiceHarness.request(
                lineage.map(numbers(), n -> {
                    if (here().executor().equals(ServiceHarness.ID)) {
                        running.countDown();
                        sleepUntilInterrupted();
                    }
                    return n;
                }),
                new TestAction()));
        await(running);

        engine.service.addExecutor(post -> engine.another(SECOND, 1, post));
        engine.service.loseExecutor(ServiceHarness.ID, "died");

        assertThat(job.await(PATIENCE).orElseThrow())
                .isInstanceOfSatisfying(
                        JobOutcome.Staged.class,
                        done -> assertThat(done.staged()).containsExactly(List.of(0), List.of(1)));
        assertThat(engine.service.tables().executors()).isOne();
    }

    @Test
    void aJobWaitsForAnExecutorWhereThereIsNone() throws Exception {
        engine.service.loseExecutor(ServiceHarness.ID, "died");
        JobHandle job = engine.service.submit(ServiceHarness.request(numbers(), new TestAction()));
        assertThat(job.await(Duration.ZERO)).isEmpty();

        engine.service.addExecutor(post -> engine.another(SECOND, 2, post));

        assertThat(job.await(PATIENCE).orElseThrow()).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void aDrainedExecutorEndsWhatItRunsAndIsGone() throws Exception {
        JobHandle job = engine.service.submit(ServiceHarness.request(
                lineage.map(lineage.source(1), n -> {
                    running.countDown();
                    await(release);
                    return here().executor().name();
                }),
                new TestAction()));
        await(running);

        engine.service.addExecutor(post -> engine.another(SECOND, 1, post));
        engine.service.drainExecutor(ServiceHarness.ID);
        release.countDown();

        assertThat(job.await(PATIENCE).orElseThrow())
                .isInstanceOfSatisfying(
                        JobOutcome.Staged.class,
                        done -> assertThat(done.staged()).containsExactly(List.of("driver")));
        assertThat(engine.service.tables().executors()).isOne();
    }

    @Test
    void aTaskThatIgnoresEverythingLosesItsSlotAndTheNextJobRuns() throws Exception {
        JobHandle stubborn = engine.service.submit(ServiceHarness.request(
                lineage.map(lineage.source(1), n -> {
                    running.countDown();
                    waitWhateverComes();
                    return n;
                }),
                new TestAction()));
        await(running);

        stubborn.cancel("enough");

        assertThat(stubborn.await(PATIENCE).orElseThrow()).isInstanceOf(JobOutcome.Cancelled.class);
        assertThat(engine.run(numbers(), new TestAction())).isInstanceOf(JobOutcome.Staged.class);
        assertThat(release.getCount())
                .as("the stubborn task has not been let go")
                .isOne();
    }

    @Test
    void attemptsThatAskMayCommit() throws Exception {
        JobOutcome outcome = engine.run(numbers(), new TestAction() {
            @Override
            public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
                return here().mayCommit();
            }
        });

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        JobOutcome.Staged.class,
                        done -> assertThat(done.staged()).containsExactly(true, true));
    }

    private LineageNode numbers() {
        return lineage.source(2, p -> List.of(p).iterator());
    }

    private static TaskContext here() {
        return Objects.requireNonNull(TaskContext.get());
    }

    private static void sleepUntilInterrupted() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            throw new IllegalStateException("interrupted", e);
        }
    }

    private void waitWhateverComes() {
        while (true) {
            try {
                release.await();
                return;
            } catch (InterruptedException e) {
                running.countDown(); // swallowed
            }
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts this thread", e);
        }
    }
}

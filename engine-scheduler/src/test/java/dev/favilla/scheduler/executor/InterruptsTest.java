package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.task.TaskContext;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.LeakProbes;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Kills that interrupt: whom they reach, and whom never. */
class InterruptsTest {

    private final ExecutorHarness harness = new ExecutorHarness(1);
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
    void anInterruptEndsAnAttemptThatWaits() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        TaskSpec spec = harness.spec(() -> {
            running.countDown();
            new CountDownLatch(1).await();
            return null;
        });
        executor.launch(spec);
        ExecutorHarness.await(running);

        executor.kill(spec.attemptId(), "enough", true);

        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Killed("enough"));
    }

    @Test
    void aSecondKillEscalatesAndTheFirstReasonStays() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger interrupts = new AtomicInteger();
        TaskSpec spec = harness.spec(() -> {
            running.countDown();
            Thread self = Thread.currentThread();
            while (!Objects.requireNonNull(TaskContext.get()).isInterrupted()) {
                Thread.onSpinWait();
            }
            interrupts.addAndGet(self.isInterrupted() ? 1 : 0);
            release.countDown();
            new CountDownLatch(1).await();
            return null;
        });
        executor.launch(spec);
        ExecutorHarness.await(running);

        executor.kill(spec.attemptId(), "please", false);
        ExecutorHarness.await(release);
        executor.kill(spec.attemptId(), "at once", true);

        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Killed("please"));
        assertThat(interrupts).hasValue(0);
    }

    @Test
    void aKilledAttemptMayAnswerWithAnyException() throws Exception {
        assertThat(harness.outcomeOf(() -> {
                    killMyself();
                    throw new IllegalStateException("interrupted: " + Thread.interrupted());
                }))
                .isEqualTo(new TaskOutcome.Killed("mine"));
    }

    @Test
    void theFlagIsDownWhenTheEndIsHandledAndForTheNextAttempt() throws Exception {
        List<Boolean> flags = Collections.synchronizedList(new ArrayList<>());
        InProcessExecutor watched = new InProcessExecutor(
                harness.host.env(1, TestExecutor.threads(), harness.host.shuffle), new EventGate(event -> {
                    flags.add(Thread.currentThread().isInterrupted());
                    harness.events.add(event);
                }));
        watched.launch(harness.spec(() -> {
            TaskContext context = Objects.requireNonNull(TaskContext.get());
            ((RunningTask) context)
                    .scope()
                    .onClose(() -> flags.add(Thread.currentThread().isInterrupted()));
            watched.kill(context.attemptId(), "mine", true);
            return Thread.currentThread().isInterrupted(); // and left so
        }));
        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).outcome()).isEqualTo(new TaskOutcome.Killed("mine"));

        watched.launch(harness.spec(() -> Thread.currentThread().isInterrupted()));

        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Success(false, 0, List.of(), List.of()));
        assertThat(flags).hasSize(5).containsOnly(false);
        assertThat(watched.close(ExecutorHarness.DEADLINE)).isEmpty();
    }

    @Test
    void aKillOfAQueuedAttemptDoesNotTouchTheRunningOne() throws Exception {
        ExecutorHarness.Stubborn first = new ExecutorHarness.Stubborn();
        executor.launch(harness.spec(() -> {
            first.run();
            return Thread.currentThread().isInterrupted();
        }));
        first.awaitRunning();
        AtomicBoolean ran = new AtomicBoolean();
        TaskSpec queued = harness.spec(() -> ran.getAndSet(true));
        executor.launch(queued);

        executor.kill(queued.attemptId(), "never mind", true);
        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Killed("never mind"));
        first.release();

        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Success(false, 0, List.of(), List.of()));
        assertThat(ran).isFalse();
    }

    @RepeatedTest(50)
    void aKillAtTheVeryEndNeverHitsTheNextAttempt() throws Exception {
        CountDownLatch ending = new CountDownLatch(1);
        TaskSpec spec = harness.spec(() -> {
            ending.countDown();
            return null;
        });
        executor.launch(spec);
        executor.launch(harness.spec(() -> Thread.currentThread().isInterrupted()));
        ExecutorHarness.await(ending);

        executor.kill(spec.attemptId(), "too late?", true);

        harness.next(SchedulerEvent.AttemptEnded.class);
        assertThat(harness.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Success(false, 0, List.of(), List.of()));
    }

    private void killMyself() {
        executor.kill(Objects.requireNonNull(TaskContext.get()).attemptId(), "mine", true);
    }
}

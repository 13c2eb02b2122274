package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskContext;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
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
class InterruptsTest { // F21, F22

    private final Stand stand = new Stand(1);
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
    void anInterruptEndsAnAttemptThatWaits() throws Exception { // behaviour 262
        CountDownLatch running = new CountDownLatch(1);
        TaskSpec spec = stand.spec(() -> {
            running.countDown();
            new CountDownLatch(1).await();
            return null;
        });
        executor.launch(spec);
        Stand.await(running);

        executor.kill(spec.attemptId(), "enough", true);

        assertThat(stand.next(SchedulerEvent.AttemptEnded.class).outcome()).isEqualTo(new TaskOutcome.Killed("enough"));
    }

    @Test
    void aSecondKillEscalatesAndTheFirstReasonStays() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        AtomicInteger interrupts = new AtomicInteger();
        TaskSpec spec = stand.spec(() -> {
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
        Stand.await(running);

        executor.kill(spec.attemptId(), "please", false);
        Stand.await(release);
        executor.kill(spec.attemptId(), "at once", true);

        assertThat(stand.next(SchedulerEvent.AttemptEnded.class).outcome()).isEqualTo(new TaskOutcome.Killed("please"));
        assertThat(interrupts).hasValue(0);
    }

    @Test
    void aKilledAttemptMayAnswerWithAnyException() throws Exception { // behaviour 266
        assertThat(stand.outcomeOf(() -> {
                    killMyself();
                    throw new IllegalStateException("interrupted: " + Thread.interrupted());
                }))
                .isEqualTo(new TaskOutcome.Killed("mine"));
    }

    @Test
    void theFlagIsDownWhenTheEndIsHandledAndForTheNextAttempt() throws Exception { // F22
        List<Boolean> flags = Collections.synchronizedList(new ArrayList<>());
        InProcessExecutor watched =
                new InProcessExecutor(stand.room.parts(1, Room.threads(), stand.room.shuffle), event -> {
                    flags.add(Thread.currentThread().isInterrupted());
                    stand.events.add(event);
                });
        watched.launch(stand.spec(() -> {
            TaskContext context = Objects.requireNonNull(TaskContext.get());
            context.scope().onClose(() -> flags.add(Thread.currentThread().isInterrupted()));
            watched.kill(context.attemptId(), "mine", true);
            return Thread.currentThread().isInterrupted(); // and left so
        }));
        assertThat(stand.next(SchedulerEvent.AttemptEnded.class).outcome()).isEqualTo(new TaskOutcome.Killed("mine"));

        watched.launch(stand.spec(() -> Thread.currentThread().isInterrupted()));

        assertThat(stand.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Success(false, 0, List.of(), List.of()));
        assertThat(flags).hasSize(5).containsOnly(false);
        assertThat(watched.close(Stand.DEADLINE)).isEmpty();
    }

    @Test
    void aKillOfAQueuedAttemptDoesNotTouchTheRunningOne() throws Exception {
        Stand.Stubborn first = new Stand.Stubborn();
        executor.launch(stand.spec(() -> {
            first.run();
            return Thread.currentThread().isInterrupted();
        }));
        first.awaitRunning();
        AtomicBoolean ran = new AtomicBoolean();
        TaskSpec queued = stand.spec(() -> ran.getAndSet(true));
        executor.launch(queued);

        executor.kill(queued.attemptId(), "never mind", true);
        first.release();

        assertThat(stand.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Success(false, 0, List.of(), List.of()));
        assertThat(stand.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Killed("never mind"));
        assertThat(ran).isFalse();
    }

    @RepeatedTest(50)
    void aKillAtTheVeryEndNeverHitsTheNextAttempt() throws Exception {
        CountDownLatch ending = new CountDownLatch(1);
        TaskSpec spec = stand.spec(() -> {
            ending.countDown();
            return null;
        });
        executor.launch(spec);
        executor.launch(stand.spec(() -> Thread.currentThread().isInterrupted()));
        Stand.await(ending);

        executor.kill(spec.attemptId(), "too late?", true);

        stand.next(SchedulerEvent.AttemptEnded.class);
        assertThat(stand.next(SchedulerEvent.AttemptEnded.class).outcome())
                .isEqualTo(new TaskOutcome.Success(false, 0, List.of(), List.of()));
    }

    private void killMyself() {
        executor.kill(Objects.requireNonNull(TaskContext.get()).attemptId(), "mine", true);
    }
}

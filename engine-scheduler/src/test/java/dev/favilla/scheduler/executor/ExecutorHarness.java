package dev.favilla.scheduler.executor;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultInjector;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.TestLineage;
import dev.favilla.scheduler.EventGate;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.LeakProbe;
import dev.favilla.testing.LeakProbes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** One executor with all that belongs to it, what it says, and attempts to run there. */
final class ExecutorHarness {

    static final Duration DEADLINE = Duration.ofSeconds(5);

    final TestExecutor host = new TestExecutor();
    final TestLineage lineage = new TestLineage();
    final BlockingQueue<SchedulerEvent> events = new LinkedBlockingQueue<>();

    /** The slots' threads, in the order they were made. */
    final List<Thread> threads = Collections.synchronizedList(new ArrayList<>());

    final InProcessExecutor executor;

    ExecutorHarness(int slots) {
        this(slots, Boundary.NONE);
    }

    ExecutorHarness(int slots, FaultInjector faults) {
        executor =
                new InProcessExecutor(host.env(slots, this::thread, host.shuffle, faults), new EventGate(events::add));
    }

    ExecutorHarness(int slots, Boundary boundary) {
        executor = new InProcessExecutor(
                host.env(slots, this::thread, host.shuffle), boundary, new EventGate(events::add));
    }

    private Thread thread(Runnable task) {
        Thread thread = TestExecutor.threads().newThread(task);
        threads.add(thread);
        return thread;
    }

    /** Sees to it that memory, map outputs and blocks are back at the end of the test. */
    void audit(LeakProbes probes) {
        probes.register(probe("bytes held", this::bytesHeld));
        probes.register(probe("map outputs", host.shuffle::outputCount));
        probes.register(probe("blocks", host.blocks::blockCount));
    }

    long bytesHeld() {
        return host.memory.usage().poolBytes() - host.memory.usage().freeBytes();
    }

    void close() {
        assertThat(executor.close(DEADLINE)).isEmpty();
    }

    TaskSpec spec(RunningTask.Body<?> body) {
        return host.spec(lineage.source(1), action(body));
    }

    TaskOutcome outcomeOf(RunningTask.Body<?> body) throws InterruptedException {
        return run(spec(body)).outcome();
    }

    SchedulerEvent.AttemptEnded run(TaskSpec spec) throws InterruptedException {
        executor.launch(spec);
        return next(SchedulerEvent.AttemptEnded.class);
    }

    /** Waits for the next event of a kind. */
    <E extends SchedulerEvent> E next(Class<E> kind) throws InterruptedException {
        while (true) {
            SchedulerEvent event = events.poll(30, TimeUnit.SECONDS);
            assertThat(event).as("an event of the kind %s", kind).isNotNull();
            if (kind.isInstance(event)) {
                return kind.cast(event);
            }
        }
    }

    static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError("nobody interrupts this thread", e);
        }
    }

    static void join(Thread thread) throws InterruptedException {
        thread.join(30_000);
        assertThat(thread.isAlive()).isFalse();
    }

    static TestAction action(RunningTask.Body<?> body) {
        return new TestAction() {
            @Override
            public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
                return body.run();
            }
        };
    }

    private static LeakProbe probe(String name, LongSupplier measure) {
        return new LeakProbe() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public long measure() {
                return measure.getAsLong();
            }
        };
    }

    /** Code that ends when it is allowed to, whoever interrupts it. */
    static final class Stubborn {

        private final CountDownLatch running = new CountDownLatch(1);
        private final CountDownLatch interrupted = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        String run() {
            running.countDown();
            while (true) {
                try {
                    released.await();
                    return "at last";
                } catch (InterruptedException e) {
                    interrupted.countDown(); // and swallowed
                }
            }
        }

        void awaitRunning() {
            await(running);
        }

        void awaitInterrupt() {
            await(interrupted);
        }

        void release() {
            released.countDown();
        }
    }
}

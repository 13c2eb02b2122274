package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobOutcome;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.TestLineage;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.executor.TestAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Closing a whole engine in every situation; the leak audit sees to it that no thread is left. */
class ClosingTest {

    private static final Duration DEADLINE = Duration.ofSeconds(10);

    private final ServiceHarness engine = new ServiceHarness(2);
    private final TestLineage lineage = new TestLineage();

    @AfterEach
    void close() {
        engine.service.close(DEADLINE); // the report of the first close is the test's affair
        assertThat(engine.memory.usage().freeBytes()).isEqualTo(engine.memory.poolBytes());
    }

    @Test
    void withoutAnyJob() {
        assertThat(engine.service.close(DEADLINE)).isEmpty();
    }

    @Test
    void anIdleEngineLeavesNothing() throws Exception {
        engine.run(numbers(), new TestAction());

        assertThat(engine.service.close(DEADLINE)).isEmpty();
    }

    @RepeatedTest(20)
    void whileJobsRunEndsThemAll() throws Exception {
        List<JobHandle> jobs = new ArrayList<>();
        CountDownLatch running = new CountDownLatch(1);
        for (int i = 0; i < 5; i++) {
            jobs.add(submit(endless(running)));
        }
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

        assertThat(engine.service.close(DEADLINE)).isEmpty();

        for (JobHandle job : jobs) {
            assertThat(job.await(DEADLINE))
                    .hasValueSatisfying(outcome ->
                            assertThat(outcome).isInstanceOfAny(JobOutcome.Failed.class, JobOutcome.Cancelled.class));
        }
    }

    @RepeatedTest(10)
    void fromATaskDoesNotWaitForThatTask() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        JobHandle job = submit(lineage.map(numbers(), n -> {
            List<String> left = engine.service.close(DEADLINE);
            if (left.isEmpty()) {
                closed.countDown();
            }
            return n;
        }));

        assertThat(closed.await(5, TimeUnit.SECONDS)).isTrue();
        assertThat(job.await(DEADLINE)).isPresent();
    }

    @Test
    void fromAListenerDoesNotWaitForThatListener() throws Exception {
        CountDownLatch closed = new CountDownLatch(1);
        engine.service.addListener(event -> {
            if (event instanceof EngineEvent.TaskStarted
                    && engine.service.close(DEADLINE).isEmpty()) {
                closed.countDown();
            }
        });
        JobHandle job = submit(endless(new CountDownLatch(1)));

        assertThat(closed.await(9, TimeUnit.SECONDS)).isTrue();
        assertThat(job.await(DEADLINE)).isPresent();
    }

    @RepeatedTest(10)
    void fromEverywhereAtOnce() throws Exception {
        List<List<String>> left = new CopyOnWriteArrayList<>(); // some close still while it is looked at
        engine.service.addListener(event -> left.add(engine.service.close(DEADLINE)));
        List<Thread> closers = IntStream.range(0, 4)
                .mapToObj(i -> new Thread(() -> left.add(engine.service.close(DEADLINE))))
                .toList();
        JobHandle job = submit(lineage.map(numbers(), n -> {
            closers.forEach(closer -> {
                if (closer.getState() == Thread.State.NEW && n.equals(0)) {
                    closer.start();
                }
            });
            left.add(engine.service.close(DEADLINE));
            return n;
        }));

        assertThat(job.await(DEADLINE)).isPresent();
        engine.service.close(DEADLINE);
        for (Thread closer : closers) {
            closer.join(10_000);
            assertThat(closer.isAlive()).isFalse();
        }
        assertThat(left).allSatisfy(lines -> assertThat(lines).isEmpty());
    }

    @Test
    void aStubbornTaskAndAStuckListenerAreReportedWithinTheDeadline() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        CountDownLatch stuck = new CountDownLatch(1);
        CountDownLatch running = new CountDownLatch(1);
        engine.service.addListener(event -> {
            stuck.countDown();
            spinUntil(stop);
        });
        submit(lineage.map(lineage.source(1), n -> {
            running.countDown();
            spinUntil(stop);
            return n;
        }));
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(stuck.await(30, TimeUnit.SECONDS)).isTrue();

        List<String> left = engine.service.close(Duration.ofMillis(400)); // returns although both go on

        assertThat(left)
                .hasSize(2)
                .allSatisfy(line -> assertThat(line).contains("spinUntil(ClosingTest.java"))
                .anySatisfy(line -> assertThat(line).contains("ignored its interrupts"))
                .anySatisfy(line -> assertThat(line).contains("stuck in a listener"));
        stop.set(true);
        awaitEnd("favilla-test-");
    }

    @RepeatedTest(20)
    void submittingMeanwhileEndsEveryJobOrRefusesIt() throws Exception {
        List<JobHandle> accepted = Collections.synchronizedList(new ArrayList<>());
        LineageNode node = numbers();
        CountDownLatch some = new CountDownLatch(10);
        Thread submitter = new Thread(() -> {
            try {
                while (true) {
                    accepted.add(engine.service.submit(ServiceHarness.request(node, new TestAction())));
                    some.countDown();
                }
            } catch (IllegalStateException e) {
                assertThat(e).hasMessageContaining("closed");
            }
        });
        submitter.start();
        assertThat(some.await(30, TimeUnit.SECONDS)).isTrue();

        engine.service.close(DEADLINE);
        submitter.join(10_000);

        assertThat(submitter.isAlive()).isFalse();
        for (JobHandle job : accepted) {
            assertThat(job.await(DEADLINE)).isPresent();
        }
    }

    private JobHandle submit(LineageNode node) {
        return engine.service.submit(ServiceHarness.request(node, new TestAction()));
    }

    private LineageNode numbers() {
        return lineage.source(4, p -> IntStream.range(p, p + 1).iterator());
    }

    private LineageNode endless(CountDownLatch running) {
        LineageNode ones = lineage.source(
                2,
                p -> IntStream.generate(() -> {
                            running.countDown();
                            return 1;
                        })
                        .iterator());
        return lineage.filter(ones, n -> false);
    }

    private static void awaitEnd(String prefix) throws InterruptedException {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith(prefix)) {
                thread.join(10_000);
            }
        }
    }

    private static void spinUntil(AtomicBoolean stop) {
        while (!stop.get()) {
            LockSupport.parkNanos(1_000_000);
            Thread.interrupted();
        }
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.Metric;
import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import dev.favilla.fault.FaultSite;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class ListenerFaultsTest {

    private static final String LOCAL = "local[2]";
    private static final String CLUSTER = "local-cluster[2,1,64]";

    @Nested
    class AListener {

        @Test
        void thatBlocksDelaysNoJobAndTheOthersAreToldLater() {
            CountDownLatch release = new CountDownLatch(1);
            try (EngineContext engine = EngineContext.open(LOCAL)) {
                AtomicInteger blocked = new AtomicInteger();
                engine.addListener(event -> {
                    blocked.incrementAndGet();
                    await(release);
                });
                Events events = Events.of(engine);
                for (int job = 1; job <= 20; job++) {
                    assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());
                }

                assertThat(blocked.get()).isLessThanOrEqualTo(1);
                release.countDown();
                events.awaitJobs(20);
                assertThat(events.of(EngineEvent.TaskEnded.class)).hasSize(20 * (4 + 3));
                assertThat(engine.status().droppedEvents()).isZero();
                Engines.assertUsable(engine);
            }
        }

        @Test
        void thatIsTooSlowLosesItsEventsAndTheLossIsCounted() {
            CountDownLatch release = new CountDownLatch(1);
            try (EngineContext engine = EngineContext.builder()
                    .cores(2)
                    .set("favilla.listener.queueCapacity", "10")
                    .open()) {
                AtomicInteger told = new AtomicInteger();
                engine.addListener(event -> {
                    await(release);
                    told.incrementAndGet();
                });
                for (int job = 1; job <= 20; job++) {
                    assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());
                }
                long dropped = engine.status().droppedEvents();
                release.countDown();
                Engines.await(() -> told.get() >= 10);

                assertThat(dropped).isPositive();
                assertThat(told.get()).isBetween(10, 11); // what its queue holds, and what it had in hand
                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());
            }
        }

        private static void await(CountDownLatch latch) {
            try {
                latch.await(30, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }

        @Test
        void thatThrowsAnythingStaysAndDisturbsNobody() {
            List<Throwable> errors = List.of(
                    new IllegalStateException("an exception"),
                    new AssertionError("an error"),
                    new StackOverflowError("deep"),
                    new NoClassDefFoundError("linkage"));
            AtomicInteger thrown = new AtomicInteger();
            try (EngineContext engine = EngineContext.open(LOCAL)) {
                engine.addListener(event -> {
                    Throwable error = errors.get(thrown.getAndIncrement() % errors.size());
                    if (error instanceof Error e) {
                        throw e;
                    }
                    throw (RuntimeException) error;
                });
                Events events = Events.of(engine);
                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());
                events.awaitJobs(1);
                Engines.await(() -> thrown.get() >= events.all().size());

                assertThat(thrown.get()).isGreaterThanOrEqualTo(events.all().size());
                Engines.assertUsable(engine);
            }
        }

        @Test
        void thatInterruptsItsThreadIsRemovedAndTheOthersGoOn() {
            try (EngineContext engine = EngineContext.open(LOCAL)) {
                AtomicInteger told = new AtomicInteger();
                engine.addListener(event -> {
                    told.incrementAndGet();
                    Thread.currentThread().interrupt();
                });
                Events events = Events.of(engine);
                TwoSided.sums(engine);
                events.awaitJobs(1);
                int after = told.get();
                TwoSided.sums(engine);
                events.awaitJobs(2);

                assertThat(after).isPositive();
                assertThat(told.get()).isEqualTo(after);
                Engines.assertUsable(engine);
            }
        }

        @Test
        void mayRunAJobOfItsOwn() throws InterruptedException {
            CountDownLatch done = new CountDownLatch(1);
            AtomicInteger counted = new AtomicInteger();
            try (EngineContext engine = EngineContext.open(LOCAL)) {
                engine.addListener(event -> {
                    if (event instanceof EngineEvent.JobEnded ended && ended.jobId() == 0) {
                        counted.set((int) engine.range(0, 10).count());
                        done.countDown();
                    }
                });
                TwoSided.sums(engine);

                assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
                assertThat(counted.get()).isEqualTo(10);
                Engines.assertUsable(engine);
            }
        }

        @Test
        void mayAddAndRemoveListenersAmongThemItself() {
            Events late = new Events();
            AtomicInteger told = new AtomicInteger();
            try (EngineContext engine = EngineContext.open(LOCAL)) {
                engine.addListener(new EngineListener() {
                    @Override
                    public void onEvent(EngineEvent event) {
                        told.incrementAndGet();
                        if (event instanceof EngineEvent.JobEnded) {
                            engine.addListener(late);
                            engine.removeListener(this);
                        }
                    }
                });
                Events events = Events.of(engine);
                TwoSided.sums(engine);
                events.awaitJobs(1);
                Engines.await(() -> told.get() == events.all().size());
                int before = told.get();
                Engines.await(() -> {
                    TwoSided.sums(engine);
                    return !late.all().isEmpty();
                });

                assertThat(late.all()).isNotEmpty();
                assertThat(told.get()).isEqualTo(before);
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class WhatTheyAreTold {

        /** What is begun ends, in this order, whatever happens to it. */
        private static void assertCausal(List<EngineEvent> events) {
            Map<Long, String> tasks = new HashMap<>();
            Map<Integer, String> jobs = new HashMap<>();
            Map<String, Integer> stages = new HashMap<>();
            for (EngineEvent event : events) {
                if (event instanceof EngineEvent.JobStarted started) {
                    assertThat(jobs.put(started.jobId(), "runs")).isNull();
                } else if (event instanceof EngineEvent.JobEnded ended) {
                    assertThat(jobs.put(ended.jobId(), "ended")).isEqualTo("runs");
                } else if (event instanceof EngineEvent.StageSubmitted submitted) {
                    stages.put(submitted.stage().stageId() + "." + submitted.stageAttempt(), 0);
                    assertThat(jobs.get(submitted.jobId())).isEqualTo("runs");
                } else if (event instanceof EngineEvent.TaskStarted started) {
                    assertThat(stages).containsKey(started.stageId() + "." + started.stageAttempt());
                    assertThat(tasks.put(started.attemptId(), "runs")).isNull();
                } else if (event instanceof EngineEvent.TaskEnded ended) {
                    assertThat(tasks.put(ended.attemptId(), "ended")).isEqualTo("runs");
                }
            }
            assertThat(tasks.values()).containsOnly("ended");
            assertThat(jobs.values()).containsOnly("ended");
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void comeInPairsAndInCausalOrderThoughTasksFailAndExecutorsGo(String master) {
            FaultPlan faults = FaultPlan.failing()
                    .at(FaultSite.RECORDS)
                    .stage(0)
                    .partition(1)
                    .and(FaultPlan.dropping().stage(1).partition(0))
                    .and(FaultPlan.losing(true).at(FaultSite.TASK_END).stage(1).partition(2));
            Events events;
            try (EngineContext engine =
                    TwoSided.withRetries(master).extension(faults).open()) {
                events = Events.of(engine);
                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());
                Engines.assertUsable(engine);
            }
            assertCausal(events.all());
            assertThat(events.of(EngineEvent.ExecutorRemoved.class)).hasSize(1);
            assertThat(events.of(EngineEvent.StageCompleted.class))
                    .filteredOn(event -> !event.failure().isEmpty())
                    .isNotEmpty();
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void sayWhatStagesAreMadeOf(String master) {
            try (EngineContext engine = EngineContext.open(master)) {
                Events events = Events.of(engine);
                RDD<Long> numbers = engine.range(0, 100, 1, 10).map(x -> x);
                numbers.take(1);
                events.awaitJobs(1);

                EngineEvent.StageSubmitted submitted =
                        events.of(EngineEvent.StageSubmitted.class).get(0);
                assertThat(submitted.stage().rddIds()).contains(numbers.id());
                assertThat(submitted.stage().tasks()).isEqualTo(1); // fewer than partitions
                assertThat(submitted.time())
                        .isBeforeOrEqualTo(events.of(EngineEvent.StageCompleted.class)
                                .get(0)
                                .time());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void carryWhatTasksHaveDone(String master) {
            try (EngineContext engine = EngineContext.open(master)) {
                Events events = Events.of(engine);
                TwoSided.sums(engine);
                events.awaitJobs(1);

                for (EngineEvent.TaskEnded end : events.of(EngineEvent.TaskEnded.class)) {
                    assertThat(end.metrics().get(Metric.RUN_NANOS)).isPositive();
                    if (end.stageId() == 0) {
                        assertThat(end.metrics().get(Metric.SHUFFLE_BYTES_WRITTEN))
                                .isPositive();
                    }
                }
            }
        }

        @Test
        void thatNobodyIsToldAfterCloseAreToldBefore() {
            ConcurrentLinkedQueue<EngineEvent> told = new ConcurrentLinkedQueue<>();
            try (EngineContext engine = EngineContext.open(LOCAL)) {
                engine.addListener(told::add);
                TwoSided.sums(engine);
            }
            assertThat(told).last().isInstanceOf(EngineEvent.JobEnded.class);
        }
    }
}

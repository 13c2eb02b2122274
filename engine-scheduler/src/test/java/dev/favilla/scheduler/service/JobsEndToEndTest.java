package dev.favilla.scheduler.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.TaskScope;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobFailure;
import dev.favilla.job.JobOutcome;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.TestLineage;
import dev.favilla.scheduler.Accumulator;
import dev.favilla.scheduler.ContextId;
import dev.favilla.scheduler.JobHandle;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.executor.TestAction;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.TaskContext;
import dev.favilla.testing.TestSeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

class JobsEndToEndTest {

    private static final Duration PATIENCE = Duration.ofSeconds(30);

    @AutoClose
    private final ServiceHarness engine = new ServiceHarness(2, new RetryPolicy(2, 4, 100));

    private final TestLineage lineage = new TestLineage();

    @Test
    void oneStage() throws Exception {
        LineageNode node = lineage.map(numbers(4, 100), n -> (int) n * 2);

        assertThat(collect(node))
                .isEqualTo(IntStream.range(0, 400).mapToObj(n -> n * 2).toList());
        assertThat(engine.service.tables().isIdle()).isTrue();
    }

    @Test
    void noPartitionsAtAll() throws Exception {
        assertThat(collect(numbers(0, 0))).isEmpty();
    }

    @RepeatedTest(20)
    void twoStagesOverAShuffle(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        int keys = 1 + random.nextInt(50);
        LineageNode pairs = lineage.map(
                numbers(1 + random.nextInt(6), random.nextInt(200)), n -> Map.entry("k" + (int) n % keys, n));
        LineageNode shuffled = lineage.shuffle(pairs, 1 + random.nextInt(6), null);

        assertThat(collect(shuffled)).containsExactlyInAnyOrderElementsOf(collect(pairs));
        assertThat(engine.service.tables().isIdle()).isTrue();
    }

    @Test
    void threeStagesWhereTheOutputsOfTheFirstAreUsedAgain() throws Exception {
        AtomicInteger computed = new AtomicInteger();
        LineageNode pairs = lineage.map(numbers(3, 100), n -> {
            computed.incrementAndGet();
            return Map.entry("k" + (int) n % 7, n);
        });
        LineageNode twice = lineage.shuffle(lineage.shuffle(pairs, 4, null), 2, null);

        assertThat(collect(twice)).hasSize(300);
        assertThat(collect(twice)).hasSize(300);

        assertThat(computed).hasValue(300);
    }

    @Test
    void aLostMapOutputIsComputedAgain() throws Exception {
        AtomicInteger computed = new AtomicInteger();
        LineageNode pairs = lineage.map(numbers(2, 10), n -> {
            computed.incrementAndGet();
            return Map.entry("k" + (int) n % 7, n);
        });
        LineageNode shuffled = lineage.shuffle(pairs, 2, null);
        List<Object> before = collect(shuffled);
        engine.shuffle.drop(0);

        assertThat(collect(shuffled)).isEqualTo(before);

        assertThat(computed).hasValue(40);
    }

    @Test
    void cachedPartitionsAreNotComputedAgain() throws Exception {
        AtomicInteger computed = new AtomicInteger();
        LineageNode cached = lineage.map(numbers(4, 10), n -> {
            computed.incrementAndGet();
            return n;
        });
        Map<Integer, StorageLevel> levels = Map.of(cached.id(), StorageLevel.MEMORY_ONLY);
        LineageNode node = lineage.map(cached, n -> n);

        for (int i = 0; i < 3; i++) {
            await(engine.service.submit(ServiceHarness.request(node, new TestAction(), levels)));
        }
        assertThat(computed).hasValue(40);

        engine.service.unpersist(cached.id());
        await(engine.service.submit(ServiceHarness.request(node, new TestAction(), levels)));
        assertThat(computed).hasValue(80);
    }

    @Test
    void cachedPartitionsAboveAShuffleMakeItUnnecessaryAndAreRecomputedWhenGone() throws Exception {
        LineageNode pairs = lineage.map(numbers(3, 100), n -> Map.entry("k" + (int) n % 7, n));
        LineageNode cached = lineage.map(lineage.shuffle(pairs, 4, null), n -> n);
        Map<Integer, StorageLevel> levels = Map.of(cached.id(), StorageLevel.MEMORY_ONLY);
        JobOutcome first = await(engine.service.submit(ServiceHarness.request(cached, new TestAction(), levels)));
        engine.shuffle.drop(0);

        JobOutcome second = await(engine.service.submit(ServiceHarness.request(cached, new TestAction(), levels)));
        assertThat(records(second)).isEqualTo(records(first));
        assertThat(second.report().stagesRun()).isOne();

        engine.blocks.drop(cached.id()); // now both are gone
        JobOutcome third = await(engine.service.submit(ServiceHarness.request(cached, new TestAction(), levels)));
        assertThat(records(third)).isEqualTo(records(first));
    }

    @Test
    void aTaskThatFailsOnceIsTriedAgain() throws Exception {
        AtomicInteger tries = new AtomicInteger();
        LineageNode node = lineage.map(numbers(1, 1), n -> {
            if (tries.incrementAndGet() == 1) {
                throw new IllegalStateException("first time");
            }
            return n;
        });

        assertThat(collect(node)).containsExactly(0);
    }

    @Test
    void aTaskThatAlwaysFailsFailsTheJobWithItsOwnError() throws Exception {
        IllegalStateException error = new IllegalStateException("always");
        LineageNode node = lineage.map(numbers(4, 1), n -> {
            throw error;
        });

        JobOutcome outcome = engine.run(node, new TestAction());

        assertThat(outcome)
                .isInstanceOfSatisfying(
                        JobOutcome.Failed.class,
                        failed -> assertThat(failed.failure())
                                .isInstanceOfSatisfying(
                                        JobFailure.TaskFailed.class,
                                        task -> assertThat(task.error().thrown())
                                                .containsSame(error)));
        assertThat(collect(numbers(2, 2))).hasSize(4);
    }

    @Test
    void anOutOfMemoryErrorFailsOneJobOnly() throws Exception {
        LineageNode node = lineage.map(numbers(4, 1), n -> {
            throw new OutOfMemoryError("a test's");
        });

        assertThat(engine.run(node, new TestAction())).isInstanceOf(JobOutcome.Failed.class);
        assertThat(collect(numbers(8, 2))).hasSize(16);
    }

    @Test
    void cancellingEndsAJobAndLeavesTheContextUsable() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        LineageNode endless = lineage.source(
                2,
                p -> IntStream.generate(() -> {
                            running.countDown();
                            return 1;
                        })
                        .iterator());
        JobHandle job =
                engine.service.submit(ServiceHarness.request(lineage.filter(endless, n -> false), new TestAction()));
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();

        job.cancel("changed my mind");
        job.cancel("twice");

        assertThat(await(job))
                .isInstanceOfSatisfying(
                        JobOutcome.Cancelled.class,
                        cancelled -> assertThat(cancelled.reason()).isEqualTo("changed my mind"));
        assertThat(collect(numbers(2, 2))).hasSize(4);
    }

    @Test
    void manyJobsAtOnceFromManyThreads() throws Exception {
        List<Thread> callers = new ArrayList<>();
        ConcurrentLinkedQueue<Object> failures = new ConcurrentLinkedQueue<>();
        for (int caller = 0; caller < 8; caller++) {
            LineageNode node =
                    lineage.shuffle(lineage.map(numbers(4, 20), n -> Map.entry("k" + (int) n % 5, n)), 3, null);
            Thread thread = new Thread(() -> {
                for (int i = 0; i < 50; i++) {
                    try {
                        if (collect(node).size() != 80) {
                            failures.add("wrong size");
                        }
                    } catch (Throwable t) {
                        failures.add(t);
                    }
                }
            });
            thread.start();
            callers.add(thread);
        }
        for (Thread thread : callers) {
            thread.join(60_000);
        }
        assertThat(failures).isEmpty();
        assertThat(engine.service.tables().isIdle()).isTrue();
    }

    @Test
    void neverMoreAttemptsAtOnceThanSlots() throws Exception {
        AtomicInteger running = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        LineageNode node = lineage.map(numbers(50, 1), n -> {
            most.accumulateAndGet(running.incrementAndGet(), Math::max);
            Thread.yield();
            running.decrementAndGet();
            return n;
        });

        for (int i = 0; i < 20; i++) {
            collect(node);
        }

        assertThat(most.get()).isBetween(1, 2);
    }

    @Test
    void resultsThatUserCodeMergesAreMergedInASlot() throws Exception {
        TestAction action = new TestAction() {
            @Override
            public boolean mergesInSlot() {
                return true;
            }

            @Override
            public @Nullable Object merge(List<@Nullable Object> staged) {
                return TaskContext.get() == null ? "outside" : staged.size();
            }
        };

        assertThat(engine.run(numbers(3, 1), action))
                .isInstanceOfSatisfying(
                        JobOutcome.Merged.class,
                        merged -> assertThat(merged.result()).isEqualTo(3));
    }

    @Test
    void eventsComeInCausalOrderAndInPairs() throws Exception {
        List<EngineEvent> events = new ArrayList<>();
        CountDownLatch over = new CountDownLatch(1);
        engine.service.addListener(event -> {
            events.add(event);
            if (event instanceof EngineEvent.JobEnded) {
                over.countDown();
            }
        });
        collect(lineage.shuffle(lineage.map(numbers(3, 5), n -> Map.entry("k", n)), 2, null));
        assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();

        assertThat(events.get(0)).isInstanceOf(EngineEvent.JobStarted.class);
        Map<Long, Integer> open = new HashMap<>();
        for (EngineEvent event : events) {
            if (event instanceof EngineEvent.TaskStarted started) {
                assertThat(open.put(started.attemptId(), 1)).isNull();
            } else if (event instanceof EngineEvent.TaskEnded ended) {
                assertThat(open.put(ended.attemptId(), 2)).isEqualTo(1);
            }
        }
        assertThat(open)
                .hasSize(5)
                .allSatisfy((attempt, state) -> assertThat(state).isEqualTo(2));
    }

    @Test
    void anAccumulatorThatThrowsBreaksNothing() throws Exception {
        Sum broken = engine.accumulators.register(new Sum(1, true));
        Sum sum = engine.accumulators.register(new Sum(2, false));
        TestAction action = new TestAction() {
            @Override
            public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
                ((Sum) broken.bindTo(scope)).add(1);
                ((Sum) sum.bindTo(scope)).add(1);
                return super.run(input, scope);
            }
        };

        assertThat(engine.run(numbers(5, 1), action)).isInstanceOf(JobOutcome.Staged.class);

        assertThat(sum.value()).isEqualTo(5);
        assertThat(collect(numbers(2, 2))).hasSize(4);
    }

    @Test
    void submittingAfterCloseSaysThatItIsClosed() {
        engine.close();

        assertThatThrownBy(() -> engine.run(numbers(1, 1), new TestAction()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }

    private LineageNode numbers(int partitions, int each) {
        return lineage.source(
                partitions, p -> IntStream.range(p * each, (p + 1) * each).iterator());
    }

    private List<Object> collect(LineageNode node) throws InterruptedException {
        return records(engine.run(node, new TestAction()));
    }

    private static List<Object> records(JobOutcome outcome) {
        assertThat(outcome).isInstanceOf(JobOutcome.Staged.class);
        List<Object> records = new ArrayList<>();
        ((JobOutcome.Staged) outcome).staged().forEach(part -> records.addAll((List<?>) part));
        return records;
    }

    private static JobOutcome await(JobHandle job) throws InterruptedException {
        return job.await(PATIENCE).orElseThrow();
    }

    /** Adds up, or cannot. */
    private static final class Sum extends Accumulator<Integer> {

        private final boolean broken;
        private int value;

        Sum(long id, boolean broken) {
            super(new ContextId(1), id);
            this.broken = broken;
        }

        void add(int more) {
            value += more;
        }

        synchronized int value() {
            return value;
        }

        @Override
        protected Accumulator<Integer> zero() {
            return new Sum(id(), broken);
        }

        @Override
        protected Integer partial() {
            return value;
        }

        @Override
        protected synchronized void merge(Integer partial) {
            if (broken) {
                throw new IllegalStateException("cannot merge");
            }
            value += partial;
        }
    }
}

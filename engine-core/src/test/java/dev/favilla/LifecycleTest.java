package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.event.EngineEvent;
import dev.favilla.event.EngineListener;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.ForkedJvm;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60) // a deadlock is to fail, not to hang
class LifecycleTest {

    private static final Map<Integer, EngineContext> CONTEXTS = new ConcurrentHashMap<>();
    private static final AtomicReference<CountDownLatch> LATCH = new AtomicReference<>();

    private static List<Thread> engineThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.isAlive() && thread.getName().startsWith("favilla-"))
                .toList();
    }

    private static PairRDD<Long, Long> pipeline(EngineContext engine) {
        return engine.range(0, 10_000, 1, 16)
                .mapToPair(x -> Pair.of(x % 100, 1L))
                .reduceByKey(Long::sum, 8);
    }

    @Nested
    class Threads {

        @Test
        void areAtMostTheSlotsAndTwoMoreNamedDaemonsAndGoneAfterClose() {
            ConcurrentLinkedQueue<EngineEvent> events = new ConcurrentLinkedQueue<>();
            Set<String> seen = ConcurrentHashMap.newKeySet();
            EngineContext engine = EngineContext.open("local[3]");
            assertThat(engineThreads()).as("before the first job").isEmpty();
            engine.addListener(event -> {
                events.add(event);
                engineThreads().forEach(thread -> seen.add(thread.getName()));
            });
            for (int i = 0; i < 20; i++) {
                assertThat(pipeline(engine).count()).isEqualTo(100);
                List<Thread> threads = engineThreads();
                assertThat(threads).hasSizeLessThanOrEqualTo(3 + 2).allMatch(Thread::isDaemon);
            }
            engine.close();

            assertThat(engineThreads()).isEmpty();
            assertThat(seen)
                    .hasSizeLessThanOrEqualTo(3 + 2)
                    .allMatch(name -> name.matches("favilla-[0-9a-f]{8}-(slot|service)-\\d+"));
            assertThat(events).isNotEmpty();
        }

        @Test
        void areGoneAfterCloseThoughAJobRuns() throws InterruptedException {
            LATCH.set(new CountDownLatch(2));
            EngineContext engine = EngineContext.open("local[2]");
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            Thread caller = new Thread(() -> {
                try {
                    engine.range(0, Long.MAX_VALUE, 1, 2)
                            .filter(x -> {
                                LATCH.get().countDown();
                                return false;
                            })
                            .count();
                } catch (Throwable t) { // handed to the test
                    thrown.set(t);
                }
            });
            caller.start();
            LATCH.get().await();
            engine.close();

            assertThat(engineThreads()).isEmpty();
            caller.join();
            assertThat(thrown.get()).isInstanceOf(EngineException.class).hasMessageContaining("closed");
        }

        @Test
        void blockedInUserCodeAreInterruptedByClose() throws InterruptedException {
            LATCH.set(new CountDownLatch(1));
            EngineContext engine = EngineContext.open("local[1]");
            Thread caller = new Thread(() -> {
                try {
                    engine.range(0, 1, 1, 1).foreach(x -> {
                        LATCH.get().countDown();
                        new CountDownLatch(1).await();
                    });
                } catch (EngineException e) {
                    // expected: its context is closed
                }
            });
            caller.start();
            LATCH.get().await();
            engine.close();

            assertThat(engineThreads()).isEmpty();
            caller.join();
        }

        @Test
        void aContextThatWasNeverUsedHasNone() {
            try (EngineContext engine = EngineContext.open("local[4]")) {
                engine.parallelize(List.of(1), 3).map(x -> x).toDebugString();

                assertThat(engineThreads()).isEmpty();
            }
        }
    }

    @Nested
    class Closing {

        @Test
        void twiceIsHarmless() {
            EngineContext engine = EngineContext.open("local[2]");
            pipeline(engine).count();
            assertThat(engine.isClosed()).isFalse();
            engine.close();
            engine.close();

            assertThat(engine.isClosed()).isTrue();
        }

        @Test
        void fromManyThreadsLetsEachReturnOnlyWhenAllIsGone() throws Exception {
            for (int round = 0; round < 10; round++) {
                EngineContext engine = EngineContext.open("local[4]");
                pipeline(engine).count();
                CyclicBarrier start = new CyclicBarrier(3);
                ConcurrentLinkedQueue<Integer> left = new ConcurrentLinkedQueue<>();
                List<Thread> closers = new ArrayList<>();
                for (int i = 0; i < 3; i++) {
                    Thread closer = new Thread(() -> {
                        try {
                            start.await();
                        } catch (Exception e) {
                            throw new IllegalStateException(e);
                        }
                        engine.close();
                        left.add(engineThreads().size());
                    });
                    closer.start();
                    closers.add(closer);
                }
                for (Thread closer : closers) {
                    closer.join();
                }

                assertThat(left).containsExactly(0, 0, 0);
            }
        }

        @Test
        void fromInsideATaskWorks() {
            EngineContext engine = EngineContext.open("local[2]");
            CONTEXTS.put(1, engine);
            try {
                assertThatThrownBy(() -> engine.range(0, 4, 1, 4)
                                .map(x -> {
                                    CONTEXTS.get(1).close();
                                    return x;
                                })
                                .collect())
                        .isInstanceOf(EngineException.class)
                        .hasMessageContaining("closed");
                assertThat(engine.isClosed()).isTrue();
                Engines.await(() -> engineThreads().isEmpty());
                assertThat(engineThreads()).isEmpty();
            } finally {
                CONTEXTS.remove(1);
                engine.close();
            }
        }

        @Test
        void fromAListenerWorks() throws InterruptedException {
            CountDownLatch closed = new CountDownLatch(1);
            EngineContext engine = EngineContext.open("local[2]");
            engine.addListener(event -> {
                if (event instanceof EngineEvent.JobEnded) {
                    engine.close();
                    closed.countDown();
                }
            });
            assertThat(pipeline(engine).count()).isEqualTo(100);
            closed.await();
            Engines.await(() -> engineThreads().isEmpty());

            assertThat(engineThreads()).isEmpty();
            assertThat(engine.isClosed()).isTrue();
        }

        @Test
        void releasesEverything() {
            EngineContext engine = EngineContext.open("local[2]");
            pipeline(engine).cache().count();
            assertThat(engine.status().cachedBlocks()).isEqualTo(8);
            engine.close();

            EngineStatus status = engine.status();
            assertThat(status.cachedBlocks()).isZero();
            assertThat(status.mapOutputs()).isZero();
            assertThat(status.memory().freeBytes()).isEqualTo(status.memory().poolBytes());
            assertThat(status.scheduler().isIdle()).isTrue();
        }
    }

    @Nested
    class AfterClose {

        @Test
        void everyMethodThatMakesOrRunsSomethingNamesWhereItWasClosedAndOpened(@TempDir Path directory) {
            EngineContext engine = EngineContext.open("local[2]");
            RDD<Integer> dataset = engine.parallelize(List.of(1, 2), 2);
            PairRDD<Integer, Integer> pairs = dataset.keyBy(x -> x);
            engine.close();

            Map<String, ThrowingCallable> calls = new TreeMap<>();
            calls.put("parallelize", () -> engine.parallelize(List.of(1)));
            calls.put("parallelize/2", () -> engine.parallelize(List.of(1), 1));
            calls.put("parallelizePairs", () -> engine.parallelizePairs(List.of(Pair.of(1, 1))));
            calls.put("parallelizePairs/2", () -> engine.parallelizePairs(List.of(Pair.of(1, 1)), 1));
            calls.put("range", () -> engine.range(0L, 1L));
            calls.put("range/4", () -> engine.range(0, 1, 1, 1));
            calls.put("textFile", () -> engine.textFile(directory.toString()));
            calls.put("textFile/2", () -> engine.textFile(directory.toString(), 1));
            calls.put("broadcast", () -> engine.broadcast("x"));
            calls.put("longAccumulator", () -> engine.longAccumulator("x"));
            calls.put("addListener", () -> engine.addListener(event -> {}));
            calls.put("map", () -> dataset.map(x -> x));
            calls.put("mapToPair", () -> dataset.mapToPair(x -> Pair.of(x, x)));
            calls.put("filter", () -> dataset.filter(x -> true));
            calls.put("flatMap", () -> dataset.flatMap(x -> List.of(x)));
            calls.put("mapMulti", () -> dataset.mapMulti((x, emit) -> emit.emit(x)));
            calls.put("mapPartitions", () -> dataset.mapPartitions(x -> x));
            calls.put("pipe", () -> dataset.pipe("cat"));
            calls.put("mapPartitionsWithIndex", () -> dataset.mapPartitionsWithIndex((i, x) -> x));
            calls.put("keyBy", () -> dataset.keyBy(x -> x));
            calls.put("union", () -> dataset.union(dataset));
            calls.put("distinct", () -> dataset.distinct());
            calls.put("distinct/1", () -> dataset.distinct(1));
            calls.put("groupBy", () -> dataset.groupBy(x -> x));
            calls.put("cache", () -> dataset.cache());
            calls.put("persist", () -> dataset.persist(StorageLevel.MEMORY_ONLY_SER));
            calls.put("unpersist", () -> dataset.unpersist());
            calls.put("checkpoint", () -> dataset.checkpoint());
            calls.put("localCheckpoint", () -> dataset.localCheckpoint());
            calls.put("checkpointFile", () -> engine.checkpointFile("x"));
            calls.put("mapValues", () -> pairs.mapValues(x -> x));
            calls.put("keys", () -> pairs.keys());
            calls.put("values", () -> pairs.values());
            calls.put("reduceByKey", () -> pairs.reduceByKey(Integer::sum));
            calls.put("groupByKey", () -> pairs.groupByKey());
            calls.put("aggregateByKey", () -> pairs.aggregateByKey(0, Integer::sum, Integer::sum));
            calls.put("partitionBy", () -> pairs.partitionBy(new HashPartitioner(2)));
            calls.put("join", () -> pairs.join(pairs));
            calls.put("fullOuterJoin", () -> pairs.fullOuterJoin(pairs));
            calls.put("cogroup", () -> pairs.cogroup(pairs));
            calls.put("groupWith", () -> pairs.groupWith(pairs, pairs));
            calls.put("subtractByKey", () -> pairs.subtractByKey(pairs));
            calls.put("subtract", () -> dataset.subtract(dataset));
            calls.put("intersection", () -> dataset.intersection(dataset));
            calls.put("cartesian", () -> dataset.cartesian(dataset));
            calls.put("collect", () -> dataset.collect());
            calls.put("collectAsMap", () -> pairs.collectAsMap());
            calls.put("count", () -> dataset.count());
            calls.put("take", () -> dataset.take(1));
            calls.put("take 0", () -> dataset.take(0));
            calls.put("first", () -> dataset.first());
            calls.put("isEmpty", () -> dataset.isEmpty());
            calls.put("top", () -> dataset.top(1));
            calls.put("top 0", () -> dataset.top(0));
            calls.put("takeOrdered", () -> dataset.takeOrdered(1));
            calls.put("reduce", () -> dataset.reduce(Integer::sum));
            calls.put("fold", () -> dataset.fold(0, Integer::sum));
            calls.put("foreach", () -> dataset.foreach(x -> {}));
            calls.put(
                    "saveAsTextFile",
                    () -> dataset.saveAsTextFile(directory.resolve("out").toString()));

            calls.forEach((name, call) -> assertThatThrownBy(call)
                    .as(name)
                    .isInstanceOf(IllegalStateException.class)
                    .message()
                    .satisfies(message -> assertThat(Engines.withoutLines(message))
                            .contains("EngineContext(favilla, local[2]) is closed: close at LifecycleTest.java:N closed"
                                    + " it, open at LifecycleTest.java:N had opened it")));
            assertThat(directory).isEmptyDirectory();
        }

        @Test
        void whatOnlyTellsSomethingStillDoes() {
            EngineContext engine = EngineContext.open("local[2]");
            EngineListener listener = event -> {};
            PairRDD<Integer, Integer> pairs =
                    engine.parallelize(List.of(1, 2), 2).keyBy(x -> x);
            pairs.count();
            engine.close();

            assertThat(engine.recentJobs()).hasSize(1);
            assertThat(engine.status().scheduler().isIdle()).isTrue();
            assertThat(engine.defaultParallelism()).isEqualTo(2);
            assertThat(pairs.id()).isEqualTo(1);
            assertThat(pairs.getNumPartitions()).isEqualTo(2);
            assertThat(pairs.toDebugString()).contains("parallelize at LifecycleTest.java");
            assertThat(pairs.explain()).contains("1 stage, 2 tasks");
            assertThat(pairs.name()).isEmpty();
            engine.removeListener(listener);
        }
    }

    @Nested
    class SideBySide {

        @Test
        void contextsDoNotSeeEachOther() throws Exception {
            EngineContext one = EngineContext.open("local[2]");
            try (EngineContext two = EngineContext.open("local[2]")) {
                RDD<Integer> first =
                        one.parallelize(List.of(1, 2), 2).setName("first").cache();
                RDD<Integer> second = two.parallelize(List.of(3, 4), 2);

                assertThat(first.id()).isEqualTo(second.id());
                assertThat(first).isNotEqualTo(second);
                assertThat(second.name()).isEmpty();
                assertThat(second.getStorageLevel()).isEqualTo(StorageLevel.NONE);
                assertThat(first.collect()).containsExactly(1, 2);
                assertThat(second.collect()).containsExactly(3, 4);
                assertThat(two.status().cachedBlocks()).isZero();
                one.close();
                assertThat(second.collect()).containsExactly(3, 4);
            } finally {
                one.close();
            }
        }

        @Test
        void jobsOfSeveralThreadsRunAtTheSameTime() throws InterruptedException {
            try (EngineContext engine = EngineContext.open("local[2]")) {
                LATCH.set(new CountDownLatch(2));
                Supplier<Long> meeting = () -> engine.range(0, 1, 1, 1)
                        .map(x -> {
                            LATCH.get().countDown();
                            LATCH.get().await(); // passes only if both jobs are in a task
                            return x;
                        })
                        .count();
                Thread other = new Thread(meeting::get);
                other.start();

                assertThat(meeting.get()).isEqualTo(1);
                other.join();
            }
        }

        @Test
        void oneContextServesManyThreads() throws InterruptedException {
            try (EngineContext engine = EngineContext.open("local[3]")) {
                PairRDD<Long, Long> shared = pipeline(engine).cache();
                Map<Long, Long> expected = new TreeMap<>();
                for (long key = 0; key < 100; key++) {
                    expected.put(key, 100L);
                }
                ConcurrentLinkedQueue<Object> results = new ConcurrentLinkedQueue<>();
                List<Thread> threads = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    Thread thread = new Thread(() -> {
                        try {
                            for (int round = 0; round < 5; round++) {
                                results.add(shared.collectAsMap());
                                results.add(pipeline(engine).collectAsMap());
                            }
                        } catch (RuntimeException e) {
                            results.add(e);
                        }
                    });
                    thread.start();
                    threads.add(thread);
                }
                for (Thread thread : threads) {
                    thread.join();
                }

                assertThat(results).hasSize(80).allMatch(expected::equals);
                Engines.assertIdle(engine);
            }
        }
    }

    @Nested
    class Events {

        @Test
        void ofATwoStageJobComeInCausalOrder() {
            ConcurrentLinkedQueue<String> events = new ConcurrentLinkedQueue<>();
            try (EngineContext engine = EngineContext.open("local[1]")) {
                engine.addListener(event -> events.add(event.getClass().getSimpleName()));
                engine.range(0, 4, 1, 2).keyBy(x -> x).groupByKey(1).count();
            } // close delivers what is queued

            assertThat(events)
                    .containsExactly(
                            "JobStarted",
                            "StageSubmitted",
                            "TaskStarted",
                            "TaskEnded",
                            "TaskStarted",
                            "TaskEnded",
                            "StageCompleted",
                            "StageSubmitted",
                            "TaskStarted",
                            "TaskEnded",
                            "StageCompleted",
                            "JobEnded");
        }

        @Test
        void aListenerThatThrowsDisturbsNobody() throws InterruptedException {
            CountDownLatch told = new CountDownLatch(1);
            ConcurrentLinkedQueue<EngineEvent> events = new ConcurrentLinkedQueue<>();
            try (EngineContext engine = EngineContext.open("local[2]")) {
                EngineListener quiet = event -> {
                    events.add(event);
                    told.countDown();
                };
                engine.addListener(quiet);
                assertThat(pipeline(engine).count()).isEqualTo(100);
                told.await(); // the job may be over before a listener is told of it
                engine.removeListener(quiet);
                assertThat(pipeline(engine).count()).isEqualTo(100);
                assertThat(engine.status().droppedEvents()).isZero();
            }
            Set<Class<?>> kinds = new HashSet<>();
            events.forEach(event -> kinds.add(event.getClass()));
            assertThat(events).isNotEmpty();
        }

        @Test
        void aSlowListenerLosesEventsAndDelaysNoJob() throws InterruptedException {
            CountDownLatch release = new CountDownLatch(1);
            try (EngineContext engine = EngineContext.builder()
                    .cores(2)
                    .set("favilla.listener.queueCapacity", "3")
                    .open()) {
                engine.addListener(event -> {
                    try {
                        release.await();
                    } catch (InterruptedException e) {
                        Thread.currentThread().interrupt();
                    }
                });
                assertThat(pipeline(engine).count()).isEqualTo(100);

                assertThat(engine.status().droppedEvents()).isPositive();
                release.countDown();
            }
        }
    }

    @Nested
    class Ports {

        /** Counts its own sockets while a context runs jobs. */
        static final class CountsSockets {

            private CountsSockets() {}

            public static void main(String[] arguments) throws Exception {
                Set<String> sockets = new HashSet<>();
                try (EngineContext engine = EngineContext.open("local[2]")) {
                    sockets.addAll(sockets());
                    engine.addListener(event -> {});
                    pipeline(engine).count();
                    sockets.addAll(sockets());
                }
                System.out.println("sockets: " + sockets.size());
            }

            private static Set<String> sockets() throws Exception {
                Set<String> sockets = new HashSet<>();
                try (var descriptors = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
                    for (Path descriptor : descriptors) {
                        try {
                            String target = Files.readSymbolicLink(descriptor).toString();
                            if (target.startsWith("socket:")) {
                                sockets.add(target);
                            }
                        } catch (java.nio.file.NoSuchFileException e) {
                            // the descriptor of this very listing
                        }
                    }
                }
                return sockets;
            }
        }

        @Test
        @EnabledOnOs(OS.LINUX)
        void noneIsOpened() throws InterruptedException {
            ForkedJvm.Result result =
                    ForkedJvm.of(CountsSockets.class).jvmOptions("-Xshare:auto").run(Duration.ofSeconds(50));

            assertThat(result.stdout()).as(result.stderr()).isEqualTo("sockets: 0\n");
            assertThat(result.exitCode()).isZero();
        }
    }
}

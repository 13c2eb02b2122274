package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.task.TaskContext;
import java.io.IOException;
import java.io.ObjectInputStream;
import java.io.Serializable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A task that waited for another would wait for its own slot: what makes or runs something is refused there. */
@Timeout(60)
class ActionsInTasksTest {

    private static final AtomicReference<RDD<Long>> DATASET = new AtomicReference<>();
    private static final AtomicReference<EngineContext> CONTEXT = new AtomicReference<>();

    @AfterEach
    void forget() {
        DATASET.set(null);
        CONTEXT.set(null);
    }

    private static long count() {
        return DATASET.get().count();
    }

    private static void open(EngineContext engine) {
        CONTEXT.set(engine);
        DATASET.set(engine.range(0, 10, 1, 2));
    }

    /** Runs {@code job} and checks that it fails with the refusal of a count. */
    private static void assertRefused(String master, Job job) {
        try (EngineContext engine = EngineContext.open(master)) {
            open(engine);

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> job.run(engine))
                    .withMessageContaining("count at ActionsInTasksTest.java:")
                    .withMessageContaining("was called inside task ")
                    .withMessageContaining("An RDD lives outside of tasks");
            Engines.assertUsable(engine);
        }
    }

    private interface Job {

        void run(EngineContext engine);
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[1]", "local[2,2]", "local-cluster[2,1,64]"})
    void aCountInAMapThroughAStaticFieldIsRefused(String master) {
        assertRefused(
                master, engine -> engine.range(0, 4, 1, 2).map(x -> x + count()).collect());
    }

    @Nested
    class EverywhereUserCodeRunsInASlot {

        @Test
        void inFunctionsOfNarrowOperations() {
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4).filter(x -> count() > x).count());
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4).flatMap(x -> List.of(count())).count());
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4)
                            .mapMulti((Long x, dev.favilla.function.MapMultiFunction.Emitter<Long> out) ->
                                    out.emit(count()))
                            .count());
            assertRefused(
                    "local[1]", engine -> engine.range(0, 4).keyBy(x -> count()).count());
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4)
                            .mapPartitions(records -> List.of(count()).iterator())
                            .count());
        }

        @Test
        void inIteratorsAndIterablesThatFunctionsReturn() {
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4)
                            .mapPartitions(records -> counting())
                            .collect());
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4).flatMap(x -> () -> counting()).collect());
        }

        private static Iterator<Long> counting() {
            return Stream.generate(ActionsInTasksTest::count).limit(1).iterator();
        }

        @Test
        void inMergesOfResults() {
            assertRefused("local[1]", engine -> engine.range(0, 4, 1, 4).reduce((a, b) -> a + b + count()));
            assertRefused("local[1]", engine -> engine.range(0, 4, 1, 4).fold(0L, (a, b) -> a + b + count()));
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4, 1, 4)
                            .takeOrdered(2, (Ordering<Long>) (a, b) -> (int) (a - b + count())));
            assertRefused("local[1]", engine -> engine.range(0, 4, 1, 4).foreach(x -> count()));
        }

        @Test
        void inCombinersAndPartitioners() {
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4)
                            .keyBy(x -> 1)
                            .reduceByKey((a, b) -> count())
                            .collect());
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4)
                            .keyBy(x -> x)
                            .aggregateByKey(0L, (a, b) -> count(), Long::sum)
                            .collect());
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4)
                            .keyBy(x -> x)
                            .partitionBy(new Counting())
                            .collect());
        }

        private static final class Counting implements Partitioner {

            @Override
            public int numPartitions() {
                return 2;
            }

            @Override
            public int partition(Object key) {
                return (int) count();
            }
        }

        private record CountingKey(long value) implements Serializable {

            @Override
            public int hashCode() {
                return TaskContext.get() == null ? 1 : (int) count();
            }

            @Override
            public boolean equals(Object o) {
                return o instanceof CountingKey;
            }

            @Override
            public String toString() {
                return TaskContext.get() == null ? "key" : "key " + count();
            }
        }

        @Test
        void inHashCodesAndTexts(@TempDir Path directory) {
            assertRefused(
                    "local[1]",
                    engine ->
                            engine.range(0, 4).map(CountingKey::new).distinct().collect());
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4)
                            .map(CountingKey::new)
                            .saveAsTextFile(directory.resolve("out").toString()));
        }

        private static final class ReadsItself implements Serializable {

            private static final long serialVersionUID = 1L;
            private long value = 1;

            private void readObject(ObjectInputStream in) throws IOException, ClassNotFoundException {
                in.defaultReadObject();
                value = count();
            }
        }

        @Test
        void whereWhatAFunctionCapturesIsRead() {
            ReadsItself captured = new ReadsItself();

            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4).map(x -> x + captured.value++).count());
        }

        @Test
        void inTaskListeners() {
            assertRefused(
                    "local[1]",
                    engine -> engine.range(0, 4)
                            .map(x -> {
                                TaskContext.get().addTaskCompletionListener(task -> count());
                                return x;
                            })
                            .count());
        }

        @Test
        void onThreadsThatATaskHasStarted() {
            try (EngineContext engine = EngineContext.open("local[1]")) {
                open(engine);

                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> engine.range(0, 1)
                                .map(x -> onAnotherThread(ActionsInTasksTest::count))
                                .count())
                        .withMessageContaining("count at ActionsInTasksTest.java:")
                        .withMessageContaining("which was started by task ");
                Engines.assertUsable(engine);
            }
        }

        private static <T> T onAnotherThread(Callable<T> call) throws Exception {
            return Background.run(call).result();
        }

        @Test
        void inATaskOfAnotherContext() {
            try (EngineContext other = EngineContext.open("local[2]")) {
                assertRefused(
                        "local[1]",
                        engine -> other.range(0, 4).map(x -> count()).count());
            }
        }
    }

    @Test
    void aThreadThatATaskHasStartedMayRunActionsWhenTheTaskIsOver() throws Exception {
        try (EngineContext engine = EngineContext.open("local[1]");
                Gate over = new Gate()) {
            open(engine);
            AtomicReference<Background<Long>> later = LATER;
            String gate = over.name();
            engine.range(0, 1).foreach(x -> later().set(Background.run(() -> Gate.pass(gate, 0L) + count())));
            over.open();

            assertThat(later.get().result()).isEqualTo(10);
        } finally {
            LATER.set(null);
        }
    }

    /** The slot goes on to other tasks; what it runs then is no concern of the thread's. */
    @Test
    void aThreadThatATaskHasStartedMayMakeDatasetsWhileItsSlotRunsAnotherTask() throws Exception {
        try (EngineContext engine = EngineContext.open("local[1]");
                Gate next = new Gate();
                Gate over = new Gate()) {
            open(engine);
            String gate = next.name();
            String held = over.name();
            engine.range(0, 1)
                    .foreach(x -> later().set(Background.run(() -> {
                        long passed = Gate.pass(gate, 7L);
                        DATASET.get().map(y -> y);
                        return passed;
                    })));

            Background<List<Long>> another = Background.run(
                    () -> engine.range(0, 1).map(x -> Gate.pass(held, x)).collect());
            over.awaitArrivals(1);
            next.open();

            assertThat(later().get().result()).isEqualTo(7);
            over.open();
            assertThat(another.result()).containsExactly(0L);
        } finally {
            LATER.set(null);
        }
    }

    private static final AtomicReference<Background<Long>> LATER = new AtomicReference<>();

    private static AtomicReference<Background<Long>> later() {
        return LATER;
    }

    @Nested
    class WhatElseATaskMayNotDo {

        private EngineContext engine;

        @BeforeEach
        void openContext() {
            engine = EngineContext.open("local[1]");
            open(engine);
        }

        @AfterEach
        void closeContext() {
            engine.close();
        }

        static Stream<Object[]> calls() {
            return Stream.of(
                    call("collect", () -> DATASET.get().collect()),
                    call("take", () -> DATASET.get().take(1)),
                    call("take", () -> DATASET.get().take(0)),
                    call("first", () -> DATASET.get().first()),
                    call("isEmpty", () -> DATASET.get().isEmpty()),
                    call("top", () -> DATASET.get().top(1)),
                    call("reduce", () -> DATASET.get().reduce(Long::sum)),
                    call("fold", () -> DATASET.get().fold(0L, Long::sum)),
                    call("foreach", () -> {
                        DATASET.get().foreach(x -> {});
                        return null;
                    }),
                    call("saveAsTextFile", () -> {
                        DATASET.get().saveAsTextFile("never-made");
                        return null;
                    }),
                    call("collectAsMap", () -> DATASET.get().keyBy(x -> x).collectAsMap(), "keyBy"),
                    call("map", () -> DATASET.get().map(x -> x)),
                    call("union", () -> DATASET.get().union(DATASET.get())),
                    call("distinct", () -> DATASET.get().distinct()),
                    call("cache", () -> DATASET.get().cache()),
                    call("unpersist", () -> DATASET.get().unpersist()),
                    call("checkpoint", () -> DATASET.get().checkpoint()),
                    call("localCheckpoint", () -> DATASET.get().localCheckpoint()),
                    call("parallelize", () -> CONTEXT.get().parallelize(List.of(1))),
                    call("range", () -> CONTEXT.get().range(0, 1)),
                    call("textFile", () -> CONTEXT.get().textFile("x")),
                    call("broadcast", () -> CONTEXT.get().broadcast("x")),
                    call("longAccumulator", () -> CONTEXT.get().longAccumulator("x")),
                    call("local", EngineContext::local),
                    call("open", () -> EngineContext.builder().cores(1).open()));
        }

        private static Object[] call(String operation, Callable<?> call, String... named) {
            return new Object[] {named.length == 0 ? operation : named[0], call};
        }

        @ParameterizedTest
        @MethodSource("calls")
        void isNamedWithItsLineAndTheTask(String operation, Callable<?> call) {
            CALL.set(call);

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(
                            () -> engine.range(0, 1).map(x -> CALL.get().call()).count())
                    .withMessageContaining(operation + " at ActionsInTasksTest.java:")
                    .withMessageContaining("was called inside task ")
                    .withMessageContaining("lives outside of tasks")
                    .withCauseInstanceOf(IllegalStateException.class);
            Engines.assertUsable(engine);
        }

        @Test
        void whatNeverWaitsForAJobStaysAllowed() {
            assertThat(engine.range(0, 1, 1, 1)
                            .map(x -> {
                                EngineContext own = CONTEXT.get();
                                own.cancelJob(12345);
                                own.statusTracker().getActiveJobIds();
                                own.executors();
                                return own.status().scheduler().toString().length()
                                        + DATASET.get().toDebugString().length()
                                        + DATASET.get().getNumPartitions();
                            })
                            .collect())
                    .hasSize(1);
        }
    }

    private static final AtomicReference<Callable<?>> CALL = new AtomicReference<>();

    @Nested
    class DatasetsAndContextsAmongValues {

        private EngineContext engine;

        @BeforeEach
        void openContext() {
            engine = EngineContext.open("local[1]");
            open(engine);
        }

        @AfterEach
        void closeContext() {
            engine.close();
        }

        private record Holder(String name, Object held) {}

        private static class Base {

            private final Object inherited;

            Base(Object inherited) {
                this.inherited = inherited;
            }
        }

        private static final class Derived extends Base {

            Derived(Object inherited) {
                super(inherited);
            }
        }

        static Stream<Object[]> values() {
            return Stream.of(
                    value("RDD", Callable::call, "[1]: dev.favilla.RDD"),
                    value("list", rdd -> List.of(rdd.call()), "[1] -> [0]: dev.favilla.RDD"),
                    value("map", rdd -> Map.of("x", rdd.call()), "[1] -> [\"x\"]: dev.favilla.RDD"),
                    value("context", rdd -> Map.of("x", CONTEXT.get()), "dev.favilla.EngineContext"),
                    value("record", rdd -> new Holder("h", rdd.call()), "[1] -> held: dev.favilla.RDD"),
                    value("pair", rdd -> Pair.of(1, List.of(2, rdd.call())), "[1] -> value -> [1]: dev.favilla.RDD"),
                    value("array", rdd -> new Object[] {"x", rdd.call()}, "[1] -> [1]: dev.favilla.RDD"),
                    value("typed array", rdd -> new RDD<?>[] {rdd.call()}, "[1] -> [0]: dev.favilla.RDD"),
                    value("array list", rdd -> new ArrayList<>(List.of(rdd.call())), "[1] -> [0]"),
                    value("hash map", rdd -> new HashMap<>(Map.of(rdd.call(), 1)), "a key: dev.favilla.RDD"),
                    value("optional", rdd -> Optional.of(rdd.call()), "dev.favilla.RDD"),
                    value("entry", rdd -> Map.entry(1, rdd.call()), "dev.favilla.RDD"),
                    value("reference", rdd -> new AtomicReference<>(rdd.call()), "dev.favilla.RDD"),
                    value("subclass", rdd -> new Derived(rdd.call()), "[1] -> inherited: dev.favilla.RDD"),
                    value("deep", rdd -> nested(rdd.call(), 40), "dev.favilla.RDD"));
        }

        private static Object nested(Object value, int depth) {
            return depth == 0 ? value : List.of(nested(value, depth - 1));
        }

        private interface Make {

            Object with(Callable<RDD<Long>> dataset) throws Exception;
        }

        private static Object[] value(String name, Make make, String path) {
            return new Object[] {name, make, path};
        }

        @ParameterizedTest
        @MethodSource("values")
        void areRefusedWhereTheyArePassedWithTheWayToThem(String name, Make make, String path) throws Exception {
            Object value = make.with(DATASET::get);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.parallelize(Arrays.asList("first", value)))
                    .withMessageContaining("The elements of parallelize at ActionsInTasksTest.java:")
                    .withMessageContaining("lives outside of tasks")
                    .withMessageContaining(path);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.broadcast(value))
                    .withMessageContaining("Cannot broadcast a ")
                    .withMessageContaining("(broadcast at ActionsInTasksTest.java:")
                    .withMessageContaining("lives outside of tasks");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.range(0, 1).<Object>map(x -> x).fold(value, (a, b) -> a))
                    .withMessageContaining("The zero value of fold at ActionsInTasksTest.java:")
                    .withMessageContaining("lives outside of tasks");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.range(0, 1).keyBy(x -> x).aggregateByKey(value, (a, b) -> a, (a, b) -> a))
                    .withMessageContaining("The zero value of aggregateByKey at ActionsInTasksTest.java:");
        }

        @Test
        void pairsAreLookedIntoAsWell() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.parallelizePairs(List.of(Pair.of(DATASET.get(), 1))))
                    .withMessageContaining("The elements of parallelizePairs at ActionsInTasksTest.java:")
                    .withMessageContaining("[0] -> key: dev.favilla.RDD");
        }

        @Test
        void valuesWithoutThemPassWhateverTheyReferTo() {
            List<Object> circle = new ArrayList<>();
            circle.add(circle);

            assertThat(engine.parallelize(Arrays.asList(
                                    1L, "x", null, new int[] {1}, new Holder("h", null), circle, List.of()))
                            .count())
                    .isEqualTo(7);
        }

        @Test
        void areRefusedInsideRecordsThatAreShuffled() {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 2)
                            .mapToPair(x -> Pair.of(x, new Object[] {DATASET.get()}))
                            .partitionBy(new HashPartitioner(2))
                            .count())
                    .withMessageContaining("An RDD lives outside of tasks");
        }
    }

    @Test
    void afterTheTaskItsThreadsContextWorksAsEver() {
        try (EngineContext engine = EngineContext.open("local[1]")) {
            open(engine);
            assertThat(engine.range(0, 1)
                            .map(x -> {
                                try {
                                    return count();
                                } catch (IllegalStateException e) {
                                    return -1L;
                                }
                            })
                            .collect())
                    .containsExactly(-1L);
            assertThat(count()).isEqualTo(10);
        }
        assertThatIllegalStateException().isThrownBy(ActionsInTasksTest::count).withMessageContaining("is closed");
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.closure.ClosureNotSerializableException;
import dev.favilla.function.MapFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.io.IOException;
import java.io.NotSerializableException;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60) // a deadlock is to fail, not to hang
@InEveryMode
class FailuresTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private RDD<Integer> numbers() {
        return engine.parallelize(List.of(1, 2, 3, 4), 2);
    }

    private <T> MapFunction<Integer, T> throwing(Exception error) {
        return Thrower.of(error);
    }

    /** Throws what it was given, itself and not a copy of it. */
    private record Thrower<T>(int index) implements MapFunction<Integer, T> {

        private static final List<Throwable> ERRORS = new java.util.concurrent.CopyOnWriteArrayList<>();

        static <T> Thrower<T> of(Throwable error) {
            ERRORS.add(error);
            return new Thrower<>(ERRORS.size() - 1);
        }

        @Override
        public T call(Integer record) throws Exception {
            Throwable error = ERRORS.get(index);
            if (error instanceof Error e) {
                throw e;
            }
            throw (Exception) error;
        }
    }

    @Nested
    class UserCode {

        @NotIn(
                value = {TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
                because = "it names another executor")
        @Test
        void theMessageNamesActionOperationRecordPartitionAndAttempts() {
            RDD<Integer> failing = numbers().setName("input").map(x -> {
                if (x == 3) {
                    throw new IllegalArgumentException("three");
                }
                return x;
            });

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> failing.collect())
                    .satisfies(e -> {
                        assertThat(Engines.withoutLines(e.getMessage()))
                                .isEqualTo(
                                        "Job 0 (collect at FailuresTest.java:N) failed: MapPartitionsRDD[1] at map at"
                                                + " FailuresTest.java:N threw java.lang.IllegalArgumentException: three on"
                                                + " record 3. Partition 1 of stage 0 (collect at FailuresTest.java:N) was"
                                                + " tried 1 time, the last on driver#0.");
                        assertThat(e.jobId()).isZero();
                        assertThat(e.stageId()).hasValue(0);
                        assertThat(e.partition()).hasValue(1);
                        assertThat(e.attempts()).hasValue(1);
                    })
                    .havingCause()
                    .isInstanceOf(IllegalArgumentException.class)
                    .withMessage("three")
                    .withNoCause();
            Engines.assertUsable(engine);
        }

        @Test
        void theMessageNamesTheDatasetIfItHasAName() {
            assertThatThrownBy(() ->
                            numbers().map(x -> x / (x - 2)).setName("quotients").count())
                    .hasMessageContaining("'quotients' MapPartitionsRDD[1] at map at FailuresTest.java");
        }

        @NotIn(
                value = {TestMode.STRICT, TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
                because = "exceptions travel as copies")
        @Test
        void theCauseIsTheUsersExceptionItself() {
            for (Throwable error : List.of(
                    new IOException("checked"),
                    new IllegalStateException("unchecked"),
                    new AssertionError("an error"),
                    new NoClassDefFoundError("linkage"),
                    new InterruptedException("thrown, not caused"),
                    new SelfCaused(),
                    new Rude())) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> numbers().map(Thrower.of(error)).collect())
                        .satisfies(e -> assertThat(e.getCause()).isSameAs(error));
                Engines.assertUsable(engine);
            }
        }

        @NotIn(
                value = {TestMode.STRICT, TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
                because = "exceptions travel as copies")
        @Test
        void exceptionsThatCauseEachOtherDoNotHangAnything() {
            Exception first = new Exception("first");
            first.initCause(new Exception("second", first));

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> numbers().map(throwing(first)).collect())
                    .satisfies(e -> assertThat(e.getCause()).isSameAs(first));
            Engines.assertUsable(engine);
        }

        @NotIn(
                value = TestMode.SPARK,
                because = "Spark prints what it is given, so an exception that cannot be printed comes in words")
        @Test
        void anErrorInsteadOfATextDoesNotHideTheException() {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(
                            () -> numbers().map(Thrower.of(new RudeByError())).collect())
                    .withMessageContaining("RudeByError")
                    .satisfies(e -> assertThat(e.getCause()).isInstanceOf(RudeByError.class));
            Engines.assertUsable(engine);
        }

        @Test
        void aRecordThatCannotBePrintedDoesNotHideTheException() {
            for (boolean byError : List.of(false, true)) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> numbers()
                                .map(x -> new Unprintable(byError))
                                .map(x -> {
                                    throw new IllegalStateException("the user's own");
                                })
                                .collect())
                        .withMessageContaining("Unprintable")
                        .havingCause()
                        .isInstanceOf(IllegalStateException.class)
                        .withMessage("the user's own");
                Engines.assertUsable(engine);
            }
        }

        @Test
        void anExceptionOfAKeyThatCannotBePrintedDoesNotStopTheScheduler() {
            engine.close(); // Spark has one context in a JVM
            try (EngineContext retrying = Engines.open("local[2,3]")) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> retrying.range(0, 4, 1, 2)
                                .mapToPair(x -> Pair.of(new RudeKey(x), x))
                                .reduceByKey(Long::sum, 2)
                                .collect())
                        .satisfies(e -> assertThat(e.attempts()).hasValue(3))
                        .withMessageContaining("Rude");
                Engines.assertUsable(retrying);
            }
        }

        @Test
        void everyOperationSaysWhichItIs() {
            PairRDD<Integer, Integer> pairs = numbers().keyBy(x -> x);
            Map<String, ThrowingCallable> actions = Map.ofEntries(
                    Map.entry("map", () -> numbers().map(x -> fail()).count()),
                    Map.entry("filter", () -> numbers().filter(x -> fail()).count()),
                    Map.entry("flatMap", () -> numbers().flatMap(x -> fail()).count()),
                    Map.entry(
                            "mapMulti",
                            () -> numbers().mapMulti((x, emit) -> fail()).count()),
                    Map.entry(
                            "mapPartitions",
                            () -> numbers().mapPartitions(x -> fail()).count()),
                    Map.entry(
                            "mapPartitionsWithIndex",
                            () -> numbers()
                                    .mapPartitionsWithIndex((i, x) -> fail())
                                    .count()),
                    Map.entry(
                            "mapToPair", () -> numbers().mapToPair(x -> fail()).count()),
                    Map.entry("keyBy", () -> numbers().keyBy(x -> fail()).count()),
                    Map.entry("groupBy", () -> numbers().groupBy(x -> fail()).count()),
                    Map.entry("mapValues", () -> pairs.mapValues(x -> fail()).count()),
                    Map.entry(
                            "reduceByKey",
                            () -> pairs.mapToPair(x -> Pair.of(1, 1))
                                    .reduceByKey((a, b) -> fail())
                                    .count()),
                    Map.entry(
                            "aggregateByKey",
                            () -> pairs.aggregateByKey(0, (a, b) -> fail(), (a, b) -> a)
                                    .count()),
                    Map.entry("reduce", () -> numbers().reduce((a, b) -> fail())),
                    Map.entry("fold", () -> numbers().fold(0, (a, b) -> fail())),
                    Map.entry("foreach", () -> numbers().foreach(x -> fail())),
                    Map.entry("top", () -> numbers().top(2, (Ordering<Integer>) (a, b) -> fail())),
                    Map.entry("takeOrdered", () -> numbers().takeOrdered(2, (Ordering<Integer>) (a, b) -> fail())));

            actions.forEach((operation, action) -> {
                assertThatThrownBy(action)
                        .as(operation)
                        .isInstanceOf(JobFailedException.class)
                        .message()
                        .containsPattern("\\b" + operation + " at FailuresTest.java:\\d+ threw ");
                assertThatThrownBy(action).as(operation).cause().isInstanceOf(NoSuchMethodError.class);
            });
            Engines.assertUsable(engine);
        }

        private static <T> T fail() {
            throw new NoSuchMethodError("on purpose");
        }

        @Test
        void aFailingMapStageFailsItsJobAndTheNextOne() {
            PairRDD<Integer, Integer> shuffled =
                    numbers().mapToPair(x -> Pair.of(x / (x - 2), x)).reduceByKey(Integer::sum, 2);

            assertThatThrownBy(shuffled::count).hasCauseInstanceOf(ArithmeticException.class);
            assertThatThrownBy(shuffled::count).hasCauseInstanceOf(ArithmeticException.class);
            Engines.assertUsable(engine);
        }

        @Test
        void localModeTriesOnceAndTheOtherAsOftenAsItSays() {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> numbers().map(x -> fail()).count())
                    .satisfies(e -> assertThat(e.attempts()).hasValue(1));
            engine.close(); // Spark has one context in a JVM
            try (EngineContext retrying = Engines.open("local[2,3]")) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> retrying.range(0, 1, 1, 1)
                                .map(x -> {
                                    throw new IOException("attempt " + Engines.attemptNumber());
                                })
                                .count())
                        .withMessageContaining("was tried 3 times")
                        .withMessageContaining("attempt 0")
                        .withMessageContaining("attempt 1")
                        .satisfies(e -> assertThat(e.attempts()).hasValue(3))
                        .havingCause()
                        .withMessage("attempt 2");
                Engines.assertUsable(retrying);
            }
        }

        @Test
        void anExceptionUserCodeCatchesIsNoFailure() {
            assertThat(numbers()
                            .mapPartitions(records -> {
                                List<Integer> all = new ArrayList<>();
                                try {
                                    while (true) {
                                        all.add(records.next());
                                    }
                                } catch (java.util.NoSuchElementException e) {
                                    return all.iterator();
                                }
                            })
                            .collect())
                    .containsExactly(1, 2, 3, 4);
        }
    }

    @Nested
    class Closures {

        private final Object notSerializable = new Object();

        @Test
        void whatCannotBeSerializedIsRefusedAtTheCallWithPathAndLine() {
            Object culprit = new Object();
            Holder holder = new Holder(List.of("fine", culprit));

            assertThatExceptionOfType(ClosureNotSerializableException.class)
                    .isThrownBy(() -> numbers().map(x -> holder))
                    .satisfies(e -> {
                        assertThat(e.operation()).matches("map at FailuresTest.java:\\d+");
                        assertThat(e.fieldPath()).contains("parts", "[1]", "java.lang.Object");
                        assertThat(e).hasMessageContaining(e.operation()).hasMessageContaining(e.fieldPath());
                    })
                    .withCauseInstanceOf(NotSerializableException.class);
            assertThat(engine.recentJobs()).isEmpty();
        }

        @Test
        void theEnclosingInstanceIsNamed() {
            assertThatExceptionOfType(ClosureNotSerializableException.class)
                    .isThrownBy(() -> numbers().map(x -> notSerializable))
                    .withMessageContaining("Closures.this");
        }

        @Test
        void everyOperationChecksItsFunction() {
            Object culprit = new Object();
            PairRDD<Integer, Integer> pairs = numbers().keyBy(x -> x);
            Map<String, ThrowingCallable> calls = Map.ofEntries(
                    Map.entry("map", () -> numbers().map(x -> culprit)),
                    Map.entry("mapToPair", () -> numbers().mapToPair(x -> Pair.of(x, culprit))),
                    Map.entry("filter", () -> numbers().filter(x -> culprit == null)),
                    Map.entry("flatMap", () -> numbers().flatMap(x -> List.of(culprit))),
                    Map.entry("mapMulti", () -> numbers().mapMulti((x, emit) -> emit.emit(culprit))),
                    Map.entry(
                            "mapPartitions",
                            () -> numbers().mapPartitions(x -> List.of(culprit).iterator())),
                    Map.entry(
                            "mapPartitionsWithIndex",
                            () -> numbers()
                                    .mapPartitionsWithIndex(
                                            (i, x) -> List.of(culprit).iterator())),
                    Map.entry("keyBy", () -> numbers().keyBy(x -> culprit)),
                    Map.entry("groupBy", () -> numbers().groupBy(x -> culprit)),
                    Map.entry("mapValues", () -> pairs.mapValues(x -> culprit)),
                    Map.entry("reduceByKey", () -> pairs.reduceByKey((a, b) -> culprit == null ? a : b)),
                    Map.entry(
                            "aggregateByKey",
                            () -> pairs.aggregateByKey(0, (a, b) -> culprit == null ? a : b, (a, b) -> a)),
                    Map.entry("reduce", () -> numbers().reduce((a, b) -> culprit == null ? a : b)),
                    Map.entry("fold", () -> numbers().fold(0, (a, b) -> culprit == null ? a : b)),
                    Map.entry("foreach", () -> numbers().foreach(x -> culprit.hashCode())),
                    Map.entry("top", () -> numbers().top(1, (Ordering<Integer>) (a, b) -> culprit.hashCode())),
                    Map.entry(
                            "takeOrdered",
                            () -> numbers().takeOrdered(1, (Ordering<Integer>) (a, b) -> culprit.hashCode())));

            calls.forEach((operation, call) -> assertThatExceptionOfType(ClosureNotSerializableException.class)
                    .as(operation)
                    .isThrownBy(call)
                    .withMessageContaining(operation + " at FailuresTest.java")
                    .withMessageContaining("java.lang.Object"));
            assertThat(engine.recentJobs()).isEmpty();
        }

        @Test
        void datasetsAndContextsInsideAreRefusedWithWhatToDoInstead() { // stricter than Spark
            RDD<Integer> other = numbers();
            PairRDD<Integer, Integer> pairs = other.keyBy(x -> x);
            EngineContext context = engine;

            assertThatExceptionOfType(ClosureNotSerializableException.class)
                    .isThrownBy(() -> numbers().map(x -> other.count()))
                    .withMessageContaining("join or union");
            assertThatExceptionOfType(ClosureNotSerializableException.class)
                    .isThrownBy(() -> numbers().map(x -> pairs.count()))
                    .withMessageContaining("join or union");
            assertThatExceptionOfType(ClosureNotSerializableException.class)
                    .isThrownBy(() -> numbers().map(x -> new Holder(List.of(other))))
                    .withMessageContaining("map at FailuresTest.java");
            List<Object> hidden = new ArrayList<>(List.of(Map.of("deep", List.of(other))));
            assertThatExceptionOfType(ClosureNotSerializableException.class)
                    .isThrownBy(() -> numbers().filter(x -> hidden.isEmpty()))
                    .withMessageContaining("[\"deep\"]");
            assertThatExceptionOfType(ClosureNotSerializableException.class)
                    .isThrownBy(() -> numbers().map(x -> context.appName()))
                    .withMessageContaining("An EngineContext lives outside of tasks");
            Engines.assertUsable(engine);
        }

        @Test
        @Timeout(value = 30, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
        void aWriteObjectThatThrowsIsReportedEvenIfItsCausesAreACycle() {
            Evil evil = new Evil();

            assertThatExceptionOfType(ClosureNotSerializableException.class)
                    .isThrownBy(() -> numbers().map(x -> evil))
                    .withMessageContaining("map at FailuresTest.java");
            Engines.assertUsable(engine);
        }

        @NotIn(
                value = {TestMode.STRICT, TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
                because = "results travel there")
        @Test
        void aResultNeedNotBeSerializable() { // the architecture shares references; no result travels
            assertThat(numbers().map(x -> new Object()).collect()).hasSize(4);
        }
    }

    @Nested
    class Cancelling {

        private static final AtomicReference<CountDownLatch> RUNNING = new AtomicReference<>();

        /** Runs a job in a thread of its own and interrupts that once the first task says it runs. */
        private Throwable interrupted(ThrowingCallable job) throws InterruptedException {
            RUNNING.set(new CountDownLatch(1));
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            AtomicReference<Boolean> flag = new AtomicReference<>();
            Thread waiting = new Thread(() -> {
                try {
                    job.call();
                } catch (Throwable t) { // handed to the test
                    thrown.set(t);
                }
                flag.set(Thread.currentThread().isInterrupted());
            });
            waiting.start();
            RUNNING.get().await();
            waiting.interrupt();
            waiting.join();
            assertThat(flag.get()).as("interrupt flag restored").isTrue();
            return thrown.get();
        }

        @Test
        void interruptingTheWaitingThreadCancelsTheJob() throws InterruptedException {
            Throwable thrown = interrupted(() -> engine.range(0, Long.MAX_VALUE, 1, 2)
                    .filter(x -> {
                        RUNNING.get().countDown();
                        return false;
                    })
                    .count());

            assertThat(thrown)
                    .isInstanceOf(JobCancelledException.class)
                    .hasMessageMatching("Job 0 \\(count at FailuresTest.java:\\d+\\) was cancelled: .*interrupted");
            assertThat(((JobCancelledException) thrown).jobId()).isZero();
            Engines.assertUsable(engine);
        }

        @Test
        void endlessFunctionsStopAtTheirNextRecord() throws InterruptedException {
            List<ThrowingCallable> jobs = List.of(
                    () -> engine.range(0L, 2L)
                            .flatMap(x -> (Iterable<Integer>) () -> new Endless())
                            .filter(x -> false)
                            .count(),
                    () -> engine.range(0L, 2L)
                            .mapPartitions(x -> new Endless())
                            .filter(x -> false)
                            .count(),
                    () -> engine.range(0L, 2L)
                            .mapPartitions(x -> new Endless())
                            .keyBy(x -> x)
                            .reduceByKey((a, b) -> a)
                            .count(),
                    () -> engine.range(0L, 2L).mapPartitions(x -> new Endless()).foreach(x -> {}),
                    () -> engine.range(0L, 2L)
                            .<Integer>mapMulti((x, emit) -> {
                                while (true) {
                                    RUNNING.get().countDown();
                                    emit.emit(1);
                                }
                            })
                            .count());
            for (ThrowingCallable job : jobs) {
                assertThat(interrupted(job)).isInstanceOf(JobCancelledException.class);
                Engines.assertUsable(engine);
            }
        }

        @Test
        void aThreadInterruptedBeforehandCancelsItsJobToo() {
            Thread.currentThread().interrupt();
            try {
                assertThatThrownBy(() -> numbers().count()).isInstanceOf(JobCancelledException.class);
            } finally {
                assertThat(Thread.interrupted()).isTrue();
            }
            Engines.assertUsable(engine);
        }

        @Test
        void otherJobsGoOn() throws InterruptedException {
            AtomicReference<Long> other = new AtomicReference<>();
            CountDownLatch release = new CountDownLatch(1);
            Gate.LATCH.set(release);
            Thread thread = new Thread(() ->
                    other.set(engine.range(0, 10, 1, 1).filter(x -> Gate.pass()).count()));
            thread.start();
            Throwable thrown = interrupted(() -> engine.range(0, Long.MAX_VALUE, 1, 1)
                    .filter(x -> {
                        RUNNING.get().countDown();
                        return false;
                    })
                    .count());
            release.countDown();
            thread.join();

            assertThat(thrown).isInstanceOf(JobCancelledException.class);
            assertThat(other.get()).isEqualTo(10);
        }

        private static final class Gate {

            static final AtomicReference<CountDownLatch> LATCH = new AtomicReference<>();

            static boolean pass() throws InterruptedException {
                LATCH.get().await();
                return true;
            }
        }

        private static final class Endless implements java.util.Iterator<Integer> {

            @Override
            public boolean hasNext() {
                return true;
            }

            @Override
            public Integer next() {
                RUNNING.get().countDown();
                LockSupport.parkNanos(1); // leaves the processor to others now and then
                return 1;
            }
        }
    }

    private record Holder(List<Object> parts) implements Serializable {}

    private static final class Evil implements Serializable {

        private void writeObject(ObjectOutputStream out) {
            RuntimeException first = new RuntimeException("first");
            first.initCause(new RuntimeException("second", first));
            throw first;
        }
    }

    private static final class SelfCaused extends RuntimeException {

        @Override
        public synchronized Throwable getCause() {
            return this;
        }
    }

    private static class Rude extends RuntimeException {

        @Override
        public String toString() {
            throw new UnsupportedOperationException("no text");
        }

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException("no message");
        }
    }

    private static final class RudeByError extends RuntimeException {

        @Override
        public String toString() {
            throw new AssertionError("no text");
        }
    }

    private record RudeKey(long id) implements Serializable {

        @Override
        public int hashCode() {
            throw new Rude();
        }
    }

    private record Unprintable(boolean byError) implements Serializable {

        @Override
        public String toString() {
            if (byError) {
                throw new AssertionError("no text");
            }
            throw new UnsupportedOperationException("no text");
        }
    }

    @Test
    void aCallSiteIsTheUsersLine() {
        int line = new Throwable().getStackTrace()[0].getLineNumber() + 1;
        RDD<Integer> dataset = engine.parallelize(List.of(1), 1).map(x -> x);

        assertThat(dataset.lineage().callSite()).isEqualTo(new CallSite("map", "FailuresTest.java:" + line));
    }
}

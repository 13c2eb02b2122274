package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.closure.ClosureNotSerializableException;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.status.JobReport;
import dev.favilla.status.JobReport.StageReport;
import java.io.Serializable;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What those meet who try the API for the first time. */
@Timeout(60)
class FirstHourTest {

    private static final String LOCAL = "local[2]";
    private static final String CLUSTER = "local-cluster[2,1,64]";

    private static EngineContext open(String master) {
        return EngineContext.open(master);
    }

    @Nested
    class Results {

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void areCollectionsOfTheCallersOwn(String master) {
            try (EngineContext engine = open(master)) {
                RDD<Long> dataset = engine.range(0, 6, 1, 3).cache();
                for (List<Long> list : List.of(
                        dataset.collect(),
                        dataset.collect(),
                        dataset.take(4),
                        dataset.take(0),
                        dataset.top(3),
                        dataset.top(3, Ordering.natural()),
                        dataset.takeOrdered(3),
                        dataset.takeOrdered(0),
                        engine.range(0, 0).collect(),
                        engine.range(0, 0).takeOrdered(3),
                        dataset.filter(x -> x < 2).collect())) {
                    list.add(7L);
                    list.sort(Collections.reverseOrder());
                    assertThat(list.remove(0)).isEqualTo(7L);
                    list.clear();
                }
                assertThat(dataset.collect()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);

                PairRDD<Long, Long> pairs = dataset.keyBy(x -> x);
                Map<Long, Long> map = pairs.collectAsMap();
                assertThat(map.keySet()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
                map.put(8L, 8L);
                map.remove(0L);
                assertThat(map).isInstanceOf(Serializable.class);
                assertThat(pairs.collectAsMap()).hasSize(6).containsKey(0L);
            }
        }
    }

    @Nested
    class RecordsWithoutAnOrder {

        private record Plain(long value) implements Serializable {}

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void areToBeGivenOne(String master) {
            try (EngineContext engine = open(master)) {
                PairRDD<Long, Long> pairs = engine.range(0, 4).keyBy(x -> x);

                assertThatIllegalArgumentException()
                        .isThrownBy(() -> pairs.top(3))
                        .withMessageContaining("top(10, Ordering.by(Pair::value))")
                        .withMessageContaining("top at FirstHourTest.java:");
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> pairs.takeOrdered(3))
                        .withMessageContaining("takeOrdered(10, Ordering.by(Pair::value))");
                assertThat(engine.recentJobs()).isEmpty();
                assertThat(pairs.top(1, Ordering.by(Pair::value))).containsExactly(Pair.of(3L, 3L));

                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(
                                () -> engine.range(0, 4).map(x -> Pair.of(x, x)).top(3))
                        .withMessageContaining("records of dev.favilla.Pair have no natural order")
                        .withMessageContaining("top(10, Ordering.by(Pair::value))");
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> engine.range(0, 1).map(Plain::new).takeOrdered(3))
                        .withMessageContaining("records of " + Plain.class.getName() + " have no natural order")
                        .withMessageContaining("Ordering.by(");
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(
                                () -> engine.parallelize(Arrays.asList(1, null)).top(2))
                        .withMessageContaining("null has no natural order");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void sayThatAKeyIsNull(String master) {
            try (EngineContext engine = open(master)) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> engine.parallelize(List.of(Pair.of(1, (Integer) null), Pair.of(2, 2)))
                                .top(1, Ordering.by(Pair::value)))
                        .withMessageContaining("what Ordering.by compares by is null")
                        .withMessageContaining("on record (");
            }
        }
    }

    @Nested
    class MethodReferences {

        @ParameterizedTest
        @ValueSource(strings = LOCAL)
        void boundToWhatCannotTravelAreAnsweredWithTheLambdaToWrite(String master) {
            try (EngineContext engine = open(master)) {
                RDD<Long> dataset = engine.range(0, 4);

                assertThatExceptionOfType(ClosureNotSerializableException.class)
                        .isThrownBy(() -> dataset.foreach(System.out::println))
                        .withMessageContaining("PrintStream, which is not serializable")
                        .withMessageContaining("System.out::println")
                        .withMessageContaining("x -> System.out.println(x)");
                assertThatExceptionOfType(ClosureNotSerializableException.class)
                        .isThrownBy(() -> dataset.foreach(System.err::print))
                        .withMessageContaining("x -> System.err.print(x)");
                Service service = new Service();
                assertThatExceptionOfType(ClosureNotSerializableException.class)
                        .isThrownBy(() -> dataset.map(service::answer))
                        .withMessageContaining("Service::answer")
                        .withMessageContaining("x -> ")
                        .withMessageContaining(".answer(x)");
                assertThatExceptionOfType(ClosureNotSerializableException.class)
                        .isThrownBy(() -> dataset.reduce(service::add))
                        .withMessageContaining("(x, y) -> ")
                        .withMessageContaining(".add(x, y)");
            }
        }

        private static final class Service {

            long answer(long question) {
                return question;
            }

            long add(long left, long right) {
                return left + right;
            }
        }
    }

    @Nested
    class AHealthyJobsReport {

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void hasAsManyAttemptsAsTasks(String master) {
            try (EngineContext engine = open(master)) {
                RDD<Long> dataset = engine.range(0, 6, 1, 2);
                dataset.takeOrdered(2);
                dataset.top(2);
                dataset.reduce(Long::sum);
                dataset.fold(0L, Long::sum);
                dataset.collect();
                dataset.keyBy(x -> x % 2).reduceByKey(Long::sum).collect();

                for (JobReport report : engine.recentJobs()) {
                    int tasks = report.stages().stream()
                            .mapToInt(StageReport::tasks)
                            .sum();
                    assertThat(report.attempts()).as("%s", report).isEqualTo(tasks);
                }
                assertThat(engine.recentJobs()).extracting(JobReport::merges).containsExactly(1, 1, 1, 1, 0, 0);
            }
        }
    }

    @Nested
    class ErrorsOfTheMachine {

        private static long endless(long x) {
            return endless(x + 1) + 1;
        }

        private static byte[] tooLarge() {
            return new byte[Integer.MAX_VALUE];
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void nameTheOperationAndItsLine(String master) {
            try (EngineContext engine = open(master)) {
                RDD<Long> dataset = engine.range(5, 6, 1, 1);

                assertNamed(
                        "map",
                        StackOverflowError.class,
                        () -> dataset.map(ErrorsOfTheMachine::endless).collect());
                assertNamed(
                        "map",
                        OutOfMemoryError.class,
                        () -> dataset.map(x -> tooLarge()).collect());
                assertNamed(
                        "filter",
                        StackOverflowError.class,
                        () -> dataset.filter(x -> endless(x) > 0).collect());
                assertNamed("foreach", OutOfMemoryError.class, () -> dataset.foreach(x -> tooLarge()));
                assertNamed(
                        "mapPartitions",
                        OutOfMemoryError.class,
                        () -> dataset.mapPartitions(
                                        records -> List.of(tooLarge()).iterator())
                                .collect());
                assertNamed(
                        "reduceByKey",
                        StackOverflowError.class,
                        () -> engine.range(0, 4, 1, 1)
                                .keyBy(x -> 1)
                                .reduceByKey((a, b) -> endless(a))
                                .collect());
                assertNamed(
                        "reduce",
                        StackOverflowError.class,
                        () -> engine.range(0, 4, 1, 1).reduce((a, b) -> endless(a)));
                assertNamed(
                        "takeOrdered",
                        OutOfMemoryError.class,
                        () -> dataset.takeOrdered(2, (Ordering<Long>) (a, b) -> tooLarge().length));
                Engines.assertUsable(engine);
            }
        }

        private static void assertNamed(String operation, Class<? extends Error> error, Runnable job) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(job::run)
                    .withMessageContaining(operation + " at FirstHourTest.java:")
                    .withMessageContaining(" threw " + error.getName())
                    .withMessageContaining(" on record ")
                    .withCauseInstanceOf(error);
        }
    }

    @Nested
    class ADatasetOfPairsWithANull {

        private PairRDD<Long, Long> withNull(EngineContext engine) {
            return engine.range(0, 4, 1, 2).mapToPair(x -> x == 2 ? null : Pair.of(x, x));
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void isAnErrorThatNamesTheOperationAndSaysWhatToDo(String master) {
            try (EngineContext engine = open(master)) {
                PairRDD<Long, Long> pairs = withNull(engine);

                assertNamed("collectAsMap", () -> pairs.collectAsMap());
                assertNamed("reduceByKey", () -> pairs.reduceByKey(Long::sum).collect());
                assertNamed("groupByKey", () -> pairs.groupByKey().collect());
                assertNamed(
                        "aggregateByKey",
                        () -> pairs.aggregateByKey(0L, Long::sum, Long::sum).collect());
                assertNamed(
                        "partitionBy",
                        () -> pairs.partitionBy(new HashPartitioner(2)).collect());
                assertNamed("join", () -> pairs.join(pairs).collect());
                assertNamed("keys", () -> pairs.keys().collect());
                assertNamed("values", () -> pairs.values().collect());
                assertNamed("mapValues", () -> pairs.mapValues(x -> x).collect());
                assertThat(pairs.collect()).hasSize(4).containsNull();
                assertThat(pairs.filter(pair -> pair != null).collectAsMap()).hasSize(3);
                assertThat(engine.parallelizePairs(List.of(Pair.of((Long) null, (Long) null)))
                                .collectAsMap())
                        .containsEntry(null, null);
            }
        }

        private static void assertNamed(String operation, Runnable job) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(job::run)
                    .withMessageContaining(operation + " at FirstHourTest.java:")
                    .withMessageContaining("has null in the place of a pair")
                    .withMessageContaining("on record null")
                    .withMessageContaining("filter(pair -> pair != null)")
                    .withCauseInstanceOf(NullPointerException.class);
        }
    }
}

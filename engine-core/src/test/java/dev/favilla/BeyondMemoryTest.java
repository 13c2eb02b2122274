package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.Metric;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.testing.ForkedJvm;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import dev.favilla.testing.TestSeed;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Function;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Aggregations and groups that do not fit in memory. */
@NotIn(
        value = {TestMode.STRICT, TestMode.TCP, TestMode.SPARK},
        because = "it takes long, and has what is special about executors in memory, too")
@InEveryMode
@Timeout(120)
class BeyondMemoryTest {

    private static final long MIB = 1L << 20;
    private static final Partitioner PLACES = new HashPartitioner(2);

    private static EngineContext open(long bytes) {
        return Engines.builder("local[2]", bytes).open();
    }

    private static List<Pair<Integer, Double>> measurements(SplittableRandom random, int rows) {
        return IntStream.range(0, rows)
                .mapToObj(i -> Pair.of(
                        random.nextInt(6) == 0 ? 7 : random.nextInt(40_000),
                        random.nextDouble() * Math.pow(10, random.nextInt(-9, 9))))
                .toList();
    }

    /** Runs {@code pipeline}, on keys that lie where it wants them, in contexts of three sizes. */
    private static <R> void assertSameUnderThreeBudgets(
            List<Pair<Integer, Double>> records, Function<PairRDD<Integer, Double>, List<R>> pipeline) {
        List<List<R>> results = new ArrayList<>();
        List<Long> spilled = new ArrayList<>();
        for (long budget : List.of(512 * MIB, 48 * MIB, 32 * MIB)) {
            try (EngineContext engine = open(budget)) {
                results.add(pipeline.apply(
                        engine.parallelizePairs(records, 3).partitionBy(PLACES).filter(record -> Engines.holdMost())));
                spilled.add(Engines.lastJob(engine).metrics().get(Metric.DISK_BYTES_SPILLED));
                Engines.assertUsable(engine);
            }
        }
        assertThat(results.get(1)).isEqualTo(results.get(0));
        assertThat(results.get(2)).isEqualTo(results.get(0));
        assertThat(spilled.get(0)).isZero();
        assertThat(spilled.subList(1, 3)).allMatch(bytes -> bytes > 0);
    }

    @Test
    void sumsOfDoublesHaveTheSameBitsUnderThreeBudgets(TestSeed seed) {
        assertSameUnderThreeBudgets(
                measurements(seed.random(), 120_000),
                pairs -> pairs.reduceByKey(PLACES, Double::sum).collect());
    }

    @Test
    void accumulatorsWithAZeroAreTheSameUnderThreeBudgets(TestSeed seed) {
        assertSameUnderThreeBudgets(
                measurements(seed.random(), 120_000),
                pairs -> pairs.aggregateByKey(
                                new ArrayList<Double>(),
                                PLACES,
                                (list, value) -> {
                                    list.add(value);
                                    return list;
                                },
                                (left, right) -> {
                                    left.addAll(right);
                                    return left;
                                })
                        .mapValues(list -> list.stream().mapToDouble(x -> x).sum())
                        .collect());
    }

    @Test
    void groupsAreIteratedFromDiskInTheSameOrderUnderThreeBudgets(TestSeed seed) {
        assertSameUnderThreeBudgets(
                measurements(seed.random(), 200_000),
                pairs -> pairs.groupByKey(PLACES)
                        .mapValues(BeyondMemoryTest::sum)
                        .collect());
    }

    private static double sum(Iterable<Double> values) {
        double sum = 0;
        for (int round = 0; round < 2; round++) { // it can be iterated again
            for (double value : values) {
                sum += value;
            }
        }
        return sum;
    }

    @Test
    void groupsThatAreCollectedAreListsWhereverTheyLay(TestSeed seed) {
        assertSameUnderThreeBudgets(
                measurements(seed.random(), 200_000),
                pairs -> pairs.groupByKey(PLACES)
                        .filter(group -> group.key() == 7)
                        .collect());
    }

    @Test
    void groupsThatAreCachedOutliveTheTaskThatMadeThem(TestSeed seed) {
        List<Pair<Integer, Double>> records = measurements(seed.random(), 200_000);
        assertSameUnderThreeBudgets(records, pairs -> {
            PairRDD<Integer, Iterable<Double>> groups = pairs.groupByKey(PLACES).cache();
            long count = groups.count();
            List<Pair<Integer, Double>> sums =
                    groups.mapValues(BeyondMemoryTest::sum).collect();
            assertThat(sums).hasSize((int) count);
            groups.count(); // the job whose metrics are looked at computes what was not kept
            return pairs.groupByKey(PLACES).mapValues(BeyondMemoryTest::sum).collect();
        });
    }

    @NotIn(
            value = {TestMode.MEMORY, TestMode.TCP},
            because = "a fetched block takes the megabyte that the test leaves to a task, which is alone there")
    @ParameterizedTest
    @ValueSource(strings = {"kryo", "java"})
    void distinctRecordsStayDistinctWithEitherSerializer(String serializer, TestSeed seed) {
        List<Integer> records = seed.random().ints(100_000, 0, 50_000).boxed().toList();
        try (EngineContext engine = Engines.builder("local[2]", 32 * MIB)
                .set("favilla.serializer", serializer)
                .open()) {
            List<Integer> found = engine.parallelize(records, 2)
                    .mapToPair(x -> Pair.of(x, x))
                    .partitionBy(PLACES)
                    .filter(record -> Engines.holdMost())
                    .reduceByKey(PLACES, (left, right) -> left)
                    .keys()
                    .collect();

            assertThat(found).doesNotHaveDuplicates().hasSize((int)
                    records.stream().distinct().count());
            assertThat(Engines.lastJob(engine).metrics().get(Metric.DISK_BYTES_SPILLED))
                    .isPositive();
        }
    }

    @NotIn(
            value = {TestMode.STRICT, TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
            because = "it runs in a JVM of its own, which has no mode")
    @Test
    void severalTimesTheHeapIsAggregatedAndGrouped() throws InterruptedException {
        ForkedJvm.Result result =
                ForkedJvm.of(ManyTimesTheHeap.class).jvmOptions("-Xmx64m").run(Duration.ofSeconds(100));

        assertThat(result.stdout()).as(result.stderr()).isEqualTo("""
                8000 keys of 240000000 bytes
                one key of 8000 values of 240000000 bytes
                """);
        assertThat(result.exitCode()).isZero();
    }

    /** Holds 240 MB in accumulators, and then in one group. */
    static final class ManyTimesTheHeap {

        private static final int RECORDS = 8000;
        private static final int BYTES = 30_000;

        public static void main(String[] args) {
            try (EngineContext engine = Engines.open("local[2]")) {
                List<Integer> bytes = pairs(engine, x -> x)
                        .reduceByKey(PLACES, (left, right) -> left)
                        .values()
                        .map(value -> value.length)
                        .collect();
                System.out.print(bytes.size() + " keys of "
                        + bytes.stream().mapToInt(x -> x).sum() + " bytes\n");
                List<Pair<Integer, String>> groups = pairs(engine, x -> 1)
                        .groupByKey(PLACES)
                        .mapValues(values -> {
                            long count = 0;
                            long sum = 0;
                            for (byte[] value : values) {
                                count++;
                                sum += value.length;
                            }
                            return count + " values of " + sum + " bytes";
                        })
                        .collect();
                System.out.print("one key of " + groups.get(0).value() + "\n");
            }
        }

        private static PairRDD<Integer, byte[]> pairs(
                EngineContext engine, dev.favilla.function.MapFunction<Integer, Integer> key) {
            return engine.parallelize(IntStream.range(0, RECORDS).boxed().toList(), 2)
                    .mapToPair(x -> Pair.of(key.call(x), x))
                    .partitionBy(PLACES)
                    .mapValues(x -> new byte[BYTES]);
        }
    }
}

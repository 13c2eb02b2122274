package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.stats.Aggregates;
import dev.favilla.testing.InEveryMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the values of a key become one, or many. */
@InEveryMode
class AggregationsByKeyTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private final Partitioner threeWays = new HashPartitioner(3);

    /** The numbers from 0 to 11 by their remainder of 3, in 4 partitions. */
    private PairRDD<Integer, Integer> pairs() {
        return engine.parallelize(IntStream.range(0, 12).boxed().toList(), 4).keyBy(x -> x % 3);
    }

    private static List<Integer> listOf(Integer first) {
        return new ArrayList<>(List.of(first));
    }

    private static List<Integer> with(List<Integer> list, Integer value) {
        list.add(value);
        return list;
    }

    private static List<Integer> withAll(List<Integer> left, List<Integer> right) {
        left.addAll(right);
        return left;
    }

    @Nested
    class FlatMapValues {

        @Test
        void givesEachValueItsKeyAndDropsKeysWithoutAny() {
            assertThat(engine.parallelizePairs(List.of(Pair.of("a", 2), Pair.of("b", 0), Pair.of("c", 1)), 2)
                            .flatMapValues(n -> IntStream.range(0, n).boxed().toList())
                            .collect())
                    .containsExactly(Pair.of("a", 0), Pair.of("a", 1), Pair.of("c", 0));
        }

        @Test
        void keepsThePartitioner() {
            PairRDD<Integer, Integer> placed = pairs().partitionBy(threeWays);

            assertThat(placed.flatMapValues(x -> List.of(x, -x)).partitioner()).contains(threeWays);
            assertThat(Engines.shufflesOf(
                            placed.flatMapValues(x -> List.of(x, -x)).reduceByKey(Integer::sum)))
                    .isEqualTo(1);
        }

        @Test
        void takesNullsAndReadsNoFurtherThanWanted() {
            assertThat(engine.parallelizePairs(List.of(Pair.of((String) null, (Integer) null)), 1)
                            .flatMapValues(x -> Arrays.asList(null, 1))
                            .collect())
                    .containsExactly(Pair.of(null, null), Pair.of(null, 1));
            assertThat(pairs().flatMapValues(x -> (Iterable<Integer>)
                                    () -> IntStream.iterate(0, i -> i + 1).iterator())
                            .take(2))
                    .containsExactly(Pair.of(0, 0), Pair.of(0, 1));
        }

        @Test
        void nullInsteadOfAnIterableFailsTheJobAndNamesTheRecord() {
            assertThatThrownBy(() -> pairs().coalesce(1)
                            .flatMapValues(x -> (List<Integer>) null)
                            .count())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("flatMapValues at AggregationsByKeyTest.java")
                    .hasMessageContaining("return an empty list")
                    .hasMessageContaining("(0,0)")
                    .hasCauseInstanceOf(NullPointerException.class);
        }
    }

    @Nested
    class FoldByKey {

        @Test
        void mergesAllValuesInItsThreeForms() {
            Map<Integer, Integer> sums = Map.of(0, 18, 1, 22, 2, 26);

            assertThat(pairs().foldByKey(0, Integer::sum).collectAsMap()).isEqualTo(sums);
            assertThat(pairs().foldByKey(0, 2, Integer::sum).collectAsMap()).isEqualTo(sums);
            PairRDD<Integer, Integer> placed = pairs().foldByKey(0, threeWays, Integer::sum);
            assertThat(placed.collectAsMap()).isEqualTo(sums);
            assertThat(placed.partitioner()).contains(threeWays);
        }

        @Test
        void usesTheZeroOncePerKeyAndMapPartition() {
            assertThat(pairs().foldByKey(100, 2, Integer::sum).collectAsMap())
                    .isEqualTo(Map.of(0, 418, 1, 422, 2, 426));
            assertThat(pairs().partitionBy(threeWays)
                            .foldByKey(100, threeWays, Integer::sum)
                            .collectAsMap())
                    .isEqualTo(Map.of(0, 118, 1, 122, 2, 126));
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
        void leavesCachedRecordsAloneWhereItChangesItsFirstArgument(String master) {
            try (EngineContext context = Engines.open(master)) {
                PairRDD<Integer, List<Integer>> cached = context.parallelize(List.of(1, 1, 2, 1, 2), 2)
                        .mapToPair(x -> Pair.of(x, listOf(x)))
                        .cache();
                List<Pair<Integer, List<Integer>>> before = cached.collect();

                Map<Integer, List<Integer>> folded = cached.foldByKey(
                                new ArrayList<>(), 2, AggregationsByKeyTest::withAll)
                        .collectAsMap();

                assertThat(folded).isEqualTo(Map.of(1, List.of(1, 1, 1), 2, List.of(2, 2)));
                assertThat(cached.collect())
                        .isEqualTo(before)
                        .allSatisfy(pair -> assertThat(pair.value()).hasSize(1));
            }
        }

        @Test
        void aFailureNamesItsCallAndTheValues() {
            assertThatThrownBy(() -> pairs().foldByKey(0, (left, right) -> 1 / (right - 7))
                            .count())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("foldByKey at AggregationsByKeyTest.java")
                    .hasCauseInstanceOf(ArithmeticException.class);
        }
    }

    @Nested
    class CombineByKey {

        private final Map<Integer, List<Integer>> lists =
                Map.of(0, List.of(0, 3, 6, 9), 1, List.of(1, 4, 7, 10), 2, List.of(2, 5, 8, 11));

        @Test
        void gathersInAllItsForms() {
            PairRDD<Integer, Integer> pairs = pairs();

            assertThat(pairs.combineByKey(
                                    AggregationsByKeyTest::listOf,
                                    AggregationsByKeyTest::with,
                                    AggregationsByKeyTest::withAll)
                            .collectAsMap())
                    .isEqualTo(lists);
            assertThat(pairs.combineByKey(
                                    AggregationsByKeyTest::listOf,
                                    AggregationsByKeyTest::with,
                                    AggregationsByKeyTest::withAll,
                                    5)
                            .collectAsMap())
                    .isEqualTo(lists);
            PairRDD<Integer, List<Integer>> placed = pairs.combineByKey(
                    AggregationsByKeyTest::listOf,
                    AggregationsByKeyTest::with,
                    AggregationsByKeyTest::withAll,
                    threeWays);
            assertThat(placed.collectAsMap()).isEqualTo(lists);
            assertThat(placed.partitioner()).contains(threeWays);
        }

        @Test
        void withoutTheMapSideAddsAllValuesToOneAccumulator() {
            assertThat(pairs().combineByKey(
                                    AggregationsByKeyTest::listOf,
                                    AggregationsByKeyTest::with,
                                    (left, right) -> {
                                        throw new IllegalStateException("nothing to merge");
                                    },
                                    threeWays,
                                    false)
                            .collectAsMap())
                    .isEqualTo(lists);
        }

        @Test
        void makesOneAccumulatorForEachKeyAndMapPartition() {
            assertThat(pairs().combineByKey(x -> 1_000, (sum, x) -> sum + 1, Integer::sum, 2)
                            .collectAsMap())
                    .isEqualTo(Map.of(0, 4_000, 1, 4_000, 2, 4_000));
            assertThat(pairs().partitionBy(threeWays)
                            .combineByKey(x -> 1_000, (sum, x) -> sum + 1, Integer::sum, threeWays)
                            .collectAsMap())
                    .isEqualTo(Map.of(0, 1_003, 1, 1_003, 2, 1_003));
        }

        @Test
        void aFailureNamesItsCallAndTheValue() {
            assertThatThrownBy(() -> pairs().combineByKey(x -> 1 / (x - 2), (sum, x) -> x, Integer::sum)
                            .count())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("combineByKey at AggregationsByKeyTest.java")
                    .hasCauseInstanceOf(ArithmeticException.class);
        }
    }

    @Nested
    class AggregateByKey {

        @Test
        void finishesWhatItsAggregateCollects() {
            assertThat(pairs().aggregateByKey(Aggregates.averaging(x -> (double) x))
                            .collectAsMap())
                    .isEqualTo(Map.of(0, 4.5, 1, 5.5, 2, 6.5));
            assertThat(pairs().aggregateByKey(Aggregates.counting(), 2).collectAsMap())
                    .isEqualTo(Map.of(0, 4L, 1, 4L, 2, 4L));
        }

        @Test
        void placesKeysAndKeepsThePartitioner() {
            PairRDD<Integer, Long> placed = pairs().aggregateByKey(Aggregates.counting(), threeWays);

            assertThat(placed.partitioner()).contains(threeWays);
            assertThat(Engines.shufflesOf(pairs().partitionBy(threeWays).aggregateByKey(Aggregates.toList())))
                    .isEqualTo(1);
        }

        @Test
        void takesAggregatesThatWerePutTogether() {
            record Summary(long count, List<Integer> top) implements java.io.Serializable {}

            assertThat(pairs().aggregateByKey(
                                    Aggregates.teeing(
                                            Aggregates.counting(),
                                            Aggregates.topN(2, Ordering.<Integer>natural()),
                                            Summary::new),
                                    2)
                            .collectAsMap())
                    .isEqualTo(Map.of(
                            0, new Summary(4, List.of(9, 6)),
                            1, new Summary(4, List.of(10, 7)),
                            2, new Summary(4, List.of(11, 8))));
        }

        @Test
        void givesTheSameOnIsolatedExecutors() {
            try (EngineContext cluster = Engines.open("local-cluster[2,1,64]")) {
                assertThat(cluster.parallelizePairs(pairs().collect(), 4)
                                .aggregateByKey(Aggregates.toList(), 2)
                                .collect())
                        .isEqualTo(
                                pairs().aggregateByKey(Aggregates.toList(), 2).collect());
            }
        }

        @Test
        void aFailureInAnyStepNamesItsCall() {
            assertThatThrownBy(() -> pairs().aggregateByKey(Aggregates.<Integer, Long, Long>of(
                                    () -> 0L, (count, x) -> count + 1, Long::sum, count -> Math.floorDiv(count, 0L)))
                            .count())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("aggregateByKey at AggregationsByKeyTest.java")
                    .hasCauseInstanceOf(ArithmeticException.class);
            assertThatThrownBy(() -> pairs().aggregateByKey(Aggregates.<Integer, Long, Long>of(
                                    () -> {
                                        throw new java.io.IOException("no zero");
                                    },
                                    (count, x) -> count + 1,
                                    Long::sum,
                                    count -> count))
                            .count())
                    .hasMessageContaining("aggregateByKey at AggregationsByKeyTest.java")
                    .hasCauseInstanceOf(java.io.IOException.class);
        }
    }

    @Nested
    class CountApproxDistinctByKey {

        @Test
        void isWithinItsErrorForFewAndManyValues() {
            PairRDD<Integer, Integer> values = engine.range(0, 60_000, 1, 4)
                    .mapToPair(x -> x % 2 == 0 ? Pair.of(0, (int) (x % 10)) : Pair.of(1, x.intValue()));

            Map<Integer, Long> counts = values.countApproxDistinctByKey(0.02, 2).collectAsMap();

            assertThat(counts.get(0)).isEqualTo(5);
            assertThat(counts.get(1)).isBetween(30_000L * 92 / 100, 30_000L * 108 / 100);
            assertThat(values.countApproxDistinctByKey(0.02).collectAsMap()).isEqualTo(counts);
            assertThat(values.countApproxDistinctByKey(0.02, threeWays).partitioner())
                    .contains(threeWays);
        }

        @Test
        void ofTooSmallAnErrorIsRefusedAtTheCall() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pairs().countApproxDistinctByKey(0.000017))
                    .withMessageContaining("0.000017");
        }
    }

    @Nested
    class UnpackedRows {

        private final PairRDD<String, Integer> left =
                engine.parallelizePairs(List.of(Pair.of("a", 1), Pair.of("b", 2)), 2);
        private final PairRDD<String, String> right =
                engine.parallelizePairs(List.of(Pair.of("a", "x"), Pair.of("c", "z")), 2);

        @Test
        void handTheValuesOfAJoinToAFunction() {
            assertThat(left.join(right, 2)
                            .mapValues(Pair.unpack((number, text) -> text + number))
                            .collect())
                    .containsExactly(Pair.of("a", "x1"));
        }

        @Test
        void handTheValuesOfTwoJoinsToAFunction() {
            assertThat(left.join(right)
                            .join(left)
                            .mapValues(Pair.unpackLeft((number, text, again) -> text + number + again))
                            .collect())
                    .containsExactly(Pair.of("a", "x11"));
        }

        @Test
        void handKeyAndValuesOfAJoinToAFunction() {
            assertThat(left.join(right)
                            .map(Pair.unpackRight((key, number, text) -> key + text + number))
                            .collect())
                    .containsExactly("ax1");
            assertThat(left.map(Pair.unpack((key, number) -> key + number)).collect())
                    .containsExactly("a1", "b2");
        }

        @Test
        void handNullForAMissingSide() {
            assertThat(left.fullOuterJoin(right, 1)
                            .mapValues(Joined.unpack((number, text) -> number + "/" + text))
                            .collectAsMap())
                    .isEqualTo(Map.of("a", "1/x", "b", "2/null", "c", "null/z"));
        }

        @Test
        void haveOtherNullsToo() {
            assertThat(engine.parallelize(Arrays.asList(1, null), 2)
                            .keyBy(x -> "k")
                            .map(Pair.unpack((key, value) -> key + value))
                            .collect())
                    .containsExactly("k1", "knull");
        }

        @Test
        void keepAFailureAtTheUsersCall() {
            assertThatThrownBy(() -> left.mapToPair(pair -> Pair.of(pair.key(), pair))
                            .mapValues(Pair.unpack((key, number) -> 1 / (number - 2)))
                            .count())
                    .hasMessageContaining("mapValues at AggregationsByKeyTest.java")
                    .hasCauseInstanceOf(ArithmeticException.class);
        }

        @Test
        void refuseFunctionsThatCannotTravel() {
            Object lock = new Object();

            assertThatThrownBy(() -> left.map(Pair.unpack((key, number) -> key + number + lock)))
                    .isInstanceOf(dev.favilla.closure.ClosureNotSerializableException.class)
                    .hasMessageContaining("java.lang.Object");
        }

        @Test
        void refuseNull() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Pair.unpack(null))
                    .withMessageStartingWith("function must not be null (unpack at AggregationsByKeyTest.java");
        }
    }
}

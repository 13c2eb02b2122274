package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.stats.Aggregate;
import dev.favilla.stats.Aggregates;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.InEveryMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Results of another type than the records, with functions and with aggregates; reductions as trees; extremes. */
@InEveryMode
class AggregatingTest {

    private static final String ONE = "local[2]";
    private static final String TWO = "local-cluster[2,1,64]";

    record Summary(long count, double mean) {}

    private static Map<String, Integer> counted(EngineContext engine) {
        return engine.parallelize(List.of("a", "b", "a", "c", "a", "b"), 4)
                .aggregate(
                        new HashMap<String, Integer>(),
                        (map, word) -> {
                            map.merge(word, 1, Integer::sum);
                            return map;
                        },
                        (left, right) -> {
                            right.forEach((word, count) -> left.merge(word, count, Integer::sum));
                            return left;
                        });
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void aMutableMapMayBeTheZero(String master) {
        try (EngineContext engine = Engines.open(master)) {
            assertThat(counted(engine)).isEqualTo(Map.of("a", 3, "b", 2, "c", 1));
            assertThat(counted(engine)).isEqualTo(Map.of("a", 3, "b", 2, "c", 1));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void theZeroCountsOncePerPartitionAndOnceMore(String master) {
        try (EngineContext engine = Engines.open(master)) {
            int sum = engine.range(1, 7, 1, 3).aggregate(10, (all, x) -> all + x.intValue(), Integer::sum);

            assertThat(sum).isEqualTo(21 + 4 * 10);
            assertThat(engine.range(0, 0, 1, 1).aggregate("z", (all, x) -> all + x, (a, b) -> a + b))
                    .isEqualTo("zz");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void anAggregateIsFinishedInASlot(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<Integer> numbers = engine.parallelize(List.of(5, 3, 8, 1, 9, 2), 4);

            assertThat(numbers.aggregate(Aggregates.counting())).isEqualTo(6L);
            assertThat(numbers.aggregate(Aggregates.toList())).containsExactly(5, 3, 8, 1, 9, 2);
            assertThat(numbers.aggregate(Aggregates.topN(2, Ordering.natural())))
                    .containsExactly(9, 8);
            assertThat(numbers.aggregate(Aggregates.teeing(
                            Aggregates.counting(), Aggregates.averaging(x -> (double) x), Summary::new)))
                    .isEqualTo(new Summary(6, 28 / 6.0));
            assertThat(numbers.filter(x -> x > 100).aggregate(Aggregates.counting()))
                    .isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void whatAnAggregateThrowsNamesTheCall(String master) {
        try (EngineContext engine = Engines.open(master)) {
            Aggregate<Long, Long, Long> failing = Aggregates.of(() -> 0L, Long::sum, Long::sum, sum -> {
                throw new IllegalStateException("cannot finish " + sum);
            });

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 4, 1, 2).aggregate(failing))
                    .withMessageContaining("aggregate at AggregatingTest.java")
                    .withMessageContaining("cannot finish 6");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void treesOfAnyDepthGiveTheSame(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<Double> numbers = engine.range(0, 1000, 1, 16).map(x -> 1.0 / (x + 1));
            double reduced = numbers.reduce(Double::sum);
            List<Integer> sizes = IntStream.range(0, 9)
                    .mapToObj(depth -> numbers.treeAggregate(
                                    new ArrayList<Double>(),
                                    AggregatingTest::append,
                                    AggregatingTest::appendAll,
                                    depth + 1)
                            .size())
                    .toList();

            assertThat(sizes).containsOnly(1000);
            for (int depth = 1; depth <= 9; depth++) {
                assertThat(numbers.treeReduce(Double::sum, depth)).isEqualTo(reduced);
            }
            assertThat(numbers.treeReduce(Double::sum)).isEqualTo(reduced);
            assertThat(numbers.treeAggregate(0.0, Double::sum, Double::sum)).isEqualTo(reduced);
        }
    }

    private static ArrayList<Double> append(ArrayList<Double> list, Double number) {
        list.add(number);
        return list;
    }

    private static ArrayList<Double> appendAll(ArrayList<Double> left, ArrayList<Double> right) {
        left.addAll(right);
        return left;
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void functionsThatChangeTheirFirstArgumentLeaveCachedRecordsAsTheyAre(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<ArrayList<Double>> lists = engine.range(0, 6, 1, 3)
                    .map(x -> new ArrayList<>(List.of((double) x)))
                    .persist(StorageLevel.MEMORY_ONLY);
            List<ArrayList<Double>> before = List.copyOf(lists.collect());

            assertThat(lists.treeReduce(AggregatingTest::appendAll, 3)).hasSize(6);
            assertThat(lists.collect()).isEqualTo(before).allMatch(list -> list.size() == 1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void extremesAreTheFirstOfEqualOnes(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<String> words = engine.parallelize(List.of("bb", "a", "dd", "c", "ee"), 3);

            assertThat(words.min()).isEqualTo("a");
            assertThat(words.max()).isEqualTo("ee");
            assertThat(words.max(Ordering.by(String::length))).isEqualTo("bb");
            assertThat(words.min(Ordering.by(String::length))).isEqualTo("a");
            assertThat(engine.parallelize(List.of(2.5, -1.0), 2)
                            .mapToDouble(x -> x)
                            .min())
                    .isEqualTo(-1.0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = ONE)
    void nothingHasNoExtremeAndNoReduction(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<Long> none = engine.range(0, 0);

            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(none::max)
                    .withMessageContaining("max needs at least one record");
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> none.min(Ordering.natural()));
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> none.treeReduce(Long::sum, 2));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> none.treeReduce(Long::sum, 0))
                    .withMessage("depth must be >= 1, got 0");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> none.keyBy(x -> x).max());
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(
                            () -> engine.parallelize(Arrays.asList(1, null), 2).max());
        }
    }
}

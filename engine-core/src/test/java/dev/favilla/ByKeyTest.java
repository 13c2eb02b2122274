package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.Metric;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import dev.favilla.value.UnsupportedKeyException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InEveryMode
class ByKeyTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private PairRDD<String, Integer> letters(int partitions) {
        return engine.parallelizePairs(
                List.of(Pair.of("a", 1), Pair.of("b", 2), Pair.of("a", 3), Pair.of("c", 4), Pair.of("b", 5)),
                partitions);
    }

    private static <K, V> Map<K, List<V>> asLists(PairRDD<K, Iterable<V>> grouped) {
        Map<K, List<V>> lists = new HashMap<>();
        grouped.collect()
                .forEach(pair ->
                        lists.put(pair.key(), Engines.toList(pair.value().iterator())));
        return lists;
    }

    @Nested
    class ReduceByKey {

        @Test
        void mergesTheValuesOfEachKey() {
            assertThat(letters(3).reduceByKey(Integer::sum).collectAsMap()).isEqualTo(Map.of("a", 4, "b", 7, "c", 4));
        }

        @Test
        void putsEachKeyIntoThePartitionOfItsHash() {
            List<List<Pair<Integer, Integer>>> partitions = Engines.partitionsOf(engine.range(0L, 100L)
                    .mapToPair(x -> Pair.of((int) (x % 10) - 5, 1))
                    .reduceByKey(Integer::sum, 4));

            assertThat(partitions).hasSize(4);
            for (int i = 0; i < 4; i++) {
                int partition = i;
                assertThat(partitions.get(i))
                        .allSatisfy(
                                pair -> assertThat(Math.floorMod(pair.key(), 4)).isEqualTo(partition));
            }
            assertThat(partitions.stream().flatMap(List::stream))
                    .hasSize(10)
                    .allSatisfy(pair -> assertThat(pair.value()).isEqualTo(10));
        }

        @NotIn(value = TestMode.SPARK, because = "reports have no counts of records and bytes there")
        @Test
        void mergesOnTheMapSideFirst() {
            engine.range(0, 10_000, 1, 2)
                    .mapToPair(x -> Pair.of(x % 3, 1L))
                    .reduceByKey(Long::sum, 2)
                    .count();

            assertThat(Engines.lastJob(engine).metrics().get(Metric.SHUFFLE_RECORDS_WRITTEN))
                    .isEqualTo(6);
        }

        @Test
        void keepsNullKeysAndNullValues() {
            PairRDD<String, String> pairs = engine.parallelize(Arrays.asList("x", null, "y", null, "x"), 3)
                    .mapToPair(key -> Pair.of(key, "x".equals(key) ? null : "v"));

            Map<String, String> expected = new HashMap<>();
            expected.put("x", "null+null");
            expected.put(null, "v+v");
            expected.put("y", "v");
            assertThat(pairs.reduceByKey((a, b) -> a + "+" + b, 2).collectAsMap())
                    .isEqualTo(expected);
        }

        @Test
        void takesTheLargestAndSmallestWholeNumbersAsKeys() {
            List<Integer> keys = List.of(Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0, Integer.MAX_VALUE);

            assertThat(engine.parallelize(keys, 2)
                            .mapToPair(key -> Pair.of(key, 1))
                            .reduceByKey(Integer::sum, 7)
                            .collectAsMap())
                    .isEqualTo(Map.of(Integer.MAX_VALUE, 2, Integer.MIN_VALUE, 1, -1, 1, 0, 1));
        }

        @Test
        void tellsKeysApartThatShareAHashCode() {
            record Colliding(int id) implements java.io.Serializable {
                @Override
                public int hashCode() {
                    return id % 2;
                }
            }
            Map<Colliding, Integer> counts = engine.parallelize(
                            IntStream.range(0, 10_000).boxed().toList(), 4)
                    .mapToPair(x -> Pair.of(new Colliding(x % 1000), 1))
                    .reduceByKey(Integer::sum, 3)
                    .collectAsMap();

            assertThat(counts)
                    .hasSize(1000)
                    .allSatisfy((key, count) -> assertThat(count).isEqualTo(10));
        }

        @Test
        void mergesInTheOrderOfThePartitions() {
            String text = engine.range(0, 100, 1, 7)
                    .mapToPair(x -> Pair.of("all", String.valueOf(x)))
                    .reduceByKey((a, b) -> a + "," + b, 2)
                    .values()
                    .first();

            assertThat(text)
                    .isEqualTo(String.join(
                            ",",
                            IntStream.range(0, 100).mapToObj(String::valueOf).toList()));
        }

        @Test
        void ofNothingIsEmpty(@TempDir Path empty) {
            PairRDD<String, Integer> nothing = engine.textFile(empty.toString()).mapToPair(x -> Pair.of(x, 1));

            assertThat(nothing.getNumPartitions()).isZero();
            assertThat(nothing.reduceByKey(Integer::sum).collect()).isEmpty();
            assertThat(nothing.reduceByKey(Integer::sum, 3).collect()).isEmpty();
            assertThat(nothing.groupByKey().collect()).isEmpty();
            assertThat(nothing.distinct().collect()).isEmpty();
            assertThat(nothing.distinct().count()).isZero();
        }

        @Test
        void needsAtLeastOnePartition() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> letters(2).reduceByKey(Integer::sum, 0))
                    .withMessageContaining("got 0");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> letters(2).groupByKey(-1))
                    .withMessageContaining("got -1");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> letters(2).aggregateByKey(0, 0, Integer::sum, Integer::sum))
                    .withMessageContaining("got 0");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> letters(2).groupBy(x -> x.key(), 0))
                    .withMessageContaining("got 0");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> letters(2).join(letters(2), 0))
                    .withMessageContaining("got 0");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> letters(2).distinct(0))
                    .withMessageContaining("got 0");
        }

        @Test
        void staysNarrowWhereKeysLieSoAlready() {
            PairRDD<String, Integer> placed = letters(3).partitionBy(new HashPartitioner(2));
            PairRDD<String, Integer> reduced = placed.reduceByKey(Integer::sum, 2);

            assertThat(Engines.shufflesOf(reduced)).isEqualTo(1);
            assertThat(Engines.shufflesOf(placed.reduceByKey(Integer::sum, 3))).isEqualTo(2);
            assertThat(reduced.collectAsMap()).isEqualTo(Map.of("a", 4, "b", 7, "c", 4));
            assertThat(reduced.partitioner()).contains(new HashPartitioner(2));
        }
    }

    @Nested
    class GroupByKey {

        @Test
        void keepsTheOrderOfThePartitions() {
            assertThat(asLists(engine.range(0, 20, 1, 6).keyBy(x -> x % 2).groupByKey(3)))
                    .isEqualTo(Map.of(
                            0L, List.of(0L, 2L, 4L, 6L, 8L, 10L, 12L, 14L, 16L, 18L),
                            1L, List.of(1L, 3L, 5L, 7L, 9L, 11L, 13L, 15L, 17L, 19L)));
        }

        @Test
        void valuesCanBeReadRepeatedly() {
            assertThat(letters(2)
                            .groupByKey()
                            .mapValues(values -> {
                                int sum = 0;
                                for (int value : values) {
                                    sum += value;
                                }
                                for (int value : values) {
                                    sum += value;
                                }
                                return sum;
                            })
                            .collectAsMap())
                    .isEqualTo(Map.of("a", 8, "b", 14, "c", 8));
        }

        @Test
        void groupByMakesTheKeyOfTheRecord() {
            assertThat(asLists(engine.parallelize(List.of(1, 2, 3, 4, 5, 6, 7, 8), 4)
                            .map(x -> x * 2)
                            .filter(x -> x > 5)
                            .groupBy(x -> x % 2)))
                    .isEqualTo(Map.of(0, List.of(6, 8, 10, 12, 14, 16)));
            assertThat(engine.range(0L, 10L).groupBy(x -> x % 2, 3).getNumPartitions())
                    .isEqualTo(3);
        }

        @Test
        void keepsNullValues() {
            assertThat(asLists(engine.parallelize(Arrays.asList("a", null, "a"), 2)
                            .keyBy(x -> 1)
                            .groupByKey(1)))
                    .isEqualTo(Map.of(1, Arrays.asList("a", null, "a")));
        }

        @Test
        void takesAPartitioner() {
            assertThat(asLists(letters(3).groupByKey(new HashPartitioner(5))))
                    .isEqualTo(Map.of("a", List.of(1, 3), "b", List.of(2, 5), "c", List.of(4)));
        }

        @Test
        void worksWithoutAShuffleWhereKeysLieSoAlready() {
            PairRDD<String, Iterable<Integer>> grouped =
                    letters(3).partitionBy(new HashPartitioner(2)).groupByKey(2);

            assertThat(Engines.shufflesOf(grouped)).isEqualTo(1);
            assertThat(asLists(grouped)).isEqualTo(Map.of("a", List.of(1, 3), "b", List.of(2, 5), "c", List.of(4)));
        }
    }

    @Nested
    class AggregateByKey {

        @Test
        void eachKeyStartsFromACopyOfTheZero() {
            ArrayList<Integer> zero = new ArrayList<>(List.of(100));
            PairRDD<String, ArrayList<Integer>> lists = letters(2)
                    .aggregateByKey(
                            zero,
                            3,
                            (list, value) -> {
                                list.add(value);
                                return list;
                            },
                            (left, right) -> {
                                left.addAll(right);
                                return left;
                            });
            zero.add(-1);

            assertThat(lists.collectAsMap())
                    .isEqualTo(
                            Map.of("a", List.of(100, 1, 100, 3), "b", List.of(100, 2, 100, 5), "c", List.of(100, 4)));
            assertThat(lists.collectAsMap())
                    .as("a second run")
                    .isEqualTo(
                            Map.of("a", List.of(100, 1, 100, 3), "b", List.of(100, 2, 100, 5), "c", List.of(100, 4)));
            assertThat(zero).containsExactly(100, -1);
        }

        @Test
        void countsWithoutAShuffleWhereKeysLieSoAlready() {
            PairRDD<String, Integer> counts = letters(3)
                    .partitionBy(new HashPartitioner(2))
                    .aggregateByKey(0, 2, (count, value) -> count + 1, Integer::sum);

            assertThat(Engines.shufflesOf(counts)).isEqualTo(1);
            assertThat(counts.collectAsMap()).isEqualTo(Map.of("a", 2, "b", 2, "c", 1));
        }

        @Test
        void takesDefaultsAndPartitioners() {
            Map<String, Integer> expected = Map.of("a", 4, "b", 7, "c", 4);

            assertThat(letters(2).aggregateByKey(0, Integer::sum, Integer::sum).collectAsMap())
                    .isEqualTo(expected);
            assertThat(letters(2)
                            .aggregateByKey(0, new HashPartitioner(3), Integer::sum, Integer::sum)
                            .collectAsMap())
                    .isEqualTo(expected);
        }

        @Test
        void aZeroThatCannotBeCopiedIsRefusedAtTheCall() {
            class NotSerializable {}
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> letters(2).aggregateByKey(new NotSerializable(), (a, b) -> a, (a, b) -> a))
                    .withMessageContaining("aggregateByKey at ByKeyTest.java")
                    .withMessageContaining("NotSerializable");
        }

        @Test
        void foldingInPlaceLeavesCachedInputsAsTheyAre() {
            RDD<Integer> input = engine.parallelize(List.of(1, 2, 3, 4), 2);
            PairRDD<Integer, int[]> cached =
                    input.mapToPair(x -> Pair.of(x % 2, new int[] {x})).cache();
            cached.count();

            cached.aggregateByKey(
                            new int[1],
                            (sum, value) -> {
                                sum[0] += value[0];
                                return sum;
                            },
                            (left, right) -> {
                                left[0] += right[0];
                                return left;
                            })
                    .count();

            assertThat(cached.map(pair -> pair.value()[0]).collect()).containsExactly(1, 2, 3, 4);
        }
    }

    @Nested
    class Distinct {

        @Test
        void keepsOneOfEach() {
            assertThat(engine.parallelize(Arrays.asList("b", "a", null, "b", null, "a"), 3)
                            .distinct()
                            .collect())
                    .containsExactlyInAnyOrder("a", "b", null);
            assertThat(engine.range(0, 1000, 1, 5).map(x -> x % 7).distinct(2).collect())
                    .containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L, 6L);
        }

        @Test
        void keepsThePartitionCountUnlessToldOtherwise() {
            assertThat(engine.range(0, 10, 1, 5).distinct().getNumPartitions()).isEqualTo(5);
            assertThat(engine.range(0, 10, 1, 5).distinct(2).getNumPartitions()).isEqualTo(2);
            assertThat(engine.range(0, 10, 1, 5).distinct().partitioner()).isEmpty();
        }

        @Test
        void doesNotShuffleWhereRecordsLieSoAlready() {
            PairRDD<String, Integer> placed = letters(3).union(letters(2)).partitionBy(new HashPartitioner(4));

            assertThat(Engines.shufflesOf(placed.distinct())).isEqualTo(1);
            assertThat(placed.distinct().partitioner()).contains(new HashPartitioner(4));
            assertThat(Engines.shufflesOf(placed.distinct(4))).isEqualTo(1);
            assertThat(Engines.shufflesOf(placed.distinct(3))).isEqualTo(2);
            assertThat(new HashSet<>(placed.distinct().collect()))
                    .isEqualTo(new HashSet<>(letters(1).collect()));
            assertThat(placed.distinct().count()).isEqualTo(5);
        }

        @Test
        void ofADatasetWithoutPartitionsStillChecksTheNumber(@TempDir Path empty) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.textFile(empty.toString()).distinct(0))
                    .withMessageContaining("got 0");
        }
    }

    @Nested
    class PartitionBy {

        @Test
        void anEqualPartitionerGivesTheSameDataset() {
            PairRDD<String, Integer> placed = letters(2).partitionBy(new HashPartitioner(3));

            assertThat(placed.partitionBy(new HashPartitioner(3))).isSameAs(placed);
            assertThat(placed.partitionBy(new HashPartitioner(4))).isNotSameAs(placed);
        }

        @Test
        void keepsDuplicatesInTheOrderOfThePartitions() {
            assertThat(Engines.partitionsOf(letters(3).partitionBy(new HashPartitioner(1))))
                    .containsExactly(letters(1).collect());
        }

        @Test
        void followsAPartitionerOfTheUser() {
            record ByLength(int numPartitions) implements Partitioner {
                @Override
                public int partition(Object key) {
                    return ((String) key).length() % numPartitions;
                }
            }
            assertThat(Engines.partitionsOf(engine.parallelize(List.of("a", "bb", "ccc", "dd"), 2)
                            .keyBy(x -> x)
                            .partitionBy(new ByLength(2))
                            .keys()))
                    .containsExactly(List.of("bb", "dd"), List.of("a", "ccc"));
        }

        @Test
        void aPartitionOutOfBoundsFailsTheJobAndNamesThePartitioner() {
            record Broken(int numPartitions) implements Partitioner {
                @Override
                public int partition(Object key) {
                    return -1;
                }
            }
            assertThatThrownBy(() -> letters(2).partitionBy(new Broken(2)).count())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("Broken")
                    .hasMessageContaining("-1");
            Engines.assertUsable(engine);
        }
    }

    @Nested
    class DefaultPartitions {

        @NotIn(
                value = {TestMode.MEMORY, TestMode.TCP},
                because = "the setting that stands for two cores decides there")
        @Test
        void areThoseOfTheLargestInput() {
            assertThat(letters(5).reduceByKey(Integer::sum).getNumPartitions()).isEqualTo(5);
            assertThat(letters(5).join(letters(7)).getNumPartitions()).isEqualTo(7);
            assertThat(letters(3).groupBy(x -> x.key()).getNumPartitions()).isEqualTo(3);
        }

        @Test
        void areTheSettingIfThereIsOne() {
            try (EngineContext other = EngineContext.builder()
                    .cores(2)
                    .set("favilla.default.parallelism", "3")
                    .open()) {
                PairRDD<String, Integer> pairs = other.parallelizePairs(List.of(Pair.of("a", 1)), 9);

                assertThat(pairs.reduceByKey(Integer::sum).getNumPartitions()).isEqualTo(3);
                assertThat(pairs.join(pairs).getNumPartitions()).isEqualTo(3);
            }
        }

        @NotIn(
                value = {TestMode.MEMORY, TestMode.TCP},
                because = "the setting that stands for two cores decides there")
        @Test
        void areThoseOfAPartitionerThatIsNotMuchSmaller() {
            PairRDD<Integer, Integer> four =
                    engine.parallelizePairs(List.of(Pair.of(1, 1)), 1).partitionBy(new HashPartitioner(4));
            PairRDD<Integer, Integer> thirty = engine.parallelizePairs(List.of(Pair.of(1, 1)), 30);
            PairRDD<Integer, Integer> fifty = engine.parallelizePairs(List.of(Pair.of(1, 1)), 50);

            assertThat(four.join(thirty).getNumPartitions()).isEqualTo(4);
            assertThat(four.join(fifty).getNumPartitions()).isEqualTo(50);
        }
    }

    @Nested
    class KeysWithoutAHash {

        private void refused(ThrowingCallable action, String named) {
            assertThatThrownBy(action)
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining(named)
                    .cause()
                    .isInstanceOf(UnsupportedKeyException.class)
                    .hasMessageContaining(named);
            Engines.assertUsable(engine);
        }

        private RDD<int[]> arrays() {
            return engine.range(0, 4, 1, 2).map(x -> new int[] {(int) (x % 2)});
        }

        private RDD<Plain> plain() {
            return engine.range(0, 4, 1, 2).map(x -> new Plain());
        }

        @Test
        void arraysAreRefused() {
            refused(() -> arrays().groupBy(x -> x).count(), "int[]");
            refused(() -> arrays().distinct().count(), "int[]");
            refused(() -> arrays().keyBy(x -> x).reduceByKey((a, b) -> a).count(), "int[]");
            refused(() -> arrays().keyBy(x -> x).join(arrays().keyBy(x -> x)).count(), "int[]");
            refused(
                    () -> arrays().keyBy(x -> x)
                            .aggregateByKey(0, (a, b) -> a, (a, b) -> a)
                            .count(),
                    "int[]");
            refused(
                    () -> arrays().keyBy(x -> x)
                            .partitionBy(new HashPartitioner(2))
                            .count(),
                    "int[]");
        }

        @Test
        void objectsThatInheritTheirHashAreRefused() {
            refused(() -> plain().groupBy(x -> x).count(), "Plain");
            refused(() -> plain().distinct().count(), "Plain");
            refused(() -> plain().keyBy(x -> x).reduceByKey((a, b) -> a).count(), "Plain");
            refused(() -> plain().keyBy(x -> x).join(plain().keyBy(x -> x)).count(), "Plain");
        }

        @Test
        void arraysInsideRecordsAreRefused() {
            refused(() -> arrays().keyBy(x -> Pair.of("k", x)).groupByKey().count(), "int[]");
        }

        @Test
        void arraysAreRefusedInOnePartitionAndOnOneSlot() {
            refused(() -> arrays().distinct(1).count(), "int[]");
        }

        @NotIn(value = TestMode.STRICT, because = "they are refused there with other words")
        @Test
        void arraysAreRefusedEvenWhereAPartitionerOfTheUserTakesThem() {
            record First(int numPartitions) implements Partitioner {
                @Override
                public int partition(Object key) {
                    return ((int[]) key)[0] % numPartitions;
                }
            }
            refused(
                    () -> arrays().keyBy(x -> x)
                            .reduceByKey(new First(2), (a, b) -> a)
                            .count(),
                    "int[]");
            PairRDD<int[], int[]> placed = arrays().keyBy(x -> x).partitionBy(new First(2));
            refused(() -> placed.reduceByKey(new First(2), (a, b) -> a).count(), "int[]");
            refused(() -> placed.join(placed, new First(2)).count(), "int[]");
        }

        @Test
        void arraysInsidePairsAreRefusedByADistinctThatNeedsNoShuffle() {
            PairRDD<Integer, int[]> placed = arrays().keyBy(x -> x[0]).partitionBy(new HashPartitioner(2));

            refused(() -> placed.distinct().count(), "int[]");
        }

        @Test
        void enumsAreKeysLikeAnyOther() {
            assertThat(engine.range(0, 9, 1, 3)
                            .mapToPair(x -> Pair.of(Metric.values()[(int) (x % 3)], x))
                            .reduceByKey(Long::sum, 2)
                            .collectAsMap())
                    .isEqualTo(Map.of(Metric.values()[0], 9L, Metric.values()[1], 12L, Metric.values()[2], 15L));
        }
    }

    @Nested
    class MutableValues {

        @Test
        void crossAShuffleAsCopies() {
            List<int[]> originals = List.of(new int[] {1}, new int[] {2});
            List<Pair<String, int[]>> pairs =
                    originals.stream().map(x -> Pair.of("k", x)).toList();

            List<Pair<String, int[]>> shuffled = engine.parallelizePairs(pairs, 2)
                    .partitionBy(new HashPartitioner(1))
                    .mapValues(x -> {
                        x[0] += 10;
                        return x;
                    })
                    .collect();

            assertThat(shuffled).extracting(pair -> pair.value()[0]).containsExactly(11, 12);
            assertThat(originals).extracting(x -> x[0]).containsExactly(1, 2);
        }

        @Test
        void changedByOneReaderOfAShuffleAreUnchangedForTheNext() {
            PairRDD<Integer, Iterable<int[]>> grouped = engine.range(0, 4, 1, 2)
                    .mapToPair(x -> Pair.of(0, new int[] {1}))
                    .groupByKey(1);
            RDD<Integer> changed = grouped.map(pair -> {
                int sum = 0;
                for (int[] value : pair.value()) {
                    sum += ++value[0];
                }
                return sum;
            });

            assertThat(changed.first()).isEqualTo(8);
            assertThat(changed.first())
                    .as("a second job over the same map outputs")
                    .isEqualTo(8);
        }
    }

    private static final class Plain implements java.io.Serializable {}
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.testing.InEveryMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records keep what they are when they are brought into other partitions. */
@InEveryMode
class RearrangingTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private RDD<Integer> numbers(int count, int partitions) {
        return engine.parallelize(IntStream.range(0, count).boxed().toList(), partitions);
    }

    @Nested
    class Glom {

        @Test
        void givesOneListForEachPartitionAnEmptyOneForNone() {
            assertThat(numbers(3, 4).glom().collect()).containsExactly(List.of(), List.of(0), List.of(1), List.of(2));
        }

        @Test
        void keepsNullsAndForgetsThePartitioner() {
            RDD<String> some = engine.parallelize(Arrays.asList(null, "a", null), 1);

            assertThat(some.glom().first()).containsExactly(null, "a", null);
            assertThat(some.keyBy(x -> x)
                            .partitionBy(new HashPartitioner(2))
                            .glom()
                            .partitioner())
                    .isEmpty();
        }

        @Test
        void ofNoPartitionsIsEmpty() {
            assertThat(engine.emptyRDD().glom().collect()).isEmpty();
        }

        @Test
        void stopsWhereNoMoreListsAreWanted() {
            assertThat(numbers(10, 5).glom().take(2)).containsExactly(List.of(0, 1), List.of(2, 3));
        }

        @Test
        void givesListsThatCanBeShuffledAndCached() {
            RDD<List<Integer>> lists = numbers(6, 3).glom().cache();

            assertThat(lists.count()).isEqualTo(3);
            assertThat(lists.distinct(2).collect())
                    .containsExactlyInAnyOrder(List.of(0, 1), List.of(2, 3), List.of(4, 5));
        }
    }

    @Nested
    class Coalesce {

        @Test
        void putsNeighboursTogetherInOrder() {
            assertThat(numbers(10, 5).coalesce(2).glom().collect())
                    .containsExactly(List.of(0, 1, 2, 3), List.of(4, 5, 6, 7, 8, 9));
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 2, 3, 7, 19, 20})
        void makesGroupsWhoseSizesDifferByOneAtMost(int wanted) {
            List<List<Integer>> groups = numbers(20, 20).coalesce(wanted).glom().collect();

            assertThat(groups).hasSize(wanted);
            assertThat(groups.stream().flatMap(List::stream))
                    .containsExactlyElementsOf(numbers(20, 1).collect());
            assertThat(groups)
                    .allSatisfy(group -> assertThat(group.size()).isBetween(20 / wanted, (20 + wanted - 1) / wanted));
        }

        @Test
        void toMorePartitionsKeepsThoseThereAre() {
            assertThat(numbers(10, 3).coalesce(7).getNumPartitions()).isEqualTo(3);
            assertThat(numbers(10, 3).coalesce(7, false).collect())
                    .isEqualTo(numbers(10, 3).collect());
        }

        @Test
        void toNoPartitionsIsRefusedAtTheCall() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> numbers(3, 2).coalesce(0))
                    .withMessageContaining("partitions must be between 1 and")
                    .withMessageContaining("got 0");
            assertThatIllegalArgumentException().isThrownBy(() -> numbers(3, 2).coalesce(-1, true));
            assertThatIllegalArgumentException().isThrownBy(() -> numbers(3, 2).repartition(0));
        }

        @Test
        void ofNoPartitionsIsEmpty() {
            RDD<Integer> none = engine.emptyRDD();

            assertThat(none.coalesce(3).getNumPartitions()).isZero();
            assertThat(none.coalesce(3).collect()).isEmpty();
            assertThat(none.coalesce(3, true).collect()).isEmpty();
            assertThat(none.repartition(3).getNumPartitions()).isEqualTo(3);
        }

        @Test
        void readsOneStageInAsFewTasks() {
            RDD<Integer> few = numbers(100, 50).map(x -> x + 1).coalesce(4);

            assertThat(few.explain()).contains("1 stage, 4 tasks, 0 shuffles");
            assertThat(Engines.withoutLines(few.toDebugString())).startsWith("(4) CoalescedRDD[");
            assertThat(few.toDebugString()).contains("coalesce at RearrangingTest.java");
            few.count();
            assertThat(Engines.lastJob(engine).attempts()).isEqualTo(4);
        }

        @Test
        void ofUnionsOfShufflesAndOfCoalescedKeepsAllInOrder() {
            RDD<Integer> union = numbers(10, 4).union(numbers(5, 3)).union(numbers(1, 1));
            PairRDD<Integer, Integer> moved = numbers(20, 4).keyBy(x -> x % 5).partitionBy(new HashPartitioner(5));

            assertThat(union.coalesce(3).collect()).isEqualTo(union.collect());
            assertThat(union.coalesce(5).coalesce(2).collect()).isEqualTo(union.collect());
            assertThat(moved.coalesce(2).collect()).isEqualTo(moved.collect());
            assertThat(moved.coalesce(2).partitioner()).isEmpty();
            assertThat(moved.union(moved).coalesce(2).collect())
                    .isEqualTo(moved.union(moved).collect());
        }

        @Test
        void readsAndFillsTheCacheOfWhatItIsMadeOf() {
            RDD<Integer> cached = numbers(20, 10).map(x -> x * x).cache();

            List<Integer> first = cached.coalesce(3).collect();

            assertThat(engine.status().cachedBlocks()).isEqualTo(10);
            assertThat(cached.coalesce(3).collect()).isEqualTo(first).isEqualTo(cached.collect());
        }

        @Test
        void ofWhatIsCachedItselfIsCached() {
            RDD<Integer> coalesced = numbers(20, 10).map(x -> x * x).coalesce(3).cache();

            List<Integer> first = coalesced.collect();

            assertThat(engine.status().cachedBlocks()).isEqualTo(3);
            assertThat(coalesced.collect()).isEqualTo(first);
        }

        @Test
        void computesNoFurtherPartitionThanIsWanted() {
            LongAccumulator computed = engine.longAccumulator("computed");

            assertThat(numbers(100, 10)
                            .map(x -> {
                                computed.add(1);
                                return x;
                            })
                            .coalesce(1)
                            .take(3))
                    .containsExactly(0, 1, 2);

            assertThat(computed.value()).isLessThan(30);
        }

        @Test
        void aFailureBelowNamesItsOwnOperation() {
            assertThatThrownBy(() ->
                            numbers(10, 5).map(x -> 7 / (x - 7)).coalesce(1).count())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("map at RearrangingTest.java")
                    .hasCauseInstanceOf(ArithmeticException.class);
            Engines.assertUsable(engine);
        }

        @Test
        void runsNothingWhenItIsCalled() {
            numbers(10, 5).coalesce(2).coalesce(1);
            numbers(10, 5).repartition(2);

            assertThat(engine.recentJobs()).isEmpty();
        }

        @Test
        void keepsTheKindOfDataset() {
            PairRDD<Integer, Integer> pairs =
                    numbers(9, 3).keyBy(x -> x).coalesce(2).repartition(3);
            DoubleRDD doubles =
                    numbers(9, 3).mapToDouble(x -> (double) x).coalesce(2, true).repartition(3);

            assertThat(pairs.keys().count()).isEqualTo(9);
            assertThat(doubles.sum()).isEqualTo(36);
        }
    }

    @Nested
    class Repartition {

        @Test
        void losesAndDoublesNothing() {
            assertThat(numbers(1_000, 7).repartition(13).collect())
                    .containsExactlyInAnyOrderElementsOf(numbers(1_000, 1).collect());
        }

        @Test
        void canHaveMorePartitionsThanThereWere() {
            RDD<Integer> more = numbers(100, 1).coalesce(10, true);

            assertThat(more.glom().collect())
                    .hasSize(10)
                    .allSatisfy(part -> assertThat(part).hasSize(10));
            assertThat(more.explain()).contains("2 stages");
        }

        @ParameterizedTest
        @ValueSource(longs = {1, 2, 3, 4, 5})
        void spreadsRecordsEvenly(long seed) {
            Random random = new Random(seed);
            int inputs = 1 + random.nextInt(12);
            int outputs = 1 + random.nextInt(12);
            RDD<Integer> skewed = engine.parallelize(Collections.nCopies(inputs, 0), inputs)
                    .mapPartitionsWithIndex((partition, nothing) ->
                            IntStream.range(0, 100 * (1 + partition % 3)).iterator());

            List<Integer> sizes =
                    skewed.repartition(outputs).glom().map(List::size).collect();

            assertThat(Collections.max(sizes) - Collections.min(sizes)).isLessThanOrEqualTo(inputs);
            assertThat(sizes).doesNotContain(0);
        }

        @Test
        void spreadsManySmallPartitionsToo() {
            List<Integer> sizes =
                    numbers(1_000, 1_000).repartition(10).glom().map(List::size).collect();

            assertThat(sizes).allSatisfy(size -> assertThat(size).isBetween(90, 110));
        }

        @Test
        void givesTheSameInEveryRunWhateverTheSlots() {
            List<List<Integer>> here = numbers(500, 9).repartition(4).glom().collect();

            assertThat(numbers(500, 9).repartition(4).glom().collect()).isEqualTo(here);
            for (String master : List.of("local[1]", "local[4]", "local-cluster[2,1,64]")) {
                try (EngineContext other = Engines.open(master)) {
                    assertThat(other.parallelize(IntStream.range(0, 500).boxed().toList(), 9)
                                    .repartition(4)
                                    .glom()
                                    .collect())
                            .as(master)
                            .isEqualTo(here);
                }
            }
        }

        @Test
        void takesNullsAndRecordsWithoutAHash() {
            List<Object> odd = new ArrayList<>(Arrays.asList(null, null, new int[] {1, 2}));

            List<Object> moved = engine.parallelize(odd, 2).repartition(3).collect();

            assertThat(moved).hasSize(3).filteredOn(x -> x != null).hasOnlyElementsOfType(int[].class);
        }

        @Test
        void forgetsThePartitioner() {
            assertThat(numbers(10, 2)
                            .keyBy(x -> x)
                            .partitionBy(new HashPartitioner(2))
                            .repartition(2)
                            .partitioner())
                    .isEmpty();
        }
    }
}

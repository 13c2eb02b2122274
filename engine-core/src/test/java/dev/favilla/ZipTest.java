package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.testing.InEveryMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Datasets side by side, and records with their places. */
@InEveryMode
class ZipTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private RDD<Integer> numbers(int count, int partitions) {
        return engine.parallelize(IntStream.range(0, count).boxed().toList(), partitions);
    }

    /** Partition {@code i} has {@code sizes[i]} records. */
    private RDD<Integer> sized(Integer... sizes) {
        return engine.parallelize(Arrays.asList(sizes), sizes.length)
                .flatMap(size -> IntStream.range(0, size).boxed().toList());
    }

    @Nested
    class Zip {

        @Test
        void pairsRecordsAtTheSamePlace() {
            PairRDD<Integer, String> pairs = numbers(7, 3).zip(numbers(7, 3).map(x -> "n" + x));

            assertThat(pairs.getNumPartitions()).isEqualTo(3);
            assertThat(pairs.collect())
                    .isEqualTo(IntStream.range(0, 7)
                            .mapToObj(x -> Pair.of(x, "n" + x))
                            .toList());
        }

        @Test
        void takesNullsEmptyPartitionsAndNone() {
            RDD<String> nulls = engine.parallelize(Arrays.asList("a", null, "b", null), 4);
            RDD<String> none = engine.emptyRDD();

            assertThat(nulls.zip(nulls).collect())
                    .containsExactly(Pair.of("a", "a"), Pair.of(null, null), Pair.of("b", "b"), Pair.of(null, null));
            assertThat(sized(0, 2, 0).zip(sized(0, 2, 0)).count()).isEqualTo(2);
            assertThat(none.zip(none).collect()).isEmpty();
        }

        @Test
        void withItselfReadsACachedPartitionOnce() {
            LongAccumulator computed = engine.longAccumulator("computed");
            RDD<Integer> cached = numbers(10, 2)
                    .map(x -> {
                        computed.add(1);
                        return x;
                    })
                    .cache();
            cached.count();

            assertThat(cached.zip(cached)
                            .filter(pair -> !pair.key().equals(pair.value()))
                            .count())
                    .isZero();
            assertThat(computed.value()).isEqualTo(10);
        }

        @Test
        void ofOtherNumbersOfPartitionsIsRefusedWhenTheyAreAskedFor() {
            PairRDD<Integer, Integer> zipped = numbers(6, 2).zip(numbers(6, 3));

            assertThatIllegalArgumentException()
                    .isThrownBy(zipped::collect)
                    .withMessageContaining("different numbers of partitions")
                    .withMessageContaining("has 2")
                    .withMessageContaining("has 3")
                    .withMessageContaining("zip at ZipTest.java");
            assertThatIllegalArgumentException().isThrownBy(zipped::getNumPartitions);
            Engines.assertUsable(engine);
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void ofPartitionsWithOtherNumbersOfRecordsFailsTheJob(boolean leftIsShort) {
            RDD<Integer> shortOne = sized(2, 1);
            RDD<Integer> longOne = sized(2, 2);
            RDD<?> zipped = leftIsShort ? shortOne.zip(longOne) : longOne.zip(shortOne);

            assertThatThrownBy(zipped::count)
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("zip at ZipTest.java")
                    .hasMessageContaining("the " + (leftIsShort ? "left" : "right") + " side")
                    .hasCauseInstanceOf(IllegalArgumentException.class);
            Engines.assertUsable(engine);
        }

        @Test
        void readsNoFurtherThanIsWanted() {
            LongAccumulator computed = engine.longAccumulator("computed");
            RDD<Integer> counted = numbers(1_000, 1).map(x -> {
                computed.add(1);
                return x;
            });

            assertThat(counted.zip(counted).take(2)).containsExactly(Pair.of(0, 0), Pair.of(1, 1));
            assertThat(computed.value()).isLessThan(40);
        }

        @Test
        void ofAnotherContextIsRefused() {
            try (EngineContext other = Engines.open("local[1]")) {
                RDD<Integer> theirs = other.parallelize(List.of(1), 1);
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> numbers(1, 1).zip(theirs))
                        .withMessageContaining("belongs to another context");
            }
        }

        @Test
        void ofShuffledSidesIsOneStageBehindBoth() {
            PairRDD<Integer, Integer> left = numbers(20, 3).keyBy(x -> x % 4).partitionBy(new HashPartitioner(2));

            PairRDD<Pair<Integer, Integer>, Pair<Integer, Integer>> zipped = left.zip(left.mapValues(x -> -x));

            assertThat(zipped.collect())
                    .hasSize(20)
                    .allSatisfy(
                            both -> assertThat(both.key().value() + both.value().value())
                                    .isZero());
            assertThat(zipped.partitioner()).isEmpty();
            assertThat(zipped.explain()).contains("2 stages, 5 tasks, 1 shuffle");
            assertThat(zipped.toDebugString()).contains("ZippedPartitionsRDD2[");
        }

        @Test
        void leavesWhatAFailingSideThrowsToItsOwnOperation() {
            assertThatThrownBy(() -> numbers(4, 2)
                            .zip(numbers(4, 2).map(x -> 1 / (x - 3)))
                            .count())
                    .hasMessageContaining("map at ZipTest.java")
                    .hasCauseInstanceOf(ArithmeticException.class);
        }
    }

    @Nested
    class ZipPartitions {

        @Test
        void givesBothIteratorsWhateverTheirLengths() {
            RDD<String> sizes = sized(0, 2, 5)
                    .zipPartitions(
                            sized(3, 0, 1),
                            (left, right) ->
                                    List.of(count(left) + "/" + count(right)).iterator());

            assertThat(sizes.collect()).containsExactly("0/3", "2/0", "5/1");
        }

        @Test
        void isLazyInBothDirections() {
            LongAccumulator computed = engine.longAccumulator("computed");
            RDD<Integer> counted = numbers(10_000, 1).map(x -> {
                computed.add(1);
                return x;
            });

            assertThat(counted.<Integer, Integer>zipPartitions(counted, Sums::new)
                            .take(3))
                    .containsExactly(0, 2, 4);
            assertThat(computed.value()).isLessThan(40);
        }

        @Test
        void maySkipASide() {
            assertThat(sized(2, 1)
                            .<Integer, Integer>zipPartitions(sized(9, 9), (left, right) -> left)
                            .collect())
                    .containsExactly(0, 1, 0);
        }

        @Test
        void returningNothingFailsTheJobAndSaysWhatToReturn() {
            assertThatThrownBy(() -> sized(1).<Integer, Integer>zipPartitions(sized(1), (left, right) -> null)
                            .collect())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("zipPartitions at ZipTest.java")
                    .hasMessageContaining("Collections.emptyIterator()");
        }

        @Test
        void namesItsCallWhereTheFunctionFails() {
            assertThatThrownBy(() -> sized(1, 1)
                            .<Integer, Integer>zipPartitions(sized(1, 1), (left, right) -> {
                                throw new java.io.IOException("no");
                            })
                            .collect())
                    .hasMessageContaining("zipPartitions at ZipTest.java")
                    .hasCauseInstanceOf(java.io.IOException.class);
            Engines.assertUsable(engine);
        }

        private static int count(Iterator<?> records) {
            return Engines.toList(records).size();
        }
    }

    @Nested
    class ZipWithIndex {

        @Test
        void givesPlacesInPartitionOrder() {
            assertThat(sized(0, 3, 0, 2, 1).zipWithIndex().values().collect()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
            assertThat(numbers(50, 7)
                            .zipWithIndex()
                            .filter(pair -> pair.key() != pair.value().intValue())
                            .count())
                    .isZero();
        }

        @Test
        void runsACountingJobOnceAndWhenFirstNeeded() {
            PairRDD<Integer, Long> indexed = numbers(10, 4).zipWithIndex();
            assertThat(engine.recentJobs()).isEmpty();
            assertThat(indexed.explain()).contains("1 stage, 4 tasks, 0 shuffles");
            assertThat(indexed.toDebugString()).contains("ZippedWithIndexRDD[");
            assertThat(engine.recentJobs()).isEmpty();

            indexed.count();
            assertThat(engine.recentJobs()).hasSize(2);
            assertThat(engine.recentJobs().get(0).attempts())
                    .as("all but the last")
                    .isEqualTo(3);

            indexed.mapValues(x -> x + 1).collect();
            assertThat(engine.recentJobs()).hasSize(3);
        }

        @Test
        void runsNoneForOnePartitionOrNone() {
            assertThat(numbers(3, 1).zipWithIndex().values().collect()).containsExactly(0L, 1L, 2L);
            assertThat(engine.recentJobs()).hasSize(1);
            assertThat(engine.emptyRDD().zipWithIndex().collect()).isEmpty();
            assertThat(engine.recentJobs()).hasSizeLessThanOrEqualTo(2);
        }

        @Test
        void ofWhatHasToBePreparedItselfIsPreparedInOrder() {
            List<Integer> mixed = List.of(5, 3, 9, 1, 7, 2, 8);

            assertThat(engine.parallelize(mixed, 3)
                            .sortBy(x -> x, true, 3)
                            .zipWithIndex()
                            .mapToPair(pair -> Pair.of(pair.value(), pair.key()))
                            .sortByKey(false, 2)
                            .zipWithIndex()
                            .collect())
                    .extracting(each -> each.key().value(), Pair::value)
                    .startsWith(org.assertj.core.groups.Tuple.tuple(9, 0L), org.assertj.core.groups.Tuple.tuple(8, 1L))
                    .hasSize(7);
        }

        @Test
        void isRightOnTakeUnionAndCoalesce() {
            PairRDD<Integer, Long> indexed = numbers(20, 5).zipWithIndex();

            assertThat(numbers(20, 5).zipWithIndex().take(6)).last().isEqualTo(Pair.of(5, 5L));
            assertThat(indexed.union(indexed).values().distinct(2).count()).isEqualTo(20);
            assertThat(numbers(20, 5).zipWithIndex().coalesce(2).values().collect())
                    .isEqualTo(LongStream.range(0, 20).boxed().toList());
        }

        @Test
        void travelsToIsolatedExecutors() {
            try (EngineContext cluster = Engines.open("local-cluster[2,1,64]")) {
                RDD<String> words = cluster.parallelize(List.of("a", "b", "c", "d", "e"), 3);

                assertThat(words.zipWithIndex().collect())
                        .containsExactly(
                                Pair.of("a", 0L),
                                Pair.of("b", 1L),
                                Pair.of("c", 2L),
                                Pair.of("d", 3L),
                                Pair.of("e", 4L));
                assertThat(words.zipWithUniqueId().values().collect()).containsExactly(0L, 1L, 4L, 2L, 5L);
                assertThat(words.zip(words.map(String::toUpperCase)).collectAsMap())
                        .containsEntry("e", "E");
                assertThat(words.<String, String>zipPartitions(words, (left, right) -> right)
                                .coalesce(2)
                                .collect())
                        .isEqualTo(words.collect());
            }
        }
    }

    @Nested
    class ZipWithUniqueId {

        @Test
        void numbersWithStepsOfThePartitionCount() {
            assertThat(sized(2, 0, 3).zipWithUniqueId().values().collect()).containsExactly(0L, 3L, 2L, 5L, 8L);
        }

        @Test
        void givesEachRecordItsOwnWithoutAnotherJob() {
            List<Long> ids = numbers(100, 7).zipWithUniqueId().values().collect();

            assertThat(new HashSet<>(ids)).hasSize(100);
            assertThat(engine.recentJobs()).hasSize(1);
        }

        @Test
        void looksAtNoFileBeforeItIsAskedTo() {
            assertThat(engine.textFile("no/such/file").zipWithUniqueId().id()).isPositive();
            assertThat(engine.textFile("no/such/file").zipWithIndex().id()).isPositive();
        }
    }

    @Test
    void theIteratorOfAZipEnds() {
        RDD<Boolean> ended = numbers(2, 1).zip(numbers(2, 1)).mapPartitions(pairs -> {
            List<Boolean> result = new ArrayList<>();
            pairs.next();
            pairs.next();
            result.add(pairs.hasNext());
            try {
                pairs.next();
                result.add(false);
            } catch (NoSuchElementException e) {
                result.add(true);
            }
            return result.iterator();
        });

        assertThat(ended.collect()).containsExactly(false, true);
    }

    /** Reads as far as it is read. */
    private record Sums(Iterator<Integer> left, Iterator<Integer> right) implements Iterator<Integer> {

        @Override
        public boolean hasNext() {
            return left.hasNext() && right.hasNext();
        }

        @Override
        public Integer next() {
            return left.next() + right.next();
        }
    }
}

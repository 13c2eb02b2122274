package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.attempt.Metric;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.RangePartitioner;
import dev.favilla.task.TaskContext;
import dev.favilla.testing.ForkedJvm;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import dev.favilla.testing.TestSeed;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@InEveryMode
class SortingTest {

    private static final String ISOLATED = "local-cluster[2,1,64]";

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    /** Pairs whose values say when they came. */
    private static <K> List<Pair<K, Integer>> numbered(List<K> keys) {
        return IntStream.range(0, keys.size())
                .mapToObj(i -> Pair.of(keys.get(i), i))
                .toList();
    }

    private static <K> List<Pair<K, Integer>> sorted(List<Pair<K, Integer>> pairs, Comparator<? super K> order) {
        List<Pair<K, Integer>> sorted = new ArrayList<>(pairs);
        sorted.sort(Comparator.comparing(Pair::key, order));
        return sorted;
    }

    private static List<Integer> randomKeys(TestSeed seed, int count, int bound) {
        SplittableRandom random = seed.random();
        return random.ints(count, 0, bound).boxed().toList();
    }

    private int jobs() {
        return engine.recentJobs().size();
    }

    @Nested
    class SortByKey {

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", ISOLATED})
        void sortsAsAListDoes(String master, TestSeed seed) {
            List<Pair<Integer, Integer>> pairs = numbered(randomKeys(seed, 5000, 700));
            try (EngineContext engine = Engines.open(master)) {
                for (int partitions : new int[] {1, 2, 5}) {
                    PairRDD<Integer, Integer> input = engine.parallelizePairs(pairs, 3);

                    assertThat(input.sortByKey(true, partitions).collect())
                            .isEqualTo(sorted(pairs, Comparator.naturalOrder()));
                    assertThat(input.sortByKey(false, partitions).collect())
                            .isEqualTo(sorted(pairs, Comparator.reverseOrder()));
                    assertThat(input.sortByKey(new ByLastDigit(), false, partitions)
                                    .collect())
                            .isEqualTo(sorted(pairs, new ByLastDigit().reversed()));
                }
            }
        }

        @Test
        void partitionsAreBalancedAndFollowEachOther(TestSeed seed) {
            List<Integer> keys = randomKeys(seed, 100_000, Integer.MAX_VALUE);
            for (boolean ascending : new boolean[] {true, false}) {
                List<List<Integer>> partitions = Engines.partitionsOf(engine.parallelize(keys, 4)
                        .keyBy(key -> key)
                        .sortByKey(ascending, 7)
                        .keys());

                assertThat(partitions)
                        .hasSize(7)
                        .allSatisfy(keysOfOne -> assertThat(keysOfOne).hasSizeBetween(5000, 25_000));
                assertThat(partitions.stream().flatMap(List::stream).toList())
                        .isSortedAccordingTo(ascending ? Comparator.naturalOrder() : Comparator.reverseOrder());
            }
        }

        @Test
        void ofFewerKeysThanPartitionsLeavesSomeEmpty() {
            PairRDD<String, Integer> few = engine.parallelizePairs(numbered(List.of("b", "a", "b")), 2);

            assertThat(few.sortByKey(true, 10).getNumPartitions()).isEqualTo(10);
            assertThat(Engines.partitionsOf(few.sortByKey(true, 4).keys()))
                    .isEqualTo(List.of(List.of("a"), List.of("b", "b"), List.of(), List.of()));
            assertThat(Engines.partitionsOf(few.sortByKey(false, 4).keys()))
                    .isEqualTo(List.of(List.of(), List.of("b", "b"), List.of("a"), List.of()));
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", ISOLATED})
        void ofNothingIsEmpty(String master) {
            try (EngineContext engine = Engines.open(master)) {
                PairRDD<String, Integer> nothing = engine.parallelizePairs(List.of(), 3);
                assertThat(nothing.sortByKey().collect()).isEmpty();
                assertThat(nothing.sortByKey(false, 5).collect()).isEmpty();
                assertThat(nothing.sortByKey().take(3)).isEmpty();
            }
        }

        @Test
        void aReversedOrderDescendingIsTheNaturalOne() {
            PairRDD<Integer, Integer> pairs = engine.parallelizePairs(numbered(List.of(3, 1, 2, 5, 4)), 2);

            assertThat(pairs.sortByKey(Ordering.<Integer>natural().reversed(), false, 2)
                            .keys()
                            .collect())
                    .containsExactly(1, 2, 3, 4, 5);
            assertThat(pairs.sortByKey(Ordering.<Integer>natural().reversed())
                            .keys()
                            .collect())
                    .containsExactly(5, 4, 3, 2, 1);
            assertThat(pairs.sortByKey(Ordering.natural(), false).keys().collect())
                    .containsExactly(5, 4, 3, 2, 1);
        }

        @Test
        void placesNaNLastAndTellsZerosApart() {
            List<Double> keys = List.of(0.0, Double.NaN, -0.0, 1.0, Double.NEGATIVE_INFINITY, Double.NaN, -1.0);
            List<Double> many = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                many.addAll(keys);
            }
            List<Double> expected = new ArrayList<>(many);
            Collections.sort(expected);

            assertThat(engine.parallelize(many, 3)
                            .keyBy(key -> key)
                            .sortByKey(true, 3)
                            .keys()
                            .collect())
                    .isEqualTo(expected);
        }

        @Test
        void ofOneFrequentKeyStillSorts(TestSeed seed) {
            List<Integer> keys = new ArrayList<>(Collections.nCopies(20_000, 7));
            keys.addAll(randomKeys(seed, 200, 15));
            List<Pair<Integer, Integer>> pairs = numbered(keys);

            assertThat(engine.parallelizePairs(pairs, 4).sortByKey(true, 5).collect())
                    .isEqualTo(sorted(pairs, Comparator.naturalOrder()));
        }

        @ParameterizedTest
        @ValueSource(ints = {1, 3})
        void refusesNullKeysAndSaysWhatToDo(int partitions) {
            PairRDD<String, Integer> pairs =
                    engine.parallelize(Arrays.asList("b", null, "a"), 2).mapToPair(key -> Pair.of(key, 1));

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> pairs.sortByKey(true, partitions).collect())
                    .withMessageContainingAll("sortByKey at SortingTest.java", "null")
                    .havingCause()
                    .isInstanceOf(NullPointerException.class)
                    .withMessageContainingAll("Filter null keys out before sortByKey", "Ordering");
        }

        @Test
        void anOrderMayPlaceNulls() {
            PairRDD<String, Integer> pairs =
                    engine.parallelize(Arrays.asList("b", null, "a"), 2).mapToPair(key -> Pair.of(key, 1));

            assertThat(pairs.sortByKey(new NullsFirst(), true, 3).keys().collect())
                    .containsExactly(null, "a", "b");
        }

        @Test
        void refusesKeysWithoutOrder() {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 10)
                            .keyBy(x -> List.of(x))
                            .sortByKey()
                            .collect())
                    .withCauseInstanceOf(ClassCastException.class)
                    .havingCause()
                    .withMessageContainingAll("have no natural order", "sortByKey", "Ordering.by");
            Engines.assertUsable(engine);
        }

        @Test
        void refusesAComparatorThatCannotTravel() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.range(0, 10).keyBy(x -> x).sortByKey(Comparator.comparing(x -> -x)))
                    .withMessageContaining("Ordering.by");
        }

        @Test
        void refusesLessThanOnePartition() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.range(0, 10).keyBy(x -> x).sortByKey(true, 0))
                    .withMessageContaining("partitions must be between 1");
        }

        @Test
        void recordsThatCanBeChangedAreTheTasksOwn() {
            RDD<StringBuilder> texts = engine.parallelize(List.of("b", "a"), 1)
                    .map(StringBuilder::new)
                    .cache();
            RDD<String> changed = texts.sortBy(StringBuilder::toString)
                    .map(text -> text.append("!").toString());

            assertThat(changed.collect()).containsExactly("a!", "b!");
            assertThat(changed.collect()).containsExactly("a!", "b!");
            assertThat(texts.map(StringBuilder::toString).collect()).containsExactly("b", "a");
        }
    }

    private static final class ByLastDigit implements Ordering<Integer> {

        private static final long serialVersionUID = 1L;

        @Override
        public int compare(Integer left, Integer right) {
            return Integer.compare(left % 10, right % 10);
        }
    }

    private static final class NullsFirst implements Comparator<@Nullable String>, Serializable {

        private static final long serialVersionUID = 1L;

        @Override
        public int compare(@Nullable String left, @Nullable String right) {
            return left == null || right == null ? Boolean.compare(left != null, right != null) : left.compareTo(right);
        }
    }

    @Nested
    class SortBy {

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", ISOLATED})
        void sortsByWhatTheFunctionMakes(String master) {
            try (EngineContext engine = Engines.open(master)) {
                RDD<String> words = engine.parallelize(List.of("pear", "fig", "apple", "kiwi", "date", "lime"), 3);

                assertThat(words.sortBy(word -> word).collect())
                        .containsExactly("apple", "date", "fig", "kiwi", "lime", "pear");
                assertThat(words.sortBy(String::length, false, 2).collect())
                        .containsExactly("apple", "pear", "kiwi", "date", "lime", "fig");
                assertThat(words.sortBy(word -> word, Ordering.<String>natural().reversed(), 2)
                                .collect())
                        .containsExactly("pear", "lime", "kiwi", "fig", "date", "apple");
            }
        }

        @Test
        void keepsPairsPairs() {
            PairRDD<String, Integer> pairs =
                    engine.parallelizePairs(List.of(Pair.of("a", 3), Pair.of("b", 1), Pair.of("c", 2)), 2);

            assertThat(pairs.sortBy(Pair::value).keys().collect()).containsExactly("b", "c", "a");
        }
    }

    /** Not {@link Serializable}: records need not be. */
    private record Version(int major, int minor) implements Comparable<Version> {

        @Override
        public int compareTo(Version other) {
            return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
        }
    }

    @Test
    void boundsTravelAsRecordsDo(TestSeed seed) {
        SplittableRandom random = seed.random();
        List<Pair<Version, Integer>> pairs = numbered(IntStream.range(0, 2000)
                .mapToObj(i -> new Version(random.nextInt(20), random.nextInt(20)))
                .toList());
        try (EngineContext engine = Engines.open(ISOLATED)) {
            PairRDD<Version, Integer> sorted = engine.parallelizePairs(pairs, 3).sortByKey(true, 4);

            assertThat(sorted.collect()).isEqualTo(sorted(pairs, Comparator.naturalOrder()));
            assertThat(sorted.repartitionAndSortWithinPartitions(sorted.rangePartitioner(true, 3))
                            .collect())
                    .isEqualTo(sorted.collect());
            assertThat(sorted.filterByRange(new Version(3, 0), new Version(4, 19))
                            .count())
                    .isEqualTo(pairs.stream()
                            .filter(pair ->
                                    pair.key().major() == 3 || pair.key().major() == 4)
                            .count());
        }
    }

    @Nested
    class Jobs {

        @Test
        void noneIsRunWhenASortIsDefined() {
            PairRDD<Long, Long> sorted =
                    engine.range(0, 1000, 1, 4).keyBy(x -> -x).sortByKey();
            sorted.explain();
            sorted.toDebugString();
            assertThat(sorted.getNumPartitions()).isEqualTo(4);
            assertThat(sorted.partitioner()).isPresent();
            assertThat(jobs()).isZero();
        }

        @Test
        void oneMoreIsRunForTheSampleByTheFirstActionOnly() {
            PairRDD<Long, Long> sorted =
                    engine.range(0, 1000, 1, 4).keyBy(x -> -x).sortByKey();

            assertThat(sorted.count()).isEqualTo(1000);
            assertThat(jobs()).isEqualTo(2);
            assertThat(sorted.first()).isEqualTo(Pair.of(-999L, 999L));
            assertThat(jobs()).isEqualTo(3);
        }

        @Test
        void noneMoreIsRunForOnePartition() {
            engine.range(0, 1000, 1, 4).keyBy(x -> -x).sortByKey(true, 1).count();

            assertThat(jobs()).isOne();
        }

        @Test
        void partitionsThatAreMuchLargerAreSampledAgain() {
            PairRDD<Long, Long> pairs = engine.range(0, 4, 1, 4)
                    .flatMap(x -> LongStream.range(0, x == 2 ? 40_000 : 500)
                            .mapToObj(i -> i * 4 + x)
                            .toList())
                    .keyBy(x -> x);

            List<List<Long>> partitions =
                    Engines.partitionsOf(pairs.sortByKey(true, 4).keys());

            assertThat(jobs()).isEqualTo(3);
            assertThat(engine.recentJobs().get(1).attempts())
                    .as("the large one alone")
                    .isOne();
            assertThat(partitions.stream().mapToInt(List::size).max().orElseThrow())
                    .isLessThan(
                            3 * partitions.stream().mapToInt(List::size).min().orElseThrow());
        }

        @Test
        void sortsOfSortsSampleOneAfterTheOther() {
            RDD<Long> twice =
                    engine.range(0, 1000, 1, 4).sortBy(x -> x % 10, true, 3).sortBy(x -> -x, true, 3);

            assertThat(twice.take(2)).containsExactly(999L, 998L);
            assertThat(jobs()).isEqualTo(3);
        }

        @Test
        void whoeverUsesThePartitionerHasItPrepared() {
            PairRDD<Long, Long> sorted =
                    engine.range(0, 1000, 1, 4).keyBy(x -> x).sortByKey();
            Partitioner ranges = sorted.partitioner().orElseThrow();
            PairRDD<Long, String> other = engine.range(0, 1000, 1, 2)
                    .mapToPair(x -> Pair.of(x, "v" + x))
                    .partitionBy(ranges);

            assertThat(other.count()).isEqualTo(1000);
            assertThat(jobs()).isEqualTo(2);
            PairRDD<Long, Pair<Long, String>> joined = sorted.join(other, ranges);
            assertThat(Engines.shufflesOf(joined)).isEqualTo(2);
            assertThat(joined.count()).isEqualTo(1000);
            assertThat(jobs()).isEqualTo(3);
        }

        @Test
        void aSampleThatFailsFailsTheActionAndIsTakenAgain() {
            PairRDD<Long, Long> pairs = engine.range(0, 100, 1, 2).keyBy(x -> {
                if (x == 77) {
                    throw new IllegalStateException("no 77");
                }
                return x;
            });
            PairRDD<Long, Long> sorted = pairs.sortByKey();

            for (int i = 0; i < 2; i++) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(sorted::count)
                        .withMessageContaining("keyBy at SortingTest.java")
                        .havingCause()
                        .withMessage("no 77");
            }
        }
    }

    @Nested
    class RangePartitioners {

        private RangePartitioner ranges(EngineContext engine, List<Integer> keys) {
            return engine.parallelize(keys, 3).keyBy(key -> key).rangePartitioner(true, 8);
        }

        @Test
        void ofTheSameRecordsAreEqualEverywhere(TestSeed seed) {
            List<Integer> keys = randomKeys(seed, 30_000, 1_000_000);
            RangePartitioner ranges = ranges(engine, keys);
            assertThat(ranges.numPartitions()).isEqualTo(8);
            for (String master : List.of("local[4]", ISOLATED)) {
                try (EngineContext other = Engines.open(master)) {
                    assertThat(ranges(other, keys)).isEqualTo(ranges);
                }
            }
        }

        @Test
        void haveOnePartitionMoreThanDistinctBounds() {
            assertThat(ranges(engine, List.of(2, 3, 1)).bounds()).containsExactly(1, 2);
            assertThat(ranges(engine, List.of(5, 1, 5, 1, 5)).bounds())
                    .as("as Spark has it")
                    .containsExactly(1, 5);
            assertThat(ranges(engine, List.of(9)).numPartitions()).isOne();
        }

        @Test
        void ofNothingHaveOnePartition() {
            assertThat(ranges(engine, List.of()).numPartitions()).isOne();
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", ISOLATED})
        void placeAndSortRecords(String master, TestSeed seed) {
            List<Pair<Integer, Integer>> pairs = numbered(randomKeys(seed, 3000, 500));
            try (EngineContext engine = Engines.open(master)) {
                PairRDD<Integer, Integer> input = engine.parallelizePairs(pairs, 3);
                RangePartitioner ranges = input.rangePartitioner(true, 6);
                PairRDD<Integer, Integer> sorted = input.repartitionAndSortWithinPartitions(ranges);

                assertThat(sorted.collect()).isEqualTo(sorted(pairs, Comparator.naturalOrder()));
                assertThat(sorted.getNumPartitions()).isEqualTo(ranges.numPartitions());
                assertThat(sorted.partitionBy(input.rangePartitioner(true, 6))).isEqualTo(sorted);
            }
        }
    }

    @Nested
    class RepartitionAndSortWithinPartitions {

        @Test
        void sortsInsideThePartitionsThatThePartitionerSays() {
            HashPartitioner byHash = new HashPartitioner(3);
            PairRDD<Integer, Integer> sorted = engine.parallelizePairs(numbered(List.of(7, 4, 2, 9, 4, 1, 6)), 2)
                    .repartitionAndSortWithinPartitions(byHash);

            assertThat(sorted.partitioner()).contains(byHash);
            assertThat(Engines.partitionsOf(sorted))
                    .isEqualTo(List.of(
                            List.of(Pair.of(6, 6), Pair.of(9, 3)),
                            List.of(Pair.of(1, 5), Pair.of(4, 1), Pair.of(4, 4), Pair.of(7, 0)),
                            List.of(Pair.of(2, 2))));
            assertThat(jobs()).isOne();
        }

        @Test
        void sortsWithoutAShuffleWhereKeysLieSo() {
            HashPartitioner byHash = new HashPartitioner(2);
            PairRDD<Integer, Integer> placed =
                    engine.parallelizePairs(numbered(List.of(3, 1, 2, 5, 4)), 2).partitionBy(byHash);
            PairRDD<Integer, Integer> sorted = placed.repartitionAndSortWithinPartitions(
                    byHash, Ordering.<Integer>natural().reversed());

            assertThat(Engines.shufflesOf(sorted)).isOne();
            assertThat(sorted.keys().collect()).containsExactly(4, 2, 5, 3, 1);
            assertThat(sorted.partitioner()).contains(byHash);
        }
    }

    @Nested
    class FilterByRange {

        private final LongAccumulator computed = engine.longAccumulator("partitions computed");

        private PairRDD<Integer, Integer> counted(PairRDD<Integer, Integer> pairs) {
            LongAccumulator counter = computed;
            return PairRDD.of(pairs.mapPartitions(
                    records -> {
                        counter.add(1);
                        return records;
                    },
                    true));
        }

        private PairRDD<Integer, Integer> input() {
            return engine.parallelize(IntStream.range(0, 1000).boxed().toList(), 4)
                    .keyBy(x -> (x * 37) % 1000);
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void computesOnlyThePartitionsInQuestion(boolean ascending) {
            PairRDD<Integer, Integer> some =
                    counted(input().sortByKey(ascending, 10)).filterByRange(300, 310);

            assertThat(some.keys().collect())
                    .hasSize(11)
                    .isSortedAccordingTo(ascending ? Comparator.naturalOrder() : Comparator.reverseOrder())
                    .allMatch(key -> key >= 300 && key <= 310);
            assertThat(computed.value()).isBetween(1L, 2L);
            assertThat(some.filterByRange(305, 305).keys().collect()).containsExactly(305);
            assertThat(some.filterByRange(310, 300).collect()).isEmpty();
        }

        @Test
        void filtersAllPartitionsWhereKeysLieAnyhow() {
            assertThat(counted(input()).filterByRange(-5, 3).keys().collect()).containsExactlyInAnyOrder(0, 1, 2, 3);
            assertThat(computed.value()).isEqualTo(4);
        }

        @Test
        void filtersAllPartitionsWhereTheyLieInAnotherOrder() {
            assertThat(counted(input().sortByKey(true, 10))
                            .filterByRange(new ByLastDigit(), 8, 9)
                            .count())
                    .isEqualTo(200);
            assertThat(computed.value()).isEqualTo(10);
        }
    }

    @Nested
    class UsersComparators {

        @ParameterizedTest
        @ValueSource(ints = {1, 3})
        void thatThrowFailTheJobWithOperationAndKeys(int partitions) {
            Ordering<Long> order = (left, right) -> {
                if (left == 50 || right == 50) {
                    throw new IllegalArgumentException("50 is not comparable");
                }
                return Long.compare(left, right);
            };
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 100, 1, 2)
                            .keyBy(x -> x)
                            .sortByKey(order, true, partitions)
                            .collect())
                    .withMessageContainingAll("sortByKey at SortingTest.java", "50")
                    .havingCause()
                    .isExactlyInstanceOf(IllegalArgumentException.class)
                    .withMessage("50 is not comparable");
            Engines.assertUsable(engine);
        }

        @Test
        void thatContradictThemselvesFailTheJob() {
            Ordering<Long> order = (left, right) -> (int) ((left * 31 + right * 17) % 3) - 1;
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 2000, 1, 2)
                            .keyBy(x -> x)
                            .sortByKey(order, true, 1)
                            .collect())
                    .withMessageContaining("sortByKey at SortingTest.java")
                    .havingCause()
                    .withMessageContaining("The comparator contradicts itself");
        }
    }

    @Nested
    class WhereMemoryIsShort {

        private static <T> T press(T record, boolean now) {
            if (now) {
                var memory = ((RunningTask) Objects.requireNonNull(TaskContext.get(), "outside of a task"))
                        .scope()
                        .memory();
                memory.release(memory.reserve(1L << 40));
            }
            return record;
        }

        @NotIn(value = TestMode.SPARK, because = "reports have no counts of records and bytes there")
        @ParameterizedTest
        @CsvSource({"local[2], 0", "local[2], 1000", "local[2], 11", ISOLATED_COLUMN + ", 1000"})
        void theOrderStays(String master, int every, TestSeed seed) {
            List<Pair<Integer, Integer>> pairs = numbered(randomKeys(seed, 10_000, 900));
            try (EngineContext engine = Engines.open(master)) {
                PairRDD<Integer, Integer> input =
                        engine.parallelizePairs(pairs, 3).partitionBy(new HashPartitioner(3));
                PairRDD<Integer, Integer> pressed =
                        PairRDD.of(input.mapPartitions(records -> pressing(records, every), true));
                RDD<Pair<Integer, Integer>> sorted = pressed.repartitionAndSortWithinPartitions(new HashPartitioner(3))
                        .mapPartitions(records -> pressing(records, every));

                List<Pair<Integer, Integer>> expected = Engines.partitionsOf(input).stream()
                        .flatMap(partition -> sorted(partition, Comparator.naturalOrder()).stream())
                        .toList();
                assertThat(sorted.collect()).isEqualTo(expected);
                assertThat(Engines.lastJob(engine).metrics().get(Metric.DISK_BYTES_SPILLED) > 0)
                        .isEqualTo(every > 0);
                assertThat(sorted.take(20)).isEqualTo(expected.subList(0, 20));
                Engines.assertUsable(engine);
            }
        }

        private static <T> Iterator<T> pressing(Iterator<T> records, int every) {
            return new Iterator<>() {
                private int passed;

                @Override
                public boolean hasNext() {
                    return records.hasNext();
                }

                @Override
                public T next() {
                    return press(records.next(), every > 0 && ++passed % every == 0);
                }
            };
        }

        @Test
        void anAttemptThatFailsInTheMiddleLeavesNothing() {
            engine.close(); // Spark has one context in a JVM
            try (EngineContext engine = Engines.open("local[2,3]")) {
                List<Long> found = engine.range(0, 20_000, 1, 2)
                        .keyBy(x -> -x)
                        .partitionBy(new HashPartitioner(2))
                        .map(pair -> press(pair, pair.value() % 4096 == 0))
                        .sortBy(Pair::key, true, 2)
                        .map(pair -> pair.value() == 777 ? Engines.notInFirstAttempt(pair) : pair)
                        .map(Pair::value)
                        .collect();

                assertThat(found).hasSize(20_000).isSortedAccordingTo(Comparator.reverseOrder());
                Engines.assertUsable(engine);
            }
        }

        @NotIn(
                value = {TestMode.STRICT, TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
                because = "it runs in a JVM of its own, which has no mode")
        @Test
        void severalTimesTheHeapIsSorted() throws InterruptedException {
            ForkedJvm.Result result =
                    ForkedJvm.of(LargerThanTheHeap.class).jvmOptions("-Xmx64m").run(Duration.ofSeconds(100));

            assertThat(result.stdout()).as(result.stderr()).isEqualTo("1500000 records in order, twice\n");
            assertThat(result.exitCode()).isZero();
        }
    }

    private static final String ISOLATED_COLUMN = "'" + ISOLATED + "'";

    /** Sorts 1.5 million records of some 130 bytes in each of two jobs. */
    static final class LargerThanTheHeap {

        private static final int RECORDS = 1_500_000;

        public static void main(String[] args) {
            HashPartitioner byHash = new HashPartitioner(2);
            try (EngineContext engine = Engines.open("local[2]")) {
                PairRDD<Integer, Integer> halves =
                        engine.parallelize(List.of(0, 1), 2).keyBy(x -> x).partitionBy(byHash);
                PairRDD<Integer, String> large = PairRDD.of(halves.mapPartitionsWithIndex(
                        (half, none) -> IntStream.range(0, RECORDS / 2)
                                .mapToObj(i -> Pair.of((int) (i * 2654435761L >>> 1) * 2 + half, "value number " + i))
                                .iterator(),
                        true));
                PairRDD<Integer, String> sorted = large.repartitionAndSortWithinPartitions(byHash);
                long first = inOrder(sorted);
                long second = inOrder(sorted);
                System.out.print(first + " records in order" + (first == second ? ", twice\n" : "\n"));
            }
        }

        private static long inOrder(PairRDD<Integer, String> sorted) {
            return sorted.mapPartitions(records -> {
                        long count = 0;
                        int before = Integer.MIN_VALUE;
                        while (records.hasNext()) {
                            int key = records.next().key();
                            if (key < before) {
                                throw new AssertionError(key + " comes after " + before);
                            }
                            before = key;
                            count++;
                        }
                        return List.of(count).iterator();
                    })
                    .reduce(Long::sum);
        }
    }
}

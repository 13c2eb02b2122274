package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.TestSeed;
import java.io.ByteArrayOutputStream;
import java.io.ObjectOutputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InEveryMode
class ActionsTest {

    private static final ConcurrentLinkedQueue<Integer> SEEN = new ConcurrentLinkedQueue<>();

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private RDD<Integer> numbers(int partitions) {
        return engine.parallelize(List.of(5, 3, 8, 1, 9, 2), partitions);
    }

    private RDD<String> nothing(Path empty) {
        return engine.textFile(empty.toString());
    }

    @Nested
    class Collecting {

        @Test
        void collectFollowsPartitionOrder() {
            List<Integer> collected = numbers(4).collect();

            assertThat(collected).containsExactly(5, 3, 8, 1, 9, 2);
        }

        @Test
        void countCountsNullsToo() {
            assertThat(engine.parallelize(Arrays.asList(null, 1, null), 2).count())
                    .isEqualTo(3);
            assertThat(engine.range(0, 100_000, 1, 7).count()).isEqualTo(100_000);
        }

        @Test
        void noPartitionsGiveNothingInAJobWithoutTasks(@TempDir Path empty) {
            assertThat(nothing(empty).collect()).isEmpty();
            assertThat(nothing(empty).count()).isZero();
            assertThat(Engines.lastJob(engine).attempts()).isZero();
            assertThat(nothing(empty).isEmpty()).isTrue();
            Engines.assertUsable(engine);
        }

        @Test
        void collectAsMapKeepsTheLastValueOfEachKeyAndCanBeSerialized() throws Exception {
            Map<String, Integer> map = engine.parallelizePairs(
                            List.of(Pair.of("a", 1), Pair.of("b", 2), Pair.of("a", 3), Pair.of(null, 4)), 3)
                    .collectAsMap();

            assertThat(map).containsOnly(Map.entry("a", 3), Map.entry("b", 2), entry(null, 4));
            new ObjectOutputStream(new ByteArrayOutputStream()).writeObject(map);
        }

        private static <K, V> Map.Entry<K, V> entry(K key, V value) {
            return new java.util.AbstractMap.SimpleImmutableEntry<>(key, value);
        }

        @Test
        void foreachSeesEveryRecord() {
            SEEN.clear();
            numbers(3).foreach(x -> SEEN.add(x));

            assertThat(SEEN).containsExactlyInAnyOrder(5, 3, 8, 1, 9, 2);
        }
    }

    @Nested
    class Taking {

        @Test
        void takeFollowsPartitionOrder() {
            assertThat(numbers(3).take(3)).containsExactly(5, 3, 8);
            assertThat(numbers(3).take(100)).containsExactly(5, 3, 8, 1, 9, 2);
        }

        @Test
        void takeOfNothingRunsNoJob() {
            assertThat(numbers(3).take(0)).isEmpty();
            assertThat(engine.recentJobs()).isEmpty();
        }

        @Test
        void takeOfAHugeNumberDoesNotOverflow() {
            assertThat(numbers(3).take(Integer.MAX_VALUE)).hasSize(6);
            assertThat(engine.range(0, 100, 1, 40).filter(x -> x > 90).take(Integer.MAX_VALUE - 1))
                    .hasSize(9);
        }

        @Test
        void takeLooksAtOnePartitionAndThenAtFourTimesAsMany() {
            assertThat(engine.range(0, 100, 1, 100).take(50))
                    .isEqualTo(IntStream.range(0, 50).mapToObj(i -> (long) i).toList());

            assertThat(engine.recentJobs())
                    .extracting(report -> report.attempts())
                    .containsExactly(1, 4, 20, 38);
        }

        @Test
        void takeComputesNoMoreOfAPartitionThanItNeeds() {
            LongAccumulator computed = engine.longAccumulator("computed");
            engine.range(0, 1_000_000, 1, 2)
                    .map(x -> {
                        computed.add(1);
                        return x;
                    })
                    .take(3);

            assertThat(computed.value()).isEqualTo(3);
        }

        @Test
        void takeSkipsEmptyPartitions() {
            assertThat(engine.range(0, 50, 1, 50).filter(x -> x >= 48).take(1)).containsExactly(48L);
        }

        @Test
        void firstIsTheFirstRecord() {
            assertThat(numbers(3).first()).isEqualTo(5);
            assertThat(engine.parallelize(Arrays.asList((String) null), 1).first())
                    .isNull();
        }

        @Test
        void firstOfNothingSaysWhatToUse(@TempDir Path empty) {
            assertThatThrownBy(() -> nothing(empty).first())
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("empty collection: first")
                    .hasMessageContaining("textFile at ActionsTest.java");
            assertThatThrownBy(() -> numbers(3).filter(x -> false).first())
                    .isInstanceOf(UnsupportedOperationException.class);
        }

        @Test
        void isEmptyLooksForOneRecord() {
            assertThat(numbers(3).isEmpty()).isFalse();
            assertThat(numbers(3).filter(x -> false).isEmpty()).isTrue();
            assertThat(engine.parallelize(List.of(), 3).isEmpty()).isTrue();
        }

        @Test
        void negativeNumbersAreRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> numbers(1).take(-1))
                    .withMessage("n must be >= 0, got -1");
            assertThatIllegalArgumentException().isThrownBy(() -> numbers(1).top(-1));
            assertThatIllegalArgumentException().isThrownBy(() -> numbers(1).takeOrdered(-1));
        }
    }

    @Nested
    class Ordered {

        @Test
        void topIsDescendingAndTakeOrderedAscending() {
            assertThat(numbers(3).top(3)).containsExactly(9, 8, 5);
            assertThat(numbers(3).takeOrdered(3)).containsExactly(1, 2, 3);
            assertThat(numbers(3).top(100)).containsExactly(9, 8, 5, 3, 2, 1);
        }

        @Test
        void bothTakeAComparator() {
            Ordering<Integer> byDistance = Ordering.by(x -> Math.abs(x - 4));

            assertThat(numbers(3).takeOrdered(3, byDistance)).containsExactly(5, 3, 2);
            assertThat(numbers(3).top(2, byDistance)).containsExactly(9, 8);
            assertThat(numbers(3).top(2, Comparator.<Integer>reverseOrder())).containsExactly(1, 2);
        }

        @Test
        void amongEqualRecordsThoseStayThatComeFirst() {
            RDD<String> texts = engine.range(0, 1000, 1, 3).map(i -> (i * 7) % 10 + " of " + i);
            Ordering<String> byFirst = Ordering.by(text -> text.charAt(0));

            List<String> expected = new ArrayList<>(texts.collect());
            expected.sort(byFirst);

            assertThat(texts.takeOrdered(250, byFirst)).isEqualTo(expected.subList(0, 250));
            assertThat(texts.min(byFirst)).isEqualTo(expected.get(0));
        }

        @Test
        void nullsAreKeptWhereTheOrderPlacesThem() {
            RDD<Integer> some = engine.parallelize(Arrays.asList(4, null, 2, null, 1), 2);

            assertThat(some.takeOrdered(2, Comparator.nullsFirst(Comparator.<Integer>naturalOrder())))
                    .containsExactly(null, null);
            assertThat(some.takeOrdered(3, Comparator.nullsLast(Comparator.<Integer>naturalOrder())))
                    .containsExactly(1, 2, 4);
        }

        @Test
        void zeroAndNothingGiveNothing(@TempDir Path empty) {
            assertThat(numbers(3).takeOrdered(0)).isEmpty();
            assertThat(numbers(3).top(0)).isEmpty();
            assertThat(nothing(empty).takeOrdered(2)).isEmpty();
            assertThat(numbers(3).filter(x -> false).top(2)).isEmpty();
        }

        @Test
        void amongEqualRecordsThoseThatComeFirstAreTaken(TestSeed seed) {
            SplittableRandom random = seed.random();
            for (int round = 0; round < 20; round++) {
                List<Pair<Integer, Integer>> records = new ArrayList<>();
                int length = random.nextInt(40);
                for (int i = 0; i < length; i++) {
                    records.add(Pair.of(random.nextInt(5), i));
                }
                int n = 1 + random.nextInt(12);
                RDD<Pair<Integer, Integer>> dataset = engine.parallelize(records, 1 + random.nextInt(6));
                Ordering<Pair<Integer, Integer>> byKey = Ordering.by(Pair::key);

                List<Pair<Integer, Integer>> ascending = new ArrayList<>(records);
                ascending.sort(byKey);
                List<Pair<Integer, Integer>> descending = new ArrayList<>(records);
                descending.sort(byKey.reversed());
                assertThat(dataset.takeOrdered(n, byKey)).isEqualTo(ascending.subList(0, Math.min(n, length)));
                assertThat(dataset.top(n, byKey)).isEqualTo(descending.subList(0, Math.min(n, length)));
            }
        }

        @Test
        void aHugeNumberDoesNotReserveRoomForIt() {
            assertThat(numbers(2).top(Integer.MAX_VALUE)).hasSize(6);
        }

        @Test
        void recordsThatCannotBeComparedFailTheJob() {
            assertThatThrownBy(() -> engine.parallelize(List.of(Locale.ROOT), 1).top(1))
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("top at ActionsTest.java")
                    .hasCauseInstanceOf(ClassCastException.class);
            assertThatThrownBy(() ->
                            engine.parallelize(Arrays.asList(1, null, 2), 1).takeOrdered(2))
                    .isInstanceOf(JobFailedException.class)
                    .hasCauseInstanceOf(NullPointerException.class);
            Engines.assertUsable(engine);
        }
    }

    @Nested
    class Reducing {

        @Test
        void reduceMergesAllRecordsInOrder() {
            assertThat(numbers(4).map(String::valueOf).reduce((a, b) -> a + b)).isEqualTo("538192");
            assertThat(engine.parallelize(List.of(7), 3).reduce(Integer::sum)).isEqualTo(7);
        }

        @Test
        void reduceOfNothingIsRefused(@TempDir Path empty) {
            assertThatThrownBy(() -> nothing(empty).reduce((a, b) -> a))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("empty collection: reduce")
                    .hasMessageContaining("Use fold");
            assertThatThrownBy(() -> numbers(3).filter(x -> false).reduce(Integer::sum))
                    .isInstanceOf(UnsupportedOperationException.class);
        }

        @Test
        void reduceMayMeetAndReturnNull() {
            assertThat(engine.parallelize(Arrays.asList("a", null, "b"), 3).reduce((a, b) -> a == null ? b : null))
                    .isEqualTo("b");
            assertThat(engine.parallelize(Arrays.asList("a", "b"), 1).reduce((a, b) -> null))
                    .isNull();
        }

        @Test
        void foldUsesTheZeroOncePerPartitionAndOnceMore() {
            assertThat(engine.parallelize(List.of(1, 2, 3, 4, 5, 6), 3).fold(10, Integer::sum))
                    .isEqualTo(61);
        }

        @Test
        void foldOfNothingIsTheZero(@TempDir Path empty) {
            assertThat(nothing(empty).fold("zero", (a, b) -> a + b)).isEqualTo("zero");
            assertThat(numbers(3).filter(x -> false).fold(0, Integer::sum)).isZero();
            assertThat(numbers(3).filter(x -> false).fold(null, (a, b) -> a)).isNull();
        }

        @Test
        void anAccumulatorThatIsANumberMayBecomeAnother() {
            RDD<Long> numbers = engine.range(1, 7, 1, 1);

            assertThat(numbers.<Number>aggregate(
                            0L, (sum, x) -> x < 4 ? sum.longValue() + x : sum.doubleValue() + x, (a, b) -> b))
                    .isEqualTo(21.0);
            assertThat(numbers.<Object>aggregate(0.5, (sum, x) -> x == 6 ? sum + "!" : (Double) sum + x, (a, b) -> b))
                    .isEqualTo("15.5!");
            assertThat(numbers.<Long>aggregate(0L, (sum, x) -> x == 6 ? null : sum + x, (a, b) -> b))
                    .isNull();
            assertThat(numbers.map(x -> x * 0.5).aggregate(-0.0, Double::sum, Double::sum))
                    .isEqualTo(10.5);
        }

        @Test
        void foldMayChangeItsAccumulator() {
            ArrayList<Integer> zero = new ArrayList<>();
            ArrayList<Integer> sum = numbers(3)
                    .map(x -> new ArrayList<>(Collections.singletonList(x)))
                    .fold(zero, (all, more) -> {
                        all.addAll(more);
                        return all;
                    });

            assertThat(sum).containsExactly(5, 3, 8, 1, 9, 2);
            assertThat(zero).isEmpty();
        }

        @Test
        void mergesRunInTaskSlots() {
            String threads = numbers(3)
                    .map(x -> Thread.currentThread().getName())
                    .reduce((a, b) -> {
                        String here = Thread.currentThread().getName();
                        return here.contains("-slot-") ? here : "merged on " + here;
                    });

            assertThat(threads).startsWith("favilla-").contains("-slot-");
        }
    }

    @Nested
    class OrderingTest {

        private static final List<Pair<String, Integer>> PAIRS =
                List.of(Pair.of("b", 2), Pair.of("a", 2), Pair.of("c", 1));

        private List<Pair<String, Integer>> sorted(Ordering<Pair<String, Integer>> order) {
            return engine.parallelize(PAIRS, 2).takeOrdered(3, order);
        }

        @Test
        void ordersByKeysReversesAndBreaksTies() {
            assertThat(sorted(Ordering.by(Pair::key)))
                    .containsExactly(Pair.of("a", 2), Pair.of("b", 2), Pair.of("c", 1));
            assertThat(sorted(Ordering.<Pair<String, Integer>, String>by(Pair::key)
                            .reversed()))
                    .containsExactly(Pair.of("c", 1), Pair.of("b", 2), Pair.of("a", 2));
            assertThat(sorted(Ordering.<Pair<String, Integer>, Integer>by(Pair::value)
                            .reversed()
                            .thenBy(pair -> pair.key())))
                    .containsExactly(Pair.of("a", 2), Pair.of("b", 2), Pair.of("c", 1));
            assertThat(sorted(Ordering.<Pair<String, Integer>, Integer>by(Pair::value)
                            .thenBy(Ordering.by(Pair::key))))
                    .containsExactly(Pair.of("c", 1), Pair.of("a", 2), Pair.of("b", 2));
        }

        @Test
        void aLambdaIsAnOrdering() {
            assertThat(sorted((left, right) -> right.key().compareTo(left.key())))
                    .containsExactly(Pair.of("c", 1), Pair.of("b", 2), Pair.of("a", 2));
        }

        @Test
        void reversingTwiceIsTheOrderItself() {
            Ordering<Integer> order = Ordering.natural();

            assertThat(order.reversed().reversed()).isSameAs(order);
        }

        @Test
        void nullHasNoNaturalOrder() {
            RDD<Integer> numbers = engine.parallelize(Arrays.asList(3, null), 1);

            assertThatThrownBy(() -> numbers.max(Ordering.natural()))
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContainingAll("max at ActionsTest.java", "null has no natural order", "Ordering");
        }

        @Test
        void aComparatorThatCannotTravelIsRefusedWithAdvice() {
            Comparator<Pair<String, Integer>> order = Comparator.comparing(Pair::value);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.parallelize(PAIRS, 2).top(2, order))
                    .withMessageContaining("top at ActionsTest.java")
                    .withMessageContaining("Ordering.by");
        }
    }
}

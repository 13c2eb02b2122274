package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Outer joins, and what takes records away. */
@InEveryMode
class OuterJoinTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private <K, V> PairRDD<K, V> pairs(int partitions, List<Pair<K, V>> pairs) {
        return engine.parallelizePairs(pairs, partitions);
    }

    private final PairRDD<Integer, String> left = pairs(2, List.of(Pair.of(1, "a"), Pair.of(2, "b"), Pair.of(1, "c")));
    private final PairRDD<Integer, Integer> right = pairs(3, List.of(Pair.of(3, 30), Pair.of(1, 10), Pair.of(1, 11)));

    private static <V, W> Joined<V, W> both(V left, W right) {
        return new Joined<>(true, left, true, right);
    }

    private static <V, W> Joined<V, W> leftOnly(V left) {
        return new Joined<>(true, left, false, null);
    }

    private static <V, W> Joined<V, W> rightOnly(W right) {
        return new Joined<>(false, null, true, right);
    }

    @Test
    void leftRecordsThatAreAloneHaveNothingOnTheRight() {
        assertThat(left.leftOuterJoin(right, 1).collect())
                .containsExactly(
                        Pair.of(1, both("a", 10)),
                        Pair.of(1, both("a", 11)),
                        Pair.of(2, leftOnly("b")),
                        Pair.of(1, both("c", 10)),
                        Pair.of(1, both("c", 11)));
    }

    @Test
    void rightRecordsThatAreAloneComeLast() {
        assertThat(left.rightOuterJoin(right, 1).collect())
                .containsExactly(
                        Pair.of(1, both("a", 10)),
                        Pair.of(1, both("a", 11)),
                        Pair.of(1, both("c", 10)),
                        Pair.of(1, both("c", 11)),
                        Pair.of(3, rightOnly(30)));
        assertThat(left.fullOuterJoin(right, 1).collect())
                .containsExactly(
                        Pair.of(1, both("a", 10)),
                        Pair.of(1, both("a", 11)),
                        Pair.of(2, leftOnly("b")),
                        Pair.of(1, both("c", 10)),
                        Pair.of(1, both("c", 11)),
                        Pair.of(3, rightOnly(30)));
    }

    @Test
    void nullIsAValueAndAKey() {
        PairRDD<String, String> some = pairs(2, List.of(Pair.of(null, "l"), Pair.of("k", null)));
        PairRDD<String, String> others = pairs(2, List.of(Pair.of("k", null), Pair.of("r", null)));

        List<Pair<String, Joined<String, String>>> joined =
                some.fullOuterJoin(others, 2).collect();

        assertThat(joined)
                .containsExactlyInAnyOrder(
                        Pair.of(null, leftOnly("l")), Pair.of("k", both(null, null)), Pair.of("r", rightOnly(null)));
        assertThat(joined)
                .allSatisfy(pair -> assertThat(pair.value().optionalRight()).isEqualTo(Optional.empty()));
    }

    @Test
    void anEmptySideLeavesTheOtherAlone() {
        PairRDD<Integer, String> empty = pairs(2, List.<Pair<Integer, String>>of());

        assertThat(empty.leftOuterJoin(right).collect()).isEmpty();
        assertThat(empty.rightOuterJoin(right, 1).collect())
                .containsExactly(Pair.of(3, rightOnly(30)), Pair.of(1, rightOnly(10)), Pair.of(1, rightOnly(11)));
        assertThat(left.leftOuterJoin(empty, 1).values().collect())
                .containsExactly(leftOnly("a"), leftOnly("b"), leftOnly("c"));
        assertThat(left.rightOuterJoin(empty).collect()).isEmpty();
        assertThat(empty.fullOuterJoin(empty).collect()).isEmpty();
    }

    @Test
    void sidesThatLieAlikeAreNotShuffledAgain() {
        PairRDD<Integer, String> placed = left.partitionBy(new HashPartitioner(3));
        PairRDD<Integer, Integer> alike = right.partitionBy(new HashPartitioner(3));

        PairRDD<Integer, Joined<String, Integer>> joined = placed.fullOuterJoin(alike);

        assertThat(Engines.shufflesOf(joined)).isEqualTo(2);
        assertThat(joined.partitioner()).contains(new HashPartitioner(3));
        assertThat(joined.count()).isEqualTo(6);
        assertThat(placed.fullOuterJoin(placed).count()).isEqualTo(5);
        assertThat(placed.mapValues(x -> x).rightOuterJoin(alike).take(1)).hasSize(1);
    }

    @Test
    void aValueCannotBeMissingAndThere() {
        assertThatIllegalArgumentException().isThrownBy(() -> new Joined<>(false, 1, true, 2));
        assertThat(both(1, null)).hasToString("(1,null)");
        assertThat(leftOnly(1)).hasToString("(1,-)");
    }

    @Test
    void agreesWithANestedLoop(TestSeed seed) {
        SplittableRandom random = seed.random();
        for (int round = 0; round < 15; round++) {
            List<Pair<Integer, Integer>> some = randomPairs(random);
            List<Pair<Integer, Integer>> others = randomPairs(random);
            PairRDD<Integer, Integer> mine = pairs(1 + random.nextInt(4), some);
            PairRDD<Integer, Integer> theirs = pairs(1 + random.nextInt(4), others);
            if (random.nextBoolean()) {
                mine = mine.partitionBy(new HashPartitioner(2));
            }

            assertThat(mine.fullOuterJoin(theirs, 2).collect())
                    .containsExactlyInAnyOrderElementsOf(fullOuterJoin(some, others));
            assertThat(mine.subtractByKey(theirs).collect())
                    .containsExactlyInAnyOrderElementsOf(without(some, others, (l, r) -> l.key() == r.key()));
            assertThat(mine.subtract(theirs).collect())
                    .containsExactlyInAnyOrderElementsOf(without(some, others, Object::equals));
            assertThat(mine.intersection(theirs).collect())
                    .containsExactlyInAnyOrderElementsOf(
                            some.stream().distinct().filter(others::contains).toList());
        }
    }

    private static List<Pair<Integer, Joined<Integer, Integer>>> fullOuterJoin(
            List<Pair<Integer, Integer>> left, List<Pair<Integer, Integer>> right) {
        List<Pair<Integer, Joined<Integer, Integer>>> rows = new ArrayList<>();
        for (Pair<Integer, Integer> l : left) {
            for (Pair<Integer, Integer> r : right) {
                if (l.key().equals(r.key())) {
                    rows.add(Pair.of(l.key(), both(l.value(), r.value())));
                }
            }
        }
        without(left, right, (l, r) -> Objects.equals(l.key(), r.key()))
                .forEach(alone -> rows.add(Pair.of(alone.key(), leftOnly(alone.value()))));
        without(right, left, (l, r) -> Objects.equals(l.key(), r.key()))
                .forEach(alone -> rows.add(Pair.of(alone.key(), rightOnly(alone.value()))));
        return rows;
    }

    private static <T> List<T> without(List<T> some, List<T> others, BiPredicate<T, T> same) {
        return some.stream()
                .filter(l -> others.stream().noneMatch(r -> same.test(l, r)))
                .toList();
    }

    private static List<Pair<Integer, Integer>> randomPairs(SplittableRandom random) {
        List<Pair<Integer, Integer>> pairs = new ArrayList<>();
        for (int i = random.nextInt(30); i > 0; i--) {
            pairs.add(Pair.of(random.nextInt(8), random.nextInt(3)));
        }
        return pairs;
    }

    @Nested
    class TakingAway {

        private final RDD<Integer> numbers = engine.parallelize(List.of(3, 1, 2, 3, 1, 4), 3);
        private final RDD<Integer> others = engine.parallelize(List.of(1, 7, 7, 4, 1), 2);

        @Test
        void subtractKeepsDuplicatesAndTheNumberOfPartitions() {
            RDD<Integer> rest = numbers.subtract(others);

            assertThat(rest.collect()).containsExactlyInAnyOrder(3, 2, 3);
            assertThat(rest.getNumPartitions()).isEqualTo(3);
            assertThat(rest.partitioner()).isEmpty();
            assertThat(numbers.subtract(others, 5).getNumPartitions()).isEqualTo(5);
            assertThat(numbers.subtract(others, new HashPartitioner(2)).collect())
                    .containsExactlyInAnyOrder(3, 2, 3);
            assertThat(numbers.subtract(numbers).collect()).isEmpty();
        }

        @Test
        void intersectionHasNoDuplicatesAndNoSides() {
            assertThat(numbers.intersection(others).collect()).containsExactlyInAnyOrder(1, 4);
            assertThat(others.intersection(numbers).collect()).containsExactlyInAnyOrder(1, 4);
            assertThat(numbers.intersection(others).getNumPartitions()).isEqualTo(3);
            assertThat(numbers.intersection(others, 1).getNumPartitions()).isOne();
            assertThat(numbers.intersection(others, new HashPartitioner(4)).getNumPartitions())
                    .isEqualTo(4);
        }

        @Test
        void nullIsARecord() {
            RDD<Integer> some = numbers.map(x -> x == 3 ? null : x);

            assertThat(some.subtract(others).collect()).containsExactlyInAnyOrder(null, 2, null);
            assertThat(some.intersection(some).collect()).containsExactlyInAnyOrder(null, 1, 2, 4);
        }

        @Test
        void pairsAreComparedWhole() {
            PairRDD<Integer, String> some = left.partitionBy(new HashPartitioner(2));
            PairRDD<Integer, String> same = pairs(1, List.of(Pair.of(1, "c"), Pair.of(2, "x")));

            PairRDD<Integer, String> rest = some.subtract(same);
            assertThat(rest.collect()).containsExactlyInAnyOrder(Pair.of(1, "a"), Pair.of(2, "b"));
            assertThat(rest.partitioner()).isEmpty();
            assertThat(some.intersection(same).collect()).containsExactly(Pair.of(1, "c"));
        }

        @Test
        void subtractByKeyIgnoresValuesAndKeepsThePartitioner() {
            PairRDD<Integer, String> placed = left.partitionBy(new HashPartitioner(2));

            PairRDD<Integer, String> rest = placed.subtractByKey(pairs(3, List.of(Pair.of(2, 0.5), Pair.of(2, 1.5))));

            assertThat(rest.collect()).containsExactly(Pair.of(1, "a"), Pair.of(1, "c"));
            assertThat(rest.partitioner()).contains(new HashPartitioner(2));
            assertThat(Engines.shufflesOf(rest)).isEqualTo(2);
            assertThat(left.subtractByKey(right).getNumPartitions()).isEqualTo(2);
            assertThat(left.subtractByKey(right, 5).getNumPartitions()).isEqualTo(5);
            assertThat(left.subtractByKey(right, new HashPartitioner(4)).collect())
                    .containsExactly(Pair.of(2, "b"));
        }
    }

    @Nested
    class Cartesian {

        @Test
        void eachRecordMeetsEachInOrder() {
            RDD<Integer> some = engine.parallelize(List.of(1, 2, 3), 2);
            RDD<String> others = engine.parallelize(List.of("a", "b", "c"), 3);

            PairRDD<Integer, String> product = some.cartesian(others);

            assertThat(product.getNumPartitions()).isEqualTo(6);
            assertThat(product.collect()).hasSize(9).doesNotHaveDuplicates();
            assertThat(engine.parallelize(List.of(1, 2), 1)
                            .cartesian(engine.parallelize(List.of("a", "b"), 1))
                            .collect())
                    .containsExactly(Pair.of(1, "a"), Pair.of(1, "b"), Pair.of(2, "a"), Pair.of(2, "b"));
            assertThat(some.cartesian(some)
                            .filter(pair -> pair.key() < pair.value())
                            .count())
                    .isEqualTo(3);
        }

        @Test
        void anEmptySideGivesNothing() {
            RDD<Integer> some = engine.parallelize(List.of(1, 2, 3), 2);
            RDD<Integer> none = engine.parallelize(List.<Integer>of(), 3);

            assertThat(some.cartesian(none).collect()).isEmpty();
            assertThat(none.cartesian(some).collect()).isEmpty();
        }

        @Test
        void tooManyPartitionsAreRefused() {
            RDD<Long> many = engine.range(0, 1, 1, 5000);

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> many.cartesian(many))
                    .withMessageContaining("5000 times 5000 is 25000000");
        }

        @Test
        void aFewOfAHugeProductAreQuick() {
            RDD<Long> many = engine.range(0, 20_000, 1, 1);

            assertThat(many.cartesian(many).take(2)).containsExactly(Pair.of(0L, 0L), Pair.of(0L, 1L));
        }
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.attempt.Metric;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import dev.favilla.testing.TestSeed;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InEveryMode
class JoinTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private <K, V> PairRDD<K, V> pairs(int partitions, List<Pair<K, V>> pairs) {
        return engine.parallelizePairs(pairs, partitions);
    }

    @Test
    void everyValueMeetsEveryValueOfItsKey() {
        PairRDD<Integer, String> left = pairs(2, List.of(Pair.of(1, "a"), Pair.of(2, "b"), Pair.of(1, "c")));
        PairRDD<Integer, Integer> right = pairs(3, List.of(Pair.of(1, 10), Pair.of(3, 30), Pair.of(1, 11)));

        assertThat(left.join(right, 2).collect())
                .containsExactlyInAnyOrder(
                        Pair.of(1, Pair.of("a", 10)),
                        Pair.of(1, Pair.of("a", 11)),
                        Pair.of(1, Pair.of("c", 10)),
                        Pair.of(1, Pair.of("c", 11)));
    }

    @Test
    void rowsComeInTheOrderOfTheLeftAndThenOfTheRight() {
        PairRDD<Integer, Integer> left = engine.range(0, 6, 1, 3).mapToPair(x -> Pair.of(0, x.intValue()));
        PairRDD<Integer, Integer> right = engine.range(0, 4, 1, 2).mapToPair(x -> Pair.of(0, x.intValue()));

        List<Pair<Integer, Integer>> expected = new ArrayList<>();
        for (int l = 0; l < 6; l++) {
            for (int r = 0; r < 4; r++) {
                expected.add(Pair.of(l, r));
            }
        }
        assertThat(left.join(right, 3).values().collect()).isEqualTo(expected);
    }

    @NotIn(value = TestMode.SPARK, because = "reports have no counts of records and bytes there")
    @Test
    void aRoundOverCachedLinksThatLieByKeyShufflesNothingButWhatIsSent() {
        int nodes = 12;
        HashPartitioner placement = new HashPartitioner(4);
        PairRDD<Long, Long> links = engine.range(0, nodes, 1, 3)
                .mapToPair(node -> Pair.of(node, (node + 1) % nodes))
                .partitionBy(placement)
                .cache();
        PairRDD<Long, Long> ranks = links.mapValues(target -> 1L);
        assertThat(ranks.count()).isEqualTo(nodes);

        for (int round = 0; round < 3; round++) {
            ranks = links.join(ranks)
                    .values()
                    .mapToPair(row -> Pair.of(row.key(), 2 * row.value()))
                    .reduceByKey(placement, Long::sum);

            assertThat(ranks.count()).isEqualTo(nodes);

            assertThat(Engines.lastJob(engine).stagesRun()).isEqualTo(2);
            assertThat(Engines.lastJob(engine).metrics().get(Metric.SHUFFLE_RECORDS_WRITTEN))
                    .isEqualTo(nodes);
        }
        assertThat(ranks.values().collect()).containsOnly(8L);
    }

    @Test
    void nullKeysAndNullValuesMatchLikeAnyOther() {
        PairRDD<String, String> left = pairs(2, List.of(Pair.of(null, "l"), Pair.of("k", null)));
        PairRDD<String, String> right = pairs(2, List.of(Pair.of("k", "r"), Pair.of(null, null)));

        assertThat(left.join(right, 3).collect())
                .containsExactlyInAnyOrder(Pair.of(null, Pair.of("l", null)), Pair.of("k", Pair.of(null, "r")));
    }

    @Test
    void withNothingGivesNothing(@TempDir Path empty) {
        PairRDD<String, Integer> some = pairs(2, List.of(Pair.of("a", 1)));
        PairRDD<String, Integer> nothing = engine.textFile(empty.toString()).mapToPair(x -> Pair.of(x, 1));

        assertThat(some.join(nothing).collect()).isEmpty();
        assertThat(nothing.join(some).collect()).isEmpty();
        assertThat(nothing.join(nothing).collect()).isEmpty();
        assertThat(some.join(pairs(3, List.<Pair<String, Integer>>of())).collect())
                .isEmpty();
    }

    @Test
    void inputsThatLieAlikeAreJoinedWithoutAnotherShuffle() {
        PairRDD<Integer, Integer> left =
                pairs(2, List.of(Pair.of(1, 1), Pair.of(2, 2), Pair.of(5, 5))).partitionBy(new HashPartitioner(3));
        PairRDD<Integer, Integer> right =
                pairs(2, List.of(Pair.of(1, 10), Pair.of(5, 50))).partitionBy(new HashPartitioner(3));

        PairRDD<Integer, Pair<Integer, Integer>> joined = left.join(right);

        assertThat(Engines.shufflesOf(joined)).isEqualTo(2);
        assertThat(joined.partitioner()).contains(new HashPartitioner(3));
        assertThat(joined.collect()).containsExactlyInAnyOrder(Pair.of(1, Pair.of(1, 10)), Pair.of(5, Pair.of(5, 50)));
    }

    @Test
    void onlyTheSideThatLiesOtherwiseIsShuffled() {
        PairRDD<Integer, Integer> placed =
                pairs(2, List.of(Pair.of(1, 1), Pair.of(2, 2))).partitionBy(new HashPartitioner(3));
        PairRDD<Integer, Integer> other = pairs(4, List.of(Pair.of(2, 20), Pair.of(7, 70)));

        assertThat(Engines.shufflesOf(placed.join(other, 3))).isEqualTo(2);
        assertThat(Engines.shufflesOf(placed.join(other, 4))).isEqualTo(3);
        assertThat(placed.join(other, 3).collect()).containsExactly(Pair.of(2, Pair.of(2, 20)));
        assertThat(other.join(placed, 3).collect()).containsExactly(Pair.of(2, Pair.of(20, 2)));
    }

    @Test
    void aDatasetCanBeJoinedWithItself() {
        PairRDD<Integer, Integer> numbers = pairs(3, List.of(Pair.of(1, 1), Pair.of(2, 2), Pair.of(1, 3)));
        List<Pair<Integer, Pair<Integer, Integer>>> expected = List.of(
                Pair.of(1, Pair.of(1, 1)),
                Pair.of(1, Pair.of(1, 3)),
                Pair.of(1, Pair.of(3, 1)),
                Pair.of(1, Pair.of(3, 3)),
                Pair.of(2, Pair.of(2, 2)));

        assertThat(numbers.join(numbers, 2).collect()).containsExactlyInAnyOrderElementsOf(expected);
        PairRDD<Integer, Integer> placed = numbers.partitionBy(new HashPartitioner(2));
        assertThat(placed.join(placed).collect()).containsExactlyInAnyOrderElementsOf(expected);
        PairRDD<Integer, Integer> cached = placed.mapValues(x -> x).cache();
        assertThat(cached.join(cached).collect()).containsExactlyInAnyOrderElementsOf(expected);
        assertThat(cached.join(cached).collect()).containsExactlyInAnyOrderElementsOf(expected);
    }

    @Test
    void takingAFewRowsOfAHugeProductIsQuick() {
        PairRDD<Integer, Long> many = engine.range(0, 20_000, 1, 2).mapToPair(x -> Pair.of(0, x));

        assertThat(many.join(many, 1).take(3))
                .containsExactly(Pair.of(0, Pair.of(0L, 0L)), Pair.of(0, Pair.of(0L, 1L)), Pair.of(0, Pair.of(0L, 2L)));
        Engines.assertIdle(engine);
    }

    @Test
    void agreesWithANestedLoop(TestSeed seed) {
        SplittableRandom random = seed.random();
        for (int round = 0; round < 20; round++) {
            List<Pair<Integer, Integer>> left = randomPairs(random);
            List<Pair<Integer, Integer>> right = randomPairs(random);
            List<Pair<Integer, Pair<Integer, Integer>>> expected = new ArrayList<>();
            for (Pair<Integer, Integer> l : left) {
                for (Pair<Integer, Integer> r : right) {
                    if (l.key().equals(r.key())) {
                        expected.add(Pair.of(l.key(), Pair.of(l.value(), r.value())));
                    }
                }
            }

            assertThat(pairs(1 + random.nextInt(4), left)
                            .join(pairs(1 + random.nextInt(4), right), 1 + random.nextInt(5))
                            .collect())
                    .containsExactlyInAnyOrderElementsOf(expected);
        }
    }

    private static List<Pair<Integer, Integer>> randomPairs(SplittableRandom random) {
        List<Pair<Integer, Integer>> pairs = new ArrayList<>();
        for (int i = random.nextInt(30); i > 0; i--) {
            pairs.add(Pair.of(random.nextInt(8), random.nextInt()));
        }
        return pairs;
    }

    @Test
    void datasetsOfOtherContextsAreRefused() {
        try (EngineContext other = Engines.open("local")) {
            PairRDD<Integer, Integer> foreign = other.parallelizePairs(List.of(Pair.of(1, 1)), 1);
            PairRDD<Integer, Integer> own = pairs(1, List.of(Pair.of(1, 1)));

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> own.join(foreign))
                    .withMessageContaining("belongs to another context");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> own.join(foreign, 2))
                    .withMessageContaining("belongs to another context");
        }
    }
}

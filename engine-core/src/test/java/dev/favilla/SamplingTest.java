package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.testing.InEveryMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What chance draws: about as much as was asked for, and the same in every run. */
@InEveryMode
class SamplingTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private RDD<Integer> numbers(int count, int partitions) {
        return engine.parallelize(IntStream.range(0, count).boxed().toList(), partitions);
    }

    @Nested
    class Sample {

        @Test
        void withoutReplacementHasAboutItsFractionOfDistinctRecordsInOrder() {
            List<Integer> sample = numbers(10_000, 4).sample(false, 0.3, 42).collect();

            assertThat(sample)
                    .hasSizeBetween(2_800, 3_200)
                    .doesNotHaveDuplicates()
                    .isSorted();
        }

        @ParameterizedTest
        @ValueSource(doubles = {0.3, 1, 2.5, 100})
        void withReplacementHasAboutItsFractionOfRecordsSomeOfThemAgain(double fraction) {
            List<Integer> sample = numbers(2_000, 4).sample(true, fraction, 7).collect();

            double deviation = 5 * Math.sqrt(2_000 * fraction);
            assertThat((double) sample.size()).isCloseTo(2_000 * fraction, within(deviation));
            assertThat(sample.stream().distinct().count()).isLessThan(sample.size());
        }

        @Test
        void ofNothingIsNothingAndOfAllIsAll() {
            assertThat(numbers(100, 3).sample(false, 0, 1).collect()).isEmpty();
            assertThat(numbers(100, 3).sample(true, 0, 1).collect()).isEmpty();
            assertThat(numbers(100, 3).sample(false, 1, 1).collect())
                    .isEqualTo(numbers(100, 3).collect());
            assertThat(engine.emptyRDD().sample(false, 0.5, 1).collect()).isEmpty();
        }

        @Test
        void isTheSameWithTheSameSeedAndAnotherWithAnother() {
            RDD<Integer> all = numbers(1_000, 5);
            List<Integer> sample = all.sample(false, 0.5, 3).collect();

            assertThat(all.sample(false, 0.5, 3).collect()).isEqualTo(sample);
            assertThat(all.sample(false, 0.5, 4).collect()).isNotEqualTo(sample);
            assertThat(all.sample(false, 0.5).collect())
                    .isEqualTo(all.sample(false, 0.5).collect())
                    .isEqualTo(all.sample(false, 0.5, all.id()).collect());
            try (EngineContext cluster = Engines.open("local-cluster[2,1,64]")) {
                assertThat(cluster.parallelize(all.collect(), 5)
                                .sample(false, 0.5, 3)
                                .collect())
                        .isEqualTo(sample);
            }
        }

        @Test
        void isTheSameWhetherOrNotItsInputIsCached() {
            RDD<Integer> all = numbers(1_000, 5).map(x -> x * x);
            List<Integer> sample = all.sample(true, 0.5, 3).collect();

            all.cache().count();

            assertThat(all.sample(true, 0.5, 3).collect()).isEqualTo(sample);
        }

        @Test
        void drawsOtherwiseInEachPartition() {
            List<List<Boolean>> drawn = engine.range(0, 400, 1, 4)
                    .sample(false, 0.5, 9)
                    .glom()
                    .map(part -> IntStream.range(0, 100)
                            .mapToObj(i -> part.stream().anyMatch(x -> x % 100 == i))
                            .toList())
                    .collect();

            assertThat(drawn).doesNotHaveDuplicates();
        }

        @Test
        void keepsPartitionerAndKind() {
            PairRDD<Integer, Integer> placed = numbers(50, 3).keyBy(x -> x).partitionBy(new HashPartitioner(4));
            PairRDD<Integer, Integer> sample = placed.sample(false, 0.5, 1);
            DoubleRDD doubles = numbers(50, 3).mapToDouble(x -> 1.0).sample(true, 0.5);

            assertThat(sample.partitioner()).contains(new HashPartitioner(4));
            assertThat(placed.sample(true, 0.5).partitioner()).contains(new HashPartitioner(4));
            assertThat(doubles.sum()).isPositive();
        }

        @Test
        void stopsWhereNoMoreIsWanted() {
            assertThat(numbers(10, 1).sample(true, 1_000, 1).take(3)).hasSize(3);
        }

        @ParameterizedTest
        @ValueSource(doubles = {-0.1, 1.1, Double.NaN, Double.POSITIVE_INFINITY})
        void ofAnotherFractionIsRefusedAtTheCall(double fraction) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> numbers(3, 1).sample(false, fraction, 1))
                    .withMessage("fraction must be from 0 to 1 without replacement, got " + fraction);
        }

        @ParameterizedTest
        @ValueSource(doubles = {-0.1, 1e7, Double.NaN, Double.POSITIVE_INFINITY})
        void ofAnotherFractionWithReplacementIsRefusedAtTheCall(double fraction) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> numbers(3, 1).sample(true, fraction, 1))
                    .withMessageContaining("with replacement, got " + fraction);
        }
    }

    @Nested
    class RandomSplit {

        @ParameterizedTest
        @ValueSource(longs = {0, 1, 2, 3, -1, Long.MIN_VALUE})
        void hasEachRecordOnce(long seed) {
            List<RDD<Integer>> parts = numbers(1_000, 4).randomSplit(new double[] {1, 2, 3.5, 0, 0.1}, seed);

            List<Integer> all = new ArrayList<>();
            parts.forEach(part -> all.addAll(part.collect()));

            assertThat(parts).hasSize(5);
            assertThat(all).hasSize(1_000).doesNotHaveDuplicates();
            assertThat(parts.get(3).count()).isZero();
        }

        @Test
        void hasPartsAboutAsLargeAsTheirWeights() {
            List<RDD<Integer>> parts = numbers(10_000, 4).randomSplit(new double[] {0.6, 0.2, 0.2}, 11);

            assertThat(parts.get(0).count()).isBetween(5_800L, 6_200L);
            assertThat(parts.get(1).count()).isBetween(1_850L, 2_150L);
        }

        @Test
        void isTheSameInEveryRun() {
            double[] halves = {1, 1};
            RDD<Integer> all = numbers(100, 4);

            assertThat(all.randomSplit(halves).get(0).collect())
                    .isEqualTo(all.randomSplit(halves).get(0).collect());
        }

        @Test
        void ofPairsIsOfPairs() {
            PairRDD<Integer, Integer> placed = numbers(50, 3).keyBy(x -> x).partitionBy(new HashPartitioner(4));

            RDD<Pair<Integer, Integer>> part =
                    placed.randomSplit(new double[] {1}, 1).get(0);

            assertThat(part).isInstanceOf(PairRDD.class);
            assertThat(part.partitioner()).contains(new HashPartitioner(4));
            assertThat(part.collect()).isEqualTo(placed.collect());
        }

        @Test
        void ofBadWeightsIsRefusedAtTheCall() {
            for (double[] weights : new double[][] {{}, {0, 0}, {1, -1}, {Double.NaN}, {Double.POSITIVE_INFINITY, 1}}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> numbers(3, 1).randomSplit(weights, 1))
                        .withMessageContaining("weights must")
                        .withMessageContaining(Arrays.toString(weights));
            }
        }
    }

    @Nested
    class ByKey {

        private final Map<String, Double> fractions = new HashMap<>(Map.of("a", 0.1, "b", 0.5, "c", 0.0, "d", 1.0));

        /** A thousand of each. */
        private PairRDD<String, Integer> pairs() {
            return numbers(4_000, 6).mapToPair(x -> Pair.of("abcd".substring(x % 4, x % 4 + 1), x));
        }

        private Map<String, Integer> countsOf(PairRDD<String, Integer> sample) {
            return sample.mapValues(x -> 1).reduceByKey(Integer::sum).collectAsMap();
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void drawsAboutTheFractionOfEachKey(boolean withReplacement) {
            Map<String, Integer> counts = countsOf(pairs().sampleByKey(withReplacement, fractions, 5));

            assertThat(counts).doesNotContainKey("c");
            assertThat(counts.get("a")).isBetween(60, 140);
            assertThat(counts.get("b")).isBetween(400, 600);
            assertThat(counts.get("d")).isBetween(850, 1_150);
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void drawsExactlyTheFractionOfEachKeyRoundedUp(boolean withReplacement) {
            fractions.put("a", 0.1234);
            PairRDD<String, Integer> sample = pairs().sampleByKeyExact(withReplacement, fractions, 5);

            assertThat(countsOf(sample)).isEqualTo(Map.of("a", 124, "b", 500, "d", 1_000));
            assertThat(sample.filter(pair ->
                                    !pair.key().equals("abcd".substring(pair.value() % 4, pair.value() % 4 + 1)))
                            .count())
                    .isZero();
            long distinct = sample.values().distinct(2).count();
            assertThat(distinct == 1_624).isEqualTo(!withReplacement);
        }

        @Test
        void exactlyWithReplacementMayDrawMoreThanThereAre() {
            PairRDD<String, Integer> sample =
                    pairs().sampleByKeyExact(true, Map.of("a", 3.0, "b", 0.0, "c", 0.0, "d", 0.0), 5);

            assertThat(sample.count()).isEqualTo(3_000);
            assertThat(sample.values().distinct(2).count()).isBetween(900L, 990L); // 1 - exp(-3) of a thousand
        }

        @Test
        void exactlyIsFairToEveryPlace() {
            PairRDD<Integer, Integer> groups = numbers(20_000, 4).mapToPair(x -> Pair.of(x / 10, x % 10));
            Map<Integer, Double> third = new HashMap<>();
            IntStream.range(0, 2_000).forEach(key -> third.put(key, 0.3));

            Map<Integer, Integer> places = groups.sampleByKeyExact(false, third, 8)
                    .mapToPair(pair -> Pair.of(pair.value(), 1))
                    .reduceByKey(Integer::sum)
                    .collectAsMap();

            assertThat(places).hasSize(10);
            assertThat(places.values()).allSatisfy(count -> assertThat(count).isBetween(500, 700));
        }

        @Test
        void isTheSameInEveryRun() {
            List<Pair<String, Integer>> loose =
                    pairs().sampleByKey(false, fractions, 5).collect();
            List<Pair<String, Integer>> exact =
                    pairs().sampleByKeyExact(false, fractions, 5).collect();

            assertThat(pairs().sampleByKey(false, fractions, 5).collect()).isEqualTo(loose);
            assertThat(pairs().sampleByKeyExact(false, fractions, 5).collect()).isEqualTo(exact);
            try (EngineContext cluster = Engines.open("local-cluster[2,1,64]")) {
                PairRDD<String, Integer> there = cluster.parallelizePairs(pairs().collect(), 6);
                assertThat(there.sampleByKey(false, fractions, 5).collect()).isEqualTo(loose);
                assertThat(there.sampleByKeyExact(false, fractions, 5).collect())
                        .isEqualTo(exact);
            }
        }

        @Test
        void keepsThePartitionerWhereThereIsOne() {
            PairRDD<String, Integer> placed = pairs().partitionBy(new HashPartitioner(3));

            assertThat(placed.sampleByKey(false, fractions, 1).partitioner()).contains(new HashPartitioner(3));
            PairRDD<String, Integer> exact = placed.sampleByKeyExact(false, fractions, 1);
            assertThat(exact.partitioner()).contains(new HashPartitioner(3));
            assertThat(Engines.shufflesOf(exact)).isEqualTo(1);
        }

        @Test
        void takesNullAsAKeyLikeAnyOther() {
            Map<String, Double> all = new HashMap<>();
            all.put(null, 1.0);
            PairRDD<String, Integer> nulls = engine.parallelizePairs(List.of(Pair.of(null, 1), Pair.of(null, 2)), 2);

            assertThat(nulls.sampleByKey(false, all, 1).count()).isEqualTo(2);
            assertThat(nulls.sampleByKeyExact(false, all, 1).count()).isEqualTo(2);
        }

        @Test
        void withoutAFractionForAKeyFailsTheJobAndNamesIt() {
            fractions.remove("d");

            for (PairRDD<String, Integer> sample :
                    List.of(pairs().sampleByKey(false, fractions, 1), pairs().sampleByKeyExact(false, fractions, 1))) {
                assertThatThrownBy(sample::count)
                        .isInstanceOf(JobFailedException.class)
                        .hasMessageContaining("SamplingTest.java")
                        .hasMessageContaining("no fraction for the key d")
                        .hasCauseInstanceOf(NoSuchElementException.class);
            }
        }

        @Test
        void withABadFractionIsRefusedAtTheCall() {
            fractions.put("d", -1.0);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pairs().sampleByKey(true, fractions, 1))
                    .withMessageContaining("the fraction of key d must be from 0 to");
            assertThatIllegalArgumentException().isThrownBy(() -> pairs().sampleByKeyExact(true, fractions, 1));
            fractions.put("d", null);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> pairs().sampleByKey(true, fractions, 1))
                    .withMessageContaining("the fraction of key d must not be null (sampleByKey at SamplingTest.java");
        }

        @Test
        void doesNotSeeLaterChangesOfTheFractions() {
            PairRDD<String, Integer> sample = pairs().sampleByKey(false, fractions, 1);
            fractions.clear();

            assertThat(sample.count()).isPositive();
        }
    }
}

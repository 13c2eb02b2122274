package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.favilla.stats.Histogram;
import dev.favilla.stats.StatCounter;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@InEveryMode
class DoubleRddTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private DoubleRDD numbers(Double... numbers) {
        return DoubleRDD.of(engine.parallelize(Arrays.asList(numbers), 3));
    }

    @Nested
    class Statistics {

        @Test
        void ofNothingAreThoseOfNoNumbers() {
            DoubleRDD nothing = numbers();

            assertThat(nothing.sum()).isEqualTo(0.0);
            assertThat(nothing.mean()).isEqualTo(0.0);
            assertThat(nothing.stats()).hasToString("(count: 0, mean: 0.0, stdev: NaN, max: -Infinity, min: Infinity)");
            assertThat(nothing.sampleVariance()).isNaN();
            assertThatThrownBy(nothing::min)
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("empty collection: min");
            assertThatThrownBy(nothing::max).isInstanceOf(UnsupportedOperationException.class);
        }

        @Test
        void distinguishThePopulationFromASample() {
            DoubleRDD numbers = numbers(1.0, 2.0, 3.0, 4.0);

            assertThat(numbers.variance()).isEqualTo(1.25);
            assertThat(numbers.popVariance()).isEqualTo(1.25);
            assertThat(numbers.sampleVariance()).isEqualTo(5.0 / 3);
            assertThat(numbers.stdev()).isEqualTo(Math.sqrt(1.25));
            assertThat(numbers.popStdev()).isEqualTo(Math.sqrt(1.25));
            assertThat(numbers.sampleStdev()).isEqualTo(Math.sqrt(5.0 / 3));
            assertThat(numbers.min()).isEqualTo(1);
            assertThat(numbers.max()).isEqualTo(4);
            assertThat(numbers.sum()).isEqualTo(10);
        }

        @Test
        void areNotLedAstrayByEmptyPartitions() {
            DoubleRDD some =
                    engine.range(0, 100, 1, 10).mapToDouble(x -> (double) x).filter(x -> x >= 40 && x < 50 || x >= 80);

            assertThat(some.stats().count()).isEqualTo(30);
            assertThat(some.mean()).isEqualTo(some.sum() / 30, within(1e-9));
            assertThat(some.min()).isEqualTo(40);
        }

        @Test
        void areTheSameBitsHoweverOftenTheyAreComputed(TestSeed seed) {
            SplittableRandom random = seed.split("numbers");
            List<Double> values = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                values.add(random.nextDouble(-1e6, 1e6));
            }
            DoubleRDD numbers = DoubleRDD.of(engine.parallelize(values, 7));

            assertThat(numbers.sum()).isEqualTo(numbers.sum());
            assertThat(numbers.variance()).isEqualTo(numbers.variance());
        }

        @Test
        void refuseNullsByName() {
            assertThatThrownBy(() -> numbers(1.0, null).sum())
                    .isInstanceOf(JobFailedException.class)
                    .hasRootCauseInstanceOf(NullPointerException.class)
                    .hasStackTraceContaining("null in the place of a number");
        }

        @Test
        void ofFarNumbersStayExact() {
            StatCounter stats = numbers(1e9 + 4, 1e9 + 7, 1e9 + 13, 1e9 + 16).stats();

            assertThat(stats.sampleVariance()).isEqualTo(30.0);
        }
    }

    @Nested
    class Histograms {

        @Test
        void takeTheLowerEdgeAndTheLastBoth() {
            DoubleRDD numbers = numbers(-0.01, 0.0, 1.0, 2.0, 3.0, 4.0, 199.0, 200.0, 200.1, 201.0, Double.NaN);

            assertThat(numbers.histogram(0.0, 5.0, 11.0, 12.0, 200.0)).containsExactly(5, 0, 0, 2);
        }

        @Test
        void ofNothingAreAllZero() {
            assertThat(numbers().histogram(0.0, 10.0)).containsExactly(0);
        }

        @Test
        void needTwoAscendingEdges() {
            assertThatIllegalArgumentException().isThrownBy(() -> numbers().histogram(new double[] {1}));
            assertThatIllegalArgumentException().isThrownBy(() -> numbers().histogram(new double[0]));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> numbers().histogram(2, 1))
                    .withMessageContaining("2.0 before 1.0");
            assertThatIllegalArgumentException().isThrownBy(() -> numbers().histogram(1, Double.NaN));
            assertThatIllegalArgumentException().isThrownBy(() -> numbers().histogram(0));
        }

        @Test
        void spanTheRangeEvenlyWithExactEnds() {
            Histogram histogram =
                    engine.range(1, 101, 1, 4).mapToDouble(x -> (double) x).histogram(3);

            assertThat(histogram).isEqualTo(new Histogram(new double[] {1, 34, 67, 100}, new long[] {33, 33, 34}));
        }

        @Test
        void ofOneValueHaveOneBucket() {
            assertThat(numbers(7.0, 7.0).histogram(10)).isEqualTo(new Histogram(new double[] {7, 7}, new long[] {2}));
        }

        @Test
        void ofWhatHasNoRangeAreRefused() {
            assertThatThrownBy(() -> numbers().histogram(3)).isInstanceOf(UnsupportedOperationException.class);
            assertThatThrownBy(() -> numbers(1.0, Double.NaN).histogram(3))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("finite");
            assertThatThrownBy(() -> numbers(1.0, Double.POSITIVE_INFINITY).histogram(3))
                    .isInstanceOf(UnsupportedOperationException.class);
        }

        @Test
        void canBeWiderThanADouble() {
            Histogram histogram =
                    numbers(-Double.MAX_VALUE, 0.0, Double.MAX_VALUE).histogram(2);

            assertThat(histogram.counts()).containsExactly(1, 2);
        }
    }

    @Nested
    class StaysADatasetOfNumbers {

        @Test
        void throughWhatRddsHave() {
            DoubleRDD numbers = numbers(1.0, 2.0, 2.0);

            double sum = numbers.setName("n")
                    .cache()
                    .filter(x -> x > 1)
                    .union(numbers)
                    .distinct()
                    .distinct(2)
                    .unpersist()
                    .sum();

            assertThat(sum).isEqualTo(3);
            assertThat(engine.parallelize(List.of("a b", "c"))
                            .flatMapToDouble(line ->
                                    Arrays.stream(line.split(" ")).map(w -> 1.0).toList())
                            .sum())
                    .isEqualTo(3);
        }
    }

    @Nested
    class DistinctCounts {

        @Test
        void areWithinTheirError() {
            RDD<Long> numbers = engine.range(0, 100_000, 1, 6).map(x -> x % 20_000);

            assertThat(numbers.countApproxDistinct(0.01)).isCloseTo(20_000, within(800L));
            assertThat(numbers.map(x -> "text " + x).countApproxDistinct(0.01)).isCloseTo(20_000, within(800L));
            assertThat(numbers.map(x -> Pair.of(x, "p")).countApproxDistinct(0.01))
                    .isCloseTo(20_000, within(800L));
        }

        @Test
        void ofFewAreExact() {
            assertThat(engine.parallelize(List.of(1, 1, 2, 3)).countApproxDistinct(0.05))
                    .isEqualTo(3);
            assertThat(engine.parallelize(List.<String>of()).countApproxDistinct(0.05))
                    .isZero();
        }

        @Test
        void refuseAnErrorTooSmallToReach() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.range(0, 1).countApproxDistinct(0.00001))
                    .withMessageContaining("0.000017");
        }
    }
}

package dev.favilla.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.TestSeed;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What is made of part of the partitions. */
class EstimatesTest {

    private static final double INFINITY = Double.POSITIVE_INFINITY;

    private static Estimates.Seen seen(int partitions, int of) {
        return new Estimates.Seen(partitions, of);
    }

    private static Offset<Double> a(double little) {
        return Offset.offset(little);
    }

    @Nested
    class OfACount {

        @Test
        void nothingSeenIsNothingWithoutAnUpperBound() {
            assertThat(Estimates.count(0, seen(0, 10), 0.95)).isEqualTo(new BoundedDouble(0, 0, 0, INFINITY));
            assertThat(Estimates.count(0, seen(3, 10), 0.95)).isEqualTo(new BoundedDouble(0, 0, 0, INFINITY));
        }

        @Test
        void boundsComeCloserAsMoreIsSeen() {
            assertThat(Estimates.count(1, seen(1, 10), 0.95)).isEqualTo(new BoundedDouble(10, 0.95, 1, 36));
            assertThat(Estimates.count(4, seen(2, 10), 0.95)).isEqualTo(new BoundedDouble(20, 0.95, 7, 41));
            assertThat(Estimates.count(12, seen(3, 10), 0.95)).satisfies(estimate -> {
                assertThat(estimate.mean()).isCloseTo(40, a(1e-9));
                assertThat(estimate.low()).isEqualTo(24);
                assertThat(estimate.high()).isEqualTo(61);
            });
            assertThat(Estimates.count(82, seen(10, 10), 0.95)).isEqualTo(new BoundedDouble(82, 1, 82, 82));
        }

        @Test
        void manyRecordsHaveBoundsLikeFewOnes() {
            BoundedDouble few = Estimates.count(10_000, seen(1, 2), 0.95);
            BoundedDouble many = Estimates.count(10_001, seen(1, 2), 0.95);

            assertThat(few).isEqualTo(new BoundedDouble(20_000, 0.95, 19_724, 20_279));
            assertThat(many.mean()).isEqualTo(20_002);
            assertThat(many.low()).isBetween(19_724.0, 20_000.0);
            assertThat(many.high()).isBetween(20_002.0, 20_281.0);
            assertThat(Estimates.count(1L << 40, seen(1, 2), 0.95).mean()).isEqualTo(0x1p41);
        }

        @Test
        void certaintyHasNoUpperBound() {
            assertThat(Estimates.count(4, seen(1, 2), 1)).isEqualTo(new BoundedDouble(8, 1, 4, INFINITY));
            assertThat(Estimates.count(20_000, seen(1, 2), 1))
                    .isEqualTo(new BoundedDouble(40_000, 1, 20_000, INFINITY));
        }

        @Test
        void nothingIsAllOfNoPartitions() {
            assertThat(Estimates.count(0, seen(0, 0), 0.95)).isEqualTo(BoundedDouble.exactly(0));
        }
    }

    @Nested
    class OfAMean {

        @Test
        void fewerThanTwoNumbersHaveNoBounds() {
            assertThat(Estimates.mean(StatCounter.of(), seen(1, 2), 0.95))
                    .isEqualTo(new BoundedDouble(0, 0, -INFINITY, INFINITY));
            assertThat(Estimates.mean(StatCounter.of(19), seen(1, 2), 0.95))
                    .isEqualTo(new BoundedDouble(19, 0.95, -INFINITY, INFINITY));
        }

        @Test
        void fewNumbersHaveBoundsByStudent() {
            BoundedDouble mean = Estimates.mean(StatCounter.of(1, 2, 3), seen(1, 2), 0.95);

            assertThat(mean.mean()).isEqualTo(2);
            assertThat(mean.low()).isCloseTo(2 - 4.302652729749462 / Math.sqrt(3), a(1e-8));
            assertThat(mean.high()).isCloseTo(2 + 4.302652729749462 / Math.sqrt(3), a(1e-8));
        }

        @Test
        void manyNumbersHaveNormalBounds() {
            StatCounter numbers = StatCounter.of(
                    DoubleStream.iterate(0, x -> 1 - x).limit(102).toArray());

            BoundedDouble mean = Estimates.mean(numbers, seen(1, 2), 0.95);

            double deviation = Math.sqrt(0.25 * 102 / 101 / 102);
            assertThat(mean.high() - mean.mean()).isCloseTo(1.959963984540054 * deviation, a(1e-8));
            assertThat(mean.mean() - mean.low()).isCloseTo(1.959963984540054 * deviation, a(1e-8));
        }

        @Test
        void equalNumbersAreTheirMeanHoweverSureOneWantsToBe() {
            assertThat(Estimates.mean(StatCounter.of(7, 7, 7), seen(1, 2), 1)).isEqualTo(new BoundedDouble(7, 1, 7, 7));
        }

        @Test
        void allNumbersAreExact() {
            assertThat(Estimates.mean(StatCounter.of(1, 2), seen(4, 4), 0.5)).isEqualTo(BoundedDouble.exactly(1.5));
        }
    }

    @Nested
    class OfASum {

        @Test
        void nothingSeenIsNothingWithoutBounds() {
            assertThat(Estimates.sum(0, StatCounter.of(), seen(1, 10), 0.95))
                    .isEqualTo(new BoundedDouble(0, 0, -INFINITY, INFINITY));
        }

        @Test
        void oneNumberIsScaledUpWithoutBounds() {
            BoundedDouble sum = Estimates.sum(60, StatCounter.of(60), seen(1, 10), 0.95);

            assertThat(sum.mean()).isCloseTo(600, a(1e-9));
            assertThat(sum.confidence()).isEqualTo(0.95);
            assertThat(sum.low()).isEqualTo(-INFINITY);
            assertThat(sum.high()).isEqualTo(INFINITY);
        }

        @Test
        void boundsLieAroundTheEstimate() {
            StatCounter numbers = StatCounter.of(1, 3, 8);

            BoundedDouble sum = Estimates.sum(12, numbers, seen(3, 10), 0.95);

            assertThat(sum.mean()).isCloseTo(40, a(1e-9));
            double count = 7;
            double meanVariance = numbers.sampleVariance() / 3;
            double countVariance = 3 * 0.7 / 0.09;
            double variance = 16 * countVariance + count * count * meanVariance + meanVariance * countVariance;
            assertThat(sum.high() - sum.mean()).isCloseTo(4.302652729749462 * Math.sqrt(variance), a(1e-6));
            assertThat(sum.mean() - sum.low()).isCloseTo(4.302652729749462 * Math.sqrt(variance), a(1e-6));
        }

        @Test
        void whatIsNoNumberHasNoBounds() {
            BoundedDouble sum = Estimates.sum(Double.NaN, StatCounter.of(1, Double.NaN), seen(1, 2), 0.95);

            assertThat(sum.mean()).isNaN();
            assertThat(sum.low()).isEqualTo(-INFINITY);
            assertThat(sum.high()).isEqualTo(INFINITY);
        }
    }

    /** The share of random worlds whose truth lies within the bounds is about what was asked for. */
    @Test
    void boundsHoldAsOftenAsTheConfidenceSays(TestSeed seed) {
        SplittableRandom random = seed.split("worlds");
        int worlds = 2_000;
        int counts = 0;
        int sums = 0;
        for (int i = 0; i < worlds; i++) {
            int records = 400;
            StatCounter some = new StatCounter();
            double sum = 0;
            double all = 0;
            for (int record = 0; record < records; record++) {
                double number = random.nextDouble(10, 20);
                all += number;
                if (random.nextInt(4) == 0) {
                    some.merge(number);
                    sum += number;
                }
            }
            counts += holds(Estimates.count(some.count(), seen(1, 4), 0.9), records);
            sums += holds(Estimates.sum(sum, some, seen(1, 4), 0.9), all);
        }

        assertThat((double) counts / worlds).isBetween(0.87, 0.94);
        assertThat((double) sums / worlds).isBetween(0.87, 0.94);
    }

    private static int holds(BoundedDouble estimate, double truth) {
        return estimate.low() <= truth && truth <= estimate.high() ? 1 : 0;
    }
}

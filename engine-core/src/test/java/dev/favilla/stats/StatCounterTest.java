package dev.favilla.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.favilla.testing.TestSeed;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class StatCounterTest {

    @Test
    void mergedPartsAreTheWhole(TestSeed seed) {
        SplittableRandom random = seed.split("numbers");
        double[] numbers = random.doubles(10_000, -1000, 5000).toArray();
        StatCounter whole = StatCounter.of(numbers);
        StatCounter merged = new StatCounter();
        for (int from = 0; from < numbers.length; ) {
            int to = Math.min(numbers.length, from + random.nextInt(1, 3000));
            StatCounter part = new StatCounter();
            for (int i = from; i < to; i++) {
                part.merge(numbers[i]);
            }
            merged.merge(part);
            from = to;
        }

        assertThat(merged.count()).isEqualTo(whole.count());
        assertThat(merged.mean()).isCloseTo(whole.mean(), within(1e-9));
        assertThat(merged.popVariance()).isCloseTo(whole.popVariance(), within(1e-3));
        assertThat(merged.min()).isEqualTo(whole.min());
        assertThat(merged.max()).isEqualTo(whole.max());
    }

    @Test
    void mergingWithItselfCountsTwice() {
        StatCounter counter = StatCounter.of(1, 2, 3);

        counter.merge(counter);

        assertThat(counter.count()).isEqualTo(6);
        assertThat(counter.mean()).isEqualTo(2);
        assertThat(counter.popVariance()).isCloseTo(2.0 / 3, within(1e-12));
    }

    @Test
    void aCopyIsItsOwn() {
        StatCounter counter = StatCounter.of(1);
        StatCounter copy = counter.copy();

        counter.merge(5);

        assertThat(copy.count()).isEqualTo(1);
        assertThat(copy).hasToString("(count: 1, mean: 1.0, stdev: 0.0, max: 1.0, min: 1.0)");
    }

    @Test
    void oneNumberHasNoSampleVariance() {
        StatCounter counter = StatCounter.of(4);

        assertThat(counter.sampleVariance()).isNaN();
        assertThat(counter.sampleStdev()).isNaN();
        assertThat(counter.variance()).isZero();
        assertThat(counter.sum()).isEqualTo(4);
    }

    @Test
    void nothingAddsNothing() {
        assertThat(StatCounter.of(1, 2).merge(new StatCounter()).count()).isEqualTo(2);
        assertThat(new StatCounter().merge(StatCounter.of(1, 2)).mean()).isEqualTo(1.5);
    }
}

package dev.favilla.stats;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.testing.TestSeed;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

class HyperLogLogTest {

    @Test
    void errorsSpreadAsThePrecisionSays(TestSeed seed) {
        SplittableRandom random = seed.split("values");
        int precision = 10;
        for (int distinct : List.of(100, 2_000, 50_000)) {
            double squares = 0;
            int sketches = 60;
            for (int i = 0; i < sketches; i++) {
                long first = random.nextLong();
                HyperLogLog sketch = filled(precision, distinct, x -> first + x);
                double error = (double) sketch.estimate() / distinct - 1;
                squares += error * error;
            }
            assertThat(Math.sqrt(squares / sketches))
                    .as("%d distinct", distinct)
                    .isLessThan(1.4 * 1.04 / 32);
        }
    }

    private static HyperLogLog filled(int precision, int distinct, LongFunction<Object> value) {
        HyperLogLog sketch = new HyperLogLog(precision);
        for (int i = 0; i < distinct; i++) {
            sketch.add(value.apply(i));
        }
        return sketch;
    }

    @Test
    void longsThatDifferInEitherHalfAreTold() {
        HyperLogLog sketch = filled(14, 100_000, x -> (x << 32) | x);

        assertThat((double) sketch.estimate()).isBetween(96_000.0, 104_000.0);
    }

    @Test
    void partsMergeIntoTheWholeInAnyOrder() {
        HyperLogLog whole = filled(12, 30_000, x -> "v" + x);
        HyperLogLog low = filled(12, 20_000, x -> "v" + x);
        HyperLogLog high = filled(12, 20_000, x -> "v" + (x + 10_000));

        assertThat(new HyperLogLog(12).merge(high).merge(low).merge(high).estimate())
                .isEqualTo(whole.estimate());
    }

    @Test
    void repeatedValuesCountOnce() {
        HyperLogLog sketch = filled(8, 10_000, x -> x % 3);

        assertThat(sketch.add(null).add(null).estimate()).isEqualTo(4);
        assertThat(new HyperLogLog(4).estimate()).isZero();
    }

    @Test
    void aPrecisionFollowsFromTheErrorThatIsAskedFor() {
        assertThat(HyperLogLog.precisionFor(0.05)).isEqualTo(9);
        assertThat(HyperLogLog.precisionFor(0.9)).isEqualTo(4);
        assertThatIllegalArgumentException().isThrownBy(() -> HyperLogLog.precisionFor(Double.NaN));
        assertThatIllegalArgumentException().isThrownBy(() -> new HyperLogLog(3));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new HyperLogLog(5).merge(new HyperLogLog(6)))
                .withMessageContaining("5 and 6");
    }
}

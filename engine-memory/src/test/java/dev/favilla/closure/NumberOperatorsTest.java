package dev.favilla.closure;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.TestSeed;
import dev.favilla.value.Primitive;
import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.function.BinaryOperator;
import java.util.function.LongBinaryOperator;
import org.junit.jupiter.api.Test;

class NumberOperatorsTest {

    private interface Merge<T> extends BinaryOperator<T>, Serializable {}

    private static final List<Merge<Long>> OF_LONGS =
            List.of(Long::sum, Long::max, Long::min, (Merge<Long>) Math::max, (Merge<Long>) Math::min);

    private static final List<Merge<Integer>> OF_INTS =
            List.of(Integer::sum, Integer::max, Integer::min, (Merge<Integer>) Math::max, (Merge<Integer>) Math::min);

    @Test
    void doToBitsWhatTheReferenceDoesToNumbers(TestSeed seed) {
        SplittableRandom random = seed.random();
        for (int i = 0; i < 1000; i++) {
            long a = random.nextLong() >> random.nextInt(64);
            long b = random.nextLong() >> random.nextInt(64);
            OF_LONGS.forEach(merge -> assertSame(merge, Primitive.LONG, a, b));
            OF_INTS.forEach(merge -> assertSame(merge, Primitive.INT, (int) a, (int) b));
            assertSame((Merge<Double>) Double::sum, Primitive.DOUBLE, Double.longBitsToDouble(a), (double) b);
        }
        assertSame((Merge<Double>) Double::sum, Primitive.DOUBLE, -0.0, -0.0);
        assertSame((Merge<Double>) Double::sum, Primitive.DOUBLE, Double.NaN, 1.0);
        assertSame((Merge<Integer>) Integer::sum, Primitive.INT, Integer.MAX_VALUE, 1);
    }

    private static <T> void assertSame(Merge<T> merge, Primitive kind, T a, T b) {
        LongBinaryOperator operator = Objects.requireNonNull(NumberOperators.of(merge, kind));
        T expected = merge.apply(a, b);

        assertThat(operator.applyAsLong(kind.bits(a), kind.bits(b))).isEqualTo(kind.bits(expected));
    }

    @Test
    void knowNothingOfLambdasNorOfReferencesForOtherNumbers() {
        long captured = System.identityHashCode(this);

        assertThat(NumberOperators.of((Merge<Long>) (a, b) -> a + b, Primitive.LONG))
                .isNull();
        assertThat(NumberOperators.of((Merge<Long>) (a, b) -> a + captured, Primitive.LONG))
                .isNull();
        assertThat(NumberOperators.of((Merge<Long>) Long::sum, Primitive.INT)).isNull();
        assertThat(NumberOperators.of((Merge<Long>) Math::addExact, Primitive.LONG))
                .isNull();
        assertThat(NumberOperators.of((BinaryOperator<Long>) Long::sum, Primitive.LONG))
                .isNull();
        assertThat(NumberOperators.of("text", Primitive.LONG)).isNull();
    }
}

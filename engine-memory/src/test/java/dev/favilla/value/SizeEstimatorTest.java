package dev.favilla.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class SizeEstimatorTest {

    private final SizeEstimator estimator = new SizeEstimator();

    record Pair(Object first, Object second) {}

    record Mixed(byte a, long b, int c, String d, TimeUnit e) {}

    private static final class Node {
        Node next;
        int value;
    }

    @Test
    void boxedValuesStringsAndPrimitiveArraysAreExact() {
        Map<Object, Long> sizes =
                Map.of(1, 16L, 1L, 24L, 1.0, 24L, 'c', 16L, "", 40L, "12345678", 48L, "123456789", 56L, "☃☃☃☃☃", 56L);
        sizes.forEach((value, bytes) ->
                assertThat(estimator.estimate(value)).as("%s", value).isEqualTo(bytes));
        assertThat(estimator.estimate(new int[3])).isEqualTo(32);
        assertThat(estimator.estimate(new byte[1000])).isEqualTo(1016);
        assertThat(estimator.estimate(new long[0])).isEqualTo(16);
        assertThat(estimator.estimate(new UUID(1, 2))).isEqualTo(32);
    }

    @Test
    void recordsAndArraysOfThemAreExact() {
        assertThat(estimator.estimate(new Pair(1, 2L))).isEqualTo(24 + 16 + 24);
        assertThat(estimator.estimate(new Pair(null, null))).isEqualTo(24);
        assertThat(estimator.estimate(new Mixed((byte) 1, 2, 3, "", TimeUnit.DAYS)))
                .isEqualTo(40 + 40);
        assertThat(estimator.estimate(new Object[] {1, null, "", new Pair(1, 1)}))
                .isEqualTo(32 + 16 + 40 + 56);
        assertThat(estimator.estimate(new int[][] {{1}, {2}})).isEqualTo(24 + 24 + 24);
    }

    @Test
    void whatIsThereAnywayIsFree() {
        assertThat(estimator.estimate(null)).isZero();
        assertThat(estimator.estimate(TimeUnit.DAYS)).isZero();
        assertThat(estimator.estimate(String.class)).isZero();
    }

    @Test
    void collectionsCountTheirElementsAndAreNotUnderestimated() {
        List<Long> list = new ArrayList<>();
        for (long i = 0; i < 1000; i++) {
            list.add(i + 1000);
        }

        assertThat(estimator.estimate(list)).isBetween(24 + 16 + 4000 + 24_000L, 33_000L);
        assertThat(estimator.estimate(Map.of("key", 5L))).isBetween(100L, 200L);
    }

    @Test
    void aLongArrayOfDifferentSizesIsSampledAlongItsWholeLength() {
        Object[] array = new Object[10_000];
        for (int i = 0; i < array.length; i++) {
            array[i] = new byte[i / 10];
        }
        long exact = 16 + 40_000;
        for (Object element : array) {
            exact += estimator.estimate(element);
        }

        assertThat(estimator.estimate(array)).isCloseTo(exact, Percentage.withPercentage(2));
    }

    @Test
    void cyclesAndLongChainsEnd() {
        Node node = new Node();
        node.next = node;
        assertThat(estimator.estimate(node)).isPositive();

        Node chain = null;
        for (int i = 0; i < 1_000_000; i++) {
            Node next = new Node();
            next.next = chain;
            chain = next;
        }
        assertThat(estimator.estimate(chain)).isPositive();
    }

    @Nested
    class Sampling {

        private final SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();

        @Test
        void ofAFewRecordsIsExact() {
            for (int i = 0; i < 16; i++) {
                sampler.add(new byte[i * 100]);
            }

            long exact = 0;
            for (int i = 0; i < 16; i++) {
                exact += estimator.estimate(new byte[i * 100]);
            }
            assertThat(sampler.bytes()).isEqualTo(exact);
        }

        @Test
        void staysWithinSevenPercentWhenSizesDriftOrRepeat(TestSeed seed) {
            SplittableRandom random = seed.random();
            long exact = 0;
            for (int i = 0; i < 200_000; i++) {
                // Grows with time, and repeats with the period that samples are taken with.
                byte[] record = new byte[i / 2000 + (i % 64) + random.nextInt(50)];
                sampler.add(record);
                exact += estimator.estimate(record);
            }

            assertThat(sampler.bytes()).isCloseTo(exact, Percentage.withPercentage(7));
        }

        @Test
        void neverMissesARareLargeRecord() {
            for (int i = 0; i < 10_000; i++) {
                sampler.add(i == 5001 ? new byte[10_000_000] : 1);
            }

            assertThat(sampler.bytes()).isCloseTo(10_000_016L + 9_999 * 16, within(100L));
        }
    }
}

package dev.favilla.shuffle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.favilla.testing.TestSeed;
import java.util.SplittableRandom;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class BlockSizesTest {

    @Test
    void estimatesStayWithinElevenPercent(TestSeed seed) {
        SplittableRandom random = seed.random();
        for (int i = 0; i < 10_000; i++) {
            long bytes = random.nextLong(16, 1L << random.nextInt(5, 35));

            BlockSizes sizes = BlockSizes.of(new long[] {bytes});

            assertThat(sizes.estimate(0)).isCloseTo(bytes, Percentage.withPercentage(11));
        }
    }

    @Test
    void whatIsNotEmptyNeverReportsZero() {
        BlockSizes sizes = BlockSizes.of(new long[] {0, 1, 2, 3, Long.MAX_VALUE / 2});

        assertThat(sizes.isEmpty(0)).isTrue();
        assertThat(sizes.estimate(0)).isZero();
        for (int reducer = 1; reducer < 5; reducer++) {
            assertThat(sizes.isEmpty(reducer)).isFalse();
            assertThat(sizes.estimate(reducer)).isPositive();
        }
    }

    @Test
    void theSumIsExact() {
        assertThat(BlockSizes.of(new long[] {1001, 0, 77}).totalBytes()).isCloseTo(1078, within(0L));
    }
}

package dev.favilla.testing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class TestSeedTest {

    private final TestSeed seed = TestSeed.of(42);

    @Test
    void startsEachGeneratorAtTheSeed() {
        assertThat(firstOf(seed.random()))
                .isEqualTo(firstOf(seed.random()))
                .isEqualTo(firstOf(new SplittableRandom(42)));
    }

    @Test
    void givesEachPurposeASequenceOfItsOwn() {
        assertThat(firstOf(seed.split("faults")))
                .isEqualTo(firstOf(seed.split("faults")))
                .isNotEqualTo(firstOf(seed.split("data")))
                .isNotEqualTo(firstOf(seed.random()));
    }

    @Test
    void givesOtherSeedsOtherSequencesForOnePurpose() {
        assertThat(firstOf(seed.split("data")))
                .isNotEqualTo(firstOf(TestSeed.of(43).split("data")));
    }

    @Test
    void derivesTheSameValueFromANameOnEveryJvm() {
        assertThat(TestSeed.named("one").value())
                .isEqualTo(TestSeed.named("one").value());
        assertThat(TestSeed.named("one").value())
                .isNotEqualTo(TestSeed.named("two").value());
    }

    private static long firstOf(SplittableRandom random) {
        return random.nextLong();
    }
}

package dev.favilla.testing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TestSeedExtensionTest {

    private TestSeed before = TestSeed.of(0);

    @BeforeEach
    void remember(TestSeed seed) {
        before = seed;
    }

    @Test
    void givesATestAndWhatRunsBeforeItTheSameSeed(TestSeed seed) {
        assertThat(seed).isSameAs(before);
    }

    @Test
    void derivesTheSeedFromTheTestUnlessToldOtherwise(TestSeed seed) {
        String id = "[engine:junit-jupiter]/[class:" + getClass().getName() + "]"
                + "/[method:derivesTheSeedFromTheTestUnlessToldOtherwise(dev.favilla.testing.TestSeed)]";
        Long told = Long.getLong("favilla.seed");

        assertThat(seed.value()).isEqualTo(told == null ? TestSeed.named(id).value() : told);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2})
    void servesTestsThatHaveOtherParametersToo(int parameter, TestSeed seed) {
        assertThat(parameter).isPositive();
        assertThat(seed).isSameAs(before);
    }

    @Test
    void saysWhatIsWrongWithASeed() {
        assertThatThrownBy(() -> TestSeedExtension.parse("twelve"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("favilla.seed must be a whole number of 64 bits, got \"twelve\"");
    }

    @Nested
    class ReplayLine {

        @Test
        void namesModuleNestedClassMethodAndSeed() {
            assertThat(TestSeedExtension.replayLine("engine-shuffle", getClass(), "x", TestSeed.of(-7)))
                    .isEqualTo("Replay: ./mvnw -pl engine-shuffle -am test"
                            + " -Dtest='TestSeedExtensionTest$ReplayLine#x'"
                            + " -Dsurefire.failIfNoSpecifiedTests=false -Dfavilla.seed=-7");
        }

        @Test
        void isPrintedOnceForATestThatTookASeedAndFailed() {
            assertThat(printedBy(FailsWithSeed.class).lines().filter(line -> line.startsWith("Replay: ")))
                    .singleElement()
                    .asString()
                    .contains("-pl engine-test-support", "TestSeedExtensionTest$FailsWithSeed#fails'");
        }

        @Test
        void isSparedWhereNothingIsToReplay() {
            assertThat(printedBy(PassesWithSeed.class) + printedBy(FailsWithoutSeed.class))
                    .doesNotContain("Replay: ");
        }
    }

    private static String printedBy(Class<?> testClass) {
        PrintStream original = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            Fixtures.run(testClass);
        } finally {
            System.setErr(original);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    static class FailsWithSeed {
        @Test
        void fails(TestSeed seed) {
            throw new AssertionError("on purpose, with " + seed);
        }
    }

    static class PassesWithSeed {
        @Test
        void passes(TestSeed seed) {
            assertThat(seed).isNotNull();
        }
    }

    static class FailsWithoutSeed {
        @Test
        void fails() {
            throw new AssertionError("on purpose");
        }
    }
}

package dev.favilla.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.ForkedJvm;
import dev.favilla.testing.TestSeed;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Estimates of many records are never more than a tenth too low. */
class SizesOfManyRecordsTest {

    private static final double LOWEST = 0.9;

    /** The records here share nothing, so there is no reason to count much too high either. */
    private static final double HIGHEST = 1.35;

    private static void assertNeverLow(int count, IntFunction<Object> records) {
        SizeEstimator estimator = new SizeEstimator();
        SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();
        long exact = 0;
        for (int i = 0; i < count; i++) {
            Object record = records.apply(i);
            exact += estimator.estimate(record);
            sampler.add(record);
            if (i % 100 == 99 || i == count - 1) {
                assertThat((double) sampler.bytes() / exact)
                        .as("after %s records", i + 1)
                        .isBetween(LOWEST, HIGHEST);
            }
        }
    }

    @ParameterizedTest
    @EnumSource(HeldBytes.ShapeOfRecords.class)
    void ofEachShapeAreRightAtAnyTime(HeldBytes.ShapeOfRecords shape, TestSeed seed) {
        SplittableRandom random = seed.random();
        assertNeverLow(Math.min(shape.count(), 20_000), i -> shape.make(random));
    }

    @Test
    void thatChangeTheirKindAreRightAtAnyTime(TestSeed seed) {
        SplittableRandom random = seed.random();
        HeldBytes.ShapeOfRecords[] shapes = HeldBytes.ShapeOfRecords.values();
        assertNeverLow(20_000, i -> shapes[i / 2000 % shapes.length].make(random));
    }

    @Test
    void thatGrowWithTimeAreRightAtAnyTime() {
        assertNeverLow(20_000, i -> new HeldBytes.Line(i, "x".repeat(i / 100), "y".repeat(i % 64)));
    }

    @Test
    void ofWhichOneIsLargeAndLiesWithinAnotherAreRight() {
        assertNeverLow(50_000, i -> new HeldBytes.Line(i, i == 33_333 ? "x".repeat(10_000_000) : "x", "y"));
    }

    @Test
    void thatTurnFromLatinToWideCharactersAreRightAtTheEnd() {
        SizeEstimator estimator = new SizeEstimator();
        SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();
        long exact = 0;
        for (int i = 0; i < 20_000; i++) {
            String text = (i < 10_000 ? "x" : "\u2603").repeat(50 + i % 100);
            exact += estimator.estimate(text);
            sampler.add(text);
        }
        assertThat((double) sampler.bytes() / exact).isBetween(LOWEST, 1.1);
    }

    @Nested
    class ComparedWithWhatTheJvmHolds {

        @Test
        void noShapeIsMoreThanATenthTooLow() throws InterruptedException {
            List<String> lines = runAlone();

            assertThat(lines).hasSize(HeldBytes.ShapeOfRecords.values().length);
            for (String line : lines) {
                String[] fields = line.split(" ");
                double held = Double.parseDouble(fields[1]);
                assertThat(Double.parseDouble(fields[2]) / held)
                        .as("walked: %s", line)
                        .isBetween(LOWEST, HIGHEST);
                assertThat(Double.parseDouble(fields[3]) / held)
                        .as("sampled: %s", line)
                        .isBetween(LOWEST, HIGHEST);
            }
        }

        private List<String> runAlone() throws InterruptedException {
            ForkedJvm.Result result = ForkedJvm.of(HeldBytes.class)
                    .jvmOptions("-XX:+UseSerialGC", "-Xmx256m")
                    .run(Duration.ofSeconds(90));
            assertThat(result.exitCode()).as(result.stderr()).isZero();
            return result.stdout().lines().toList();
        }
    }
}

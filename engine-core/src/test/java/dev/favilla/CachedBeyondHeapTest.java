package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.ForkedJvm;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Datasets of several times the heap, kept at each level in one context of a JVM with little memory. */
class CachedBeyondHeapTest {

    private static final List<String> LEVELS = List.of(
            "MEMORY_ONLY", "MEMORY_ONLY_SER", "MEMORY_AND_DISK", "MEMORY_AND_DISK_SER", "OFF_HEAP", "DISK_ONLY");

    @Test
    void areSummedRightAtEachLevelAsOftenAsAsked() throws InterruptedException {
        ForkedJvm.Result result = ForkedJvm.of(Sums.class)
                .jvmOptions("-Xmx64m", "-XX:+UseSerialGC")
                .run(Duration.ofMinutes(2));

        assertThat(result.stdout() + result.stderr()).isEqualTo(String.join(" ", LEVELS) + " done");
        assertThat(result.exitCode()).isZero();
    }

    /** Keeps 200 MB of records, some 4 million numbers in arrays, at one level after the other. */
    static final class Sums {

        private static final int PARTITIONS = 24;
        private static final int RECORDS = 48_000;
        private static final int NUMBERS = 512;

        private Sums() {}

        private static long[] numbers(long seed) {
            long[] numbers = new long[NUMBERS];
            long next = seed * 0x9e3779b97f4a7c15L;
            for (int i = 0; i < NUMBERS; i++) {
                next ^= next << 13;
                next ^= next >>> 7;
                next ^= next << 17;
                numbers[i] = next;
            }
            return numbers;
        }

        private static long sum(long[] numbers) {
            long sum = 0;
            for (long number : numbers) {
                sum += number;
            }
            return sum;
        }

        public static void main(String[] args) {
            long expected = 0;
            for (int i = 0; i < RECORDS; i++) {
                expected += sum(numbers(i));
            }
            try (EngineContext engine = EngineContext.open("local[2]")) {
                for (String level : LEVELS) {
                    RDD<long[]> kept = engine.range(0, RECORDS, 1, PARTITIONS)
                            .map(Sums::numbers)
                            .persist(StorageLevel.fromString(level));
                    for (int run = 0; run < 3; run++) {
                        long sum = kept.map(Sums::sum).reduce(Long::sum);
                        if (sum != expected) {
                            throw new AssertionError(level + " in run " + run + ": " + sum + ", not " + expected);
                        }
                    }
                    boolean all = kept.toDebugString().contains("CachedPartitions: " + PARTITIONS + ";");
                    if (all != StorageLevel.fromString(level).useDisk()) {
                        throw new AssertionError(level + ": " + kept.toDebugString());
                    }
                    kept.unpersist();
                    if (engine.status().memory().storageBytes() != 0) {
                        throw new AssertionError(level + " leaves " + engine.status());
                    }
                    System.out.print(level + " ");
                }
            }
            System.out.print("done");
        }
    }
}

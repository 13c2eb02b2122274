package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.MetricValues;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.testing.ForkedJvm;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.time.Duration;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Shuffles that are larger than the budget, or the heap. */
@InEveryMode
@Timeout(120)
class LargeShufflesTest {

    private static final String TEXT = "x".repeat(170);

    /** Returns a number for each partition that depends on which records arrive there, and in which order. */
    private static List<Long> moved(EngineContext engine, long records, int maps, int reducers) {
        return engine.range(0, records, 1, maps)
                .mapToPair(x -> Pair.of(x, TEXT + x))
                .partitionBy(new HashPartitioner(reducers))
                .mapPartitions(pairs -> {
                    long hash = 0;
                    while (pairs.hasNext()) {
                        Pair<Long, String> pair = pairs.next();
                        hash = 31 * hash + pair.key() + pair.value().length();
                    }
                    return List.of(hash).iterator();
                })
                .collect();
    }

    /** What {@link #moved} returns: maps come in order, and the records of each in order. */
    private static List<Long> expected(long records, int reducers) {
        HashPartitioner partitioner = new HashPartitioner(reducers);
        long[] hashes = new long[reducers];
        for (long x = 0; x < records; x++) {
            int reducer = partitioner.partition(x);
            hashes[reducer] = 31 * hashes[reducer] + x + (TEXT + x).length();
        }
        return LongStream.of(hashes).boxed().toList();
    }

    @NotIn(value = TestMode.SPARK, because = "reports have no counts of records and bytes there")
    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
    void ofSeveralTimesTheBudgetComeOutRight(String master) {
        try (EngineContext engine = master.startsWith("local-")
                ? Engines.open(master)
                : Engines.builder(master, 32L << 20).open()) {
            assertThat(moved(engine, 900_000, 3, 5)).isEqualTo(expected(900_000, 5));

            MetricValues counted = Engines.lastJob(engine).metrics();
            assertThat(counted.get(Metric.MEMORY_BYTES_SPILLED)).isPositive();
            assertThat(counted.get(Metric.DISK_BYTES_SPILLED)).isPositive();
            Engines.assertUsable(engine);
        }
    }

    @NotIn(
            value = {TestMode.STRICT, TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
            because = "it runs in a JVM of its own, which has no mode")
    @Test
    void ofEightTimesTheHeapComeOutRight() throws InterruptedException {
        ForkedJvm.Result result =
                ForkedJvm.of(SmallHeap.class).jvmOptions("-Xmx64m").run(Duration.ofSeconds(100));

        assertThat(result.stdout()).as(result.stderr()).isEqualTo("right\n");
        assertThat(result.exitCode()).isZero();
    }

    /** Moves records that take about 512 MiB as objects. */
    static final class SmallHeap {

        private static final long RECORDS = 2_000_000;

        public static void main(String[] args) {
            try (EngineContext engine = Engines.open("local[2]")) {
                boolean right = moved(engine, RECORDS, 8, 7).equals(expected(RECORDS, 7))
                        && moved(engine, 1000, 3, 2).equals(expected(1000, 2));
                System.out.print(right ? "right\n" : "wrong\n");
            }
        }
    }

    @NotIn(value = TestMode.SPARK, because = "the fault is put into an executor of our own, of which there is none")
    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
    void whoseOutputsAreLostOrDamagedAreMadeAgain(String master) {
        for (FaultPlan fault : List.of(
                FaultPlan.dropping().stage(1).partition(1).block("shuffle_0_2_"),
                FaultPlan.damaging()
                        .stage(1)
                        .stageAttempt(0)
                        .partition(1)
                        .block("shuffle_0_2_")
                        .always())) {
            EngineContext.Builder builder = TwoSided.withRetries(master).extension(fault);
            try (EngineContext engine = master.startsWith("local-")
                    ? builder.open()
                    : builder.memory(32L << 20).open()) {
                assertThat(moved(engine, 500_000, 4, 3)).isEqualTo(expected(500_000, 3));

                assertThat(fault.fired()).isPositive();
                assertThat(Engines.lastJob(engine).stages().get(0).attempts()).isGreaterThan(4);
                Engines.assertUsable(engine);
            }
        }
    }
}

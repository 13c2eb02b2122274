package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.favilla.scheduler.ResultTooLargeException;
import dev.favilla.testing.ForkedJvm;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.io.IOException;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Actions that bring more to the driver than it should hold. */
@InEveryMode
class LargeResultsTest {

    private static final String LIMIT = "favilla.driver.maxResultSize";

    private static EngineContext open(String master, String limit) {
        return Engines.builder(master).set(LIMIT, limit).open();
    }

    private static ResultTooLargeException tooLarge(EngineContext engine, RDD<?> dataset) {
        JobFailedException failure = catchThrowableOfType(JobFailedException.class, dataset::collect);
        assertThat(failure)
                .hasMessageContainingAll(LIMIT, "so far", "saveAsTextFile", "foreach", "take", "aggregate", "-Xmx");
        Engines.assertUsable(engine);
        return (ResultTooLargeException) Objects.requireNonNull(failure.getCause());
    }

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void areNoticedWhileTheyGrowAndSummedOverAllTasks(String master) {
        try (EngineContext engine = open(master, "1m")) {
            for (int partitions : new int[] {1, 2, 8, 200}) {
                // Not one of these tasks would end in time by itself.
                RDD<String> endless =
                        engine.range(0, Long.MAX_VALUE / 2, 1, partitions).map(x -> "record " + x);

                ResultTooLargeException error = tooLarge(engine, endless);

                assertThat(error.limitBytes()).isEqualTo(1 << 20);
                assertThat(error.resultBytes()).isBetween(1L << 20, 2L << 20);
            }
        }
    }

    @Test
    void areNoticedByTheSizeOfRecordsNotOnlyTheirNumber() {
        try (EngineContext engine = open("local[2]", "8m")) {
            RDD<Long> many = engine.range(0, 1_000_000, 1, 2);
            assertThat(tooLarge(engine, many.map(x -> new byte[1 << 20])).resultBytes())
                    .isLessThan(16 << 20);
            assertThat(tooLarge(engine, many.map(x -> new long[1 << 17])).resultBytes())
                    .isLessThan(16 << 20);
            assertThat(tooLarge(engine, many.map(x -> Pair.of(x, new byte[1 << 20])))
                            .resultBytes())
                    .isLessThan(16 << 20);
            assertThat(tooLarge(
                                    engine,
                                    many.map(x ->
                                            LongStream.range(0, 50_000).boxed().toList()))
                            .resultBytes())
                    .isLessThan(16 << 20);
            assertThat(tooLarge(engine, many.map(x -> x > 100 ? new byte[4 << 20] : new byte[1]))
                            .resultBytes())
                    .as("the first records say nothing of the later ones")
                    .isLessThan(24 << 20);
        }
    }

    @Test
    void areNoticedWhateverTheUsersFunctionsMakeOfIt() {
        try (EngineContext engine = open("local[2]", "64k")) {
            RDD<String> swallowing = engine.range(0, 20_000, 1, 2).mapMulti((x, out) -> {
                try {
                    out.emit("record " + x);
                } catch (RuntimeException e) {
                    // as careless code does
                }
            });

            tooLarge(engine, swallowing);
        }
    }

    @NotIn(value = TestMode.SPARK, because = "Spark tries a task again whatever it throws")
    @Test
    void areNotTriedAgain() {
        try (EngineContext engine = open("local[1,4]", "64k");
                Gate counted = new Gate()) {
            String gate = counted.name();
            counted.open();

            tooLarge(engine, engine.range(0, 1, 1, 1).map(x -> Gate.pass(gate, new byte[1 << 20])));

            assertThat(counted.arrivals()).isOne();
        }
    }

    @NotIn(value = TestMode.SPARK, because = "the sum of all results is limited by spark.driver.maxResultSize")
    @Test
    void ofReductionsAreLimitedToo() {
        try (EngineContext engine = open("local[2]", "64k")) {
            RDD<String> texts = engine.range(0, 4, 1, 4).map(x -> "x".repeat(40_000));

            assertThat(catchThrowableOfType(JobFailedException.class, () -> texts.reduce(String::concat)))
                    .hasMessageContaining(LIMIT);
            assertThat(catchThrowableOfType(JobFailedException.class, () -> texts.top(4)))
                    .hasMessageContaining(LIMIT);
            Engines.assertUsable(engine);
        }
    }

    @Test
    void countOncePerPartitionHoweverOftenThatIsTried() {
        try (EngineContext engine = open("local[2,3]", "256k")) {
            List<byte[]> all = engine.range(0, 4, 1, 4)
                    .flatMap(x -> List.of(new byte[50_000], Engines.notInFirstAttempt(new byte[1])))
                    .collect();

            assertThat(all).hasSize(8);
        }
    }

    @Test
    void belowTheLimitAreTheCallersOwn() {
        try (EngineContext engine = Engines.open("local[2]")) {
            List<Long> numbers = engine.range(0, 1000, 1, 7).collect();
            Collections.reverse(numbers);

            assertThat(numbers.get(0)).isEqualTo(999);
            assertThat(engine.range(0, 3, 1, 1).collect()).containsExactly(0L, 1L, 2L);
        }
    }

    @NotIn(
            value = {TestMode.STRICT, TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
            because = "it runs in a JVM of its own, which has no mode")
    @Test
    void leaveTheProcessAliveUntilItIsToldToEnd() throws InterruptedException {
        ForkedJvm.Result result =
                ForkedJvm.of(CollectsTooMuch.class).jvmOptions("-Xmx256m").run(Duration.ofSeconds(100));

        assertThat(result.stdout())
                .as(result.stderr())
                .isEqualTo("1 too large\n2 too large\n8 too large\n200 too large\n");
        assertThat(result.stderr()).doesNotContain("OutOfMemoryError");
        assertThat(result.exitCode()).as("ended by SIGTERM").isEqualTo(143);
    }

    /** Collects without end, counts after that, and waits for SIGTERM. */
    static final class CollectsTooMuch {

        public static void main(String[] args) throws IOException, InterruptedException {
            try (EngineContext engine = Engines.open("local[2]")) {
                for (int partitions : new int[] {1, 2, 8, 200}) {
                    try {
                        engine.range(0, 1_000_000_000L, 1, partitions)
                                .map(x -> "s" + x)
                                .collect();
                    } catch (JobFailedException e) {
                        String how = e.getCause() instanceof ResultTooLargeException ? "too large" : e.toString();
                        System.out.print(partitions + " " + how + "\n");
                    }
                    if (engine.range(0, 100_000, 1, 2).count() != 100_000) {
                        throw new AssertionError("the next job is wrong");
                    }
                }
                new ProcessBuilder(
                                "kill",
                                "-TERM",
                                Long.toString(ProcessHandle.current().pid()))
                        .start();
                new CountDownLatch(1).await();
            }
        }
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.testing.ForkedJvm;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** User code that allocates more than the JVM has. */
class FullHeapTest {

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
    void theErrorSaysWhatThereWasAndWhatToChange(String master) {
        try (EngineContext engine = EngineContext.builder()
                .master(master)
                .memory(32L << 20)
                .set("favilla.task.maxFailures", "1")
                .open()) {
            assertThatExceptionOfType(OutOfHeapException.class)
                    .isThrownBy(() -> engine.range(0, 2, 1, 2)
                            .map(x -> x + new long[Integer.MAX_VALUE].length)
                            .collect())
                    .withCauseInstanceOf(OutOfMemoryError.class)
                    .withMessageContaining("java.lang.OutOfMemoryError")
                    .withMessageContaining("The heap of this JVM is ")
                    .withMessageContaining("-Xmx")
                    .withMessageContaining("favilla.memory.fraction")
                    .withMessageContaining("more partitions")
                    .satisfies(e -> {
                        assertThat(e.heapBytes()).isEqualTo(Runtime.getRuntime().maxMemory());
                        assertThat(e.budgetBytes()).isIn(32L << 20, 64L << 20);
                    });
            Engines.assertUsable(engine);
        }
    }

    @Test
    void whoRanBesideAnotherJobIsTriedAgain() throws Exception {
        try (Gate gate = new Gate();
                EngineContext engine = EngineContext.open("local[2]")) {
            String name = gate.name();
            Background<Long> other = Background.run(
                    () -> engine.range(0, 1, 1, 1).map(x -> Gate.pass(name, x)).count());
            gate.awaitArrivals(1);

            assertThat(engine.range(0, 4, 1, 2)
                            .map(x -> Engines.attemptNumber() < 3 ? outOfHeap(x) : x)
                            .collect())
                    .containsExactly(0L, 1L, 2L, 3L);
            assertThat(Engines.lastJob(engine).stages().get(0).failures()).isEqualTo(6);
            assertThatExceptionOfType(OutOfHeapException.class)
                    .isThrownBy(() -> engine.range(0, 1, 1, 1)
                            .map(FullHeapTest::outOfHeap)
                            .collect())
                    .withMessageContaining("Before that: attempt");

            gate.open();
            assertThat(other.result()).isOne();
            Engines.assertUsable(engine);
        }
    }

    @Test
    void norIsWhatHasEffectsThatCannotBeTakenBack() throws Exception {
        try (Gate gate = new Gate();
                EngineContext engine = EngineContext.open("local[2]")) {
            String name = gate.name();
            Background<Long> other = Background.run(
                    () -> engine.range(0, 1, 1, 1).map(x -> Gate.pass(name, x)).count());
            gate.awaitArrivals(1);

            assertThatExceptionOfType(OutOfHeapException.class)
                    .isThrownBy(() -> engine.range(0, 1, 1, 1).foreach(FullHeapTest::outOfHeap))
                    .withMessageNotContaining("Before that");

            gate.open();
            assertThat(other.result()).isOne();
        }
    }

    @Test
    void whoRanAloneIsNot() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            assertThatExceptionOfType(OutOfHeapException.class)
                    .isThrownBy(() -> engine.range(0, 1, 1, 1)
                            .map(FullHeapTest::outOfHeap)
                            .collect())
                    .satisfies(e -> assertThat(e.attempts()).hasValue(1))
                    .withMessageNotContaining("Before that");
        }
    }

    private static long outOfHeap(long x) {
        throw new OutOfMemoryError("Java heap space");
    }

    @Test
    void aWantOfThreadsIsAnotherError() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 1, 1, 1)
                            .map(FullHeapTest::withoutThreads)
                            .collect())
                    .isNotInstanceOf(OutOfHeapException.class);
        }
    }

    private static long withoutThreads(long x) {
        throw new OutOfMemoryError("unable to create native thread");
    }

    @Test
    void theContextGoesOnAfterTheHeapWasFull() throws InterruptedException {
        ForkedJvm.Result result =
                ForkedJvm.of(FillsItsHeap.class).jvmOptions("-Xmx64m").run(Duration.ofSeconds(200));

        assertThat(result.stdout()).as(result.stderr()).isEqualTo("""
                list 67108864
                wrapped 67108864
                text 67108864
                right
                """);
        assertThat(result.exitCode()).isZero();
    }

    /** Fills the heap in three ways, runs twenty right jobs after each, and says how that went. */
    static final class FillsItsHeap {

        public static void main(String[] args) {
            try (EngineContext engine = EngineContext.open("local[2]")) {
                fails(engine, "list", engine.range(0, 1, 1, 1).map(FillsItsHeap::list));
                fails(engine, "wrapped", engine.range(0, 1, 1, 1).map(FillsItsHeap::wrapped));
                fails(engine, "text", engine.range(0, 1, 1, 1).map(x -> "x".repeat(1 << 30)));
                System.out.print("right\n");
            }
        }

        private static void fails(EngineContext engine, String how, RDD<?> dataset) {
            try {
                dataset.count();
                System.out.print(how + " succeeded\n");
            } catch (OutOfHeapException e) {
                System.out.print(how + " " + e.heapBytes() + "\n");
            }
            for (int i = 0; i < 20; i++) {
                long sum = engine.range(0, 1000, 1, 4)
                        .mapToPair(x -> Pair.of(x % 10, x))
                        .reduceByKey(Long::sum, 3)
                        .values()
                        .reduce(Long::sum);
                if (sum != LongStream.range(0, 1000).sum()) {
                    throw new AssertionError("job " + i + " after " + how + " is wrong: " + sum);
                }
            }
        }

        private static long list(long x) {
            List<long[]> all = new ArrayList<>();
            while (true) {
                all.add(new long[100_000]);
            }
        }

        private static long wrapped(long x) {
            try {
                return list(x);
            } catch (OutOfMemoryError e) {
                throw new IllegalStateException("wrapped", e);
            }
        }
    }
}

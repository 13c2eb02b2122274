package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.memory.MemoryUsage;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MemoryBudgetTest {

    private static final long MIB = 1L << 20;

    private final MemoryBudget budget = MemoryBudget.of(64 * MIB);

    private EngineContext open() {
        return EngineContext.builder().cores(2).memoryBudget(budget).open();
    }

    private static RDD<Long> cached(EngineContext engine, long from, long count) {
        RDD<Long> numbers = engine.parallelize(
                        LongStream.range(from, from + count).boxed().toList(), 2)
                .cache();
        assertThat(numbers.count()).isEqualTo(count);
        return numbers;
    }

    @Test
    void twoContextsHoldWhatTheyCacheInOneBudgetAndClosingOneGivesBackItsPart() {
        try (EngineContext first = open()) {
            RDD<Long> kept = cached(first, 1000, 50_000);
            long ofFirst = budget.usage().storageBytes();
            assertThat(ofFirst)
                    .isGreaterThan(50_000L * Long.BYTES)
                    .isEqualTo(first.status().memory().storageBytes());

            try (EngineContext second = open()) {
                cached(second, 1000, 20_000);
                assertThat(budget.usage().storageBytes())
                        .isEqualTo(ofFirst + second.status().memory().storageBytes());
                assertThat(first.status().memory().storageBytes()).isEqualTo(ofFirst);
            }

            assertThat(budget.usage()).isEqualTo(new MemoryUsage(64 * MIB, 0, 0, ofFirst, 0));
            assertThat(kept.count()).isEqualTo(50_000);
        }
        assertThat(budget.usage().isIdle()).isTrue();
    }

    @Test
    void jobsOfTheSameNumberDoNotMeet() {
        try (EngineContext first = open();
                EngineContext second = open()) {
            for (EngineContext engine : new EngineContext[] {first, second, first, second}) {
                assertThat(engine.range(0, 10_000, 1, 4)
                                .mapToPair(x -> new Pair<>(x % 100, 1L))
                                .reduceByKey(Long::sum, 4)
                                .count())
                        .isEqualTo(100);
            }
        }
        assertThat(budget.usage().isIdle()).isTrue();
    }

    @Nested
    class IsRefused {

        private InvalidSettingException refusal(EngineContext.Builder builder) {
            return org.assertj.core.api.Assertions.catchThrowableOfType(
                    InvalidSettingException.class,
                    () -> builder.memoryBudget(budget).open().close());
        }

        @Test
        void togetherWithMemoryOfItsOwn() {
            assertThat(refusal(EngineContext.builder().memory(64 * MIB)))
                    .hasMessageContainingAll("favilla.memory.bytes", "64.0 MiB", "memoryBudget", "Leave");
            assertThat(refusal(EngineContext.builder().set("favilla.memory.fraction", "0.5")))
                    .hasMessageContaining("favilla.memory.fraction");
        }

        @Test
        void togetherWithIsolatedExecutors() {
            assertThat(refusal(EngineContext.builder().executors(2).cores(1)))
                    .hasMessageContainingAll("favilla.master", "executors(2)", "memoryBudget", "local[N]");
        }

        @Test
        void whenItIsTooSmallOrItsShareIsNone() {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() -> MemoryBudget.of(31 * MIB))
                    .withMessageContainingAll("31.0 MiB", "32.0 MiB", "-Xmx");
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() -> MemoryBudget.of(64 * MIB, 1.5))
                    .withMessageContaining("1.5");
        }
    }
}

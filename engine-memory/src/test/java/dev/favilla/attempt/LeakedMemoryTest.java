package dev.favilla.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.memory.MemoryMeter;
import dev.favilla.memory.UnifiedMemoryManager;
import org.junit.jupiter.api.Test;

/** Memory that an attempt still holds at its end. */
class LeakedMemoryTest {

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(UnifiedMemoryManager.MINIMUM_POOL_BYTES, 0.5);
    private final TaskScope scope = new TaskScope(1, "the attempt", memory.openTask("the attempt"));

    private long leaked() {
        scope.close();
        scope.close();
        assertThat(memory.usage().isIdle()).isTrue();
        return scope.metrics().snapshot().get(Metric.MEMORY_BYTES_LEAKED);
    }

    @Test
    void isNoneIfWhoeverHoldsItGivesItBackAtTheEnd() {
        MemoryMeter meter = new MemoryMeter(scope.memory());
        meter.hold(1 << 20);
        scope.onClose(meter::close);
        scope.succeed();

        assertThat(leaked()).isZero();
    }

    @Test
    void isNoneOfAnAttemptThatFailed() {
        scope.memory().require(5000);

        assertThat(leaked()).isZero();
    }

    @Test
    void isCountedOnceAndGivenBack() {
        scope.succeed();
        scope.memory().require(5000);
        scope.memory().release(1000);

        assertThat(leaked()).isEqualTo(4000);
    }
}

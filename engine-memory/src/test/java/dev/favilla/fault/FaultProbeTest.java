package dev.favilla.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.UnifiedMemoryManager;
import org.junit.jupiter.api.Test;

class FaultProbeTest {

    @Test
    void nobodyStepsInUnlessAskedTo() {
        byte[] frame = {1, 2, 3};
        UnifiedMemoryManager memory = new UnifiedMemoryManager(UnifiedMemoryManager.MINIMUM_POOL_BYTES, 0.5);
        try (TaskScope scope = new TaskScope(1, "task", memory.openTask("task"))) {
            assertThat(scope.faults()).isSameAs(FaultProbe.NONE);
            for (FaultSite site : FaultSite.values()) {
                assertThatCode(() -> scope.faults().reach(site, "")).doesNotThrowAnyException();
                assertThat(scope.faults().bytes(site, "", frame)).isSameAs(frame);
            }
        }
    }

    @Test
    void anInjectorDamagesNothingUnlessItSaysSo() {
        byte[] frame = {1, 2, 3};
        FaultInjector failing = point -> {
            throw new IllegalStateException("injected");
        };
        FaultPoint point = new FaultPoint(FaultSite.FETCH, 1, 0, 2, 0, 7, "executor-1", "shuffle_3_0_2");

        assertThat(failing.bytes(point, frame)).isSameAs(frame);
    }
}

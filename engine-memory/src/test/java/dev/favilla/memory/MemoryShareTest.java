package dev.favilla.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Several executors on one budget. */
class MemoryShareTest {

    private static final long MIB = 1L << 20;
    private static final long POOL = 64 * MIB;

    private final UnifiedMemoryManager budget = new UnifiedMemoryManager(POOL, 0.25);
    private final MemoryShare first = budget.openShare(MemoryReclaimer.NONE);
    private final MemoryShare second = budget.openShare(MemoryReclaimer.NONE);

    @Test
    void whatOneDoesNotUseAnotherMay() {
        first.openTask("task", 1).require(40 * MIB);

        assertThat(second.openStorage(bytes -> 0).reserve(24 * MIB)).isTrue();

        assertThat(budget.usage()).isEqualTo(new MemoryUsage(POOL, 40 * MIB, 0, 24 * MIB, 1));
        assertThat(first.usage()).isEqualTo(new MemoryUsage(POOL, 40 * MIB, 0, 0, 1));
        assertThat(second.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 24 * MIB, 0));
    }

    @Test
    void tasksOfAllShareFairly() {
        MemoryAccount here = first.openTask("here", 1);
        MemoryAccount there = second.openTask("there", 1);

        assertThat(here.reserve(POOL)).isEqualTo(POOL / 2);
        assertThat(there.reserve(POOL)).isEqualTo(POOL / 2);
    }

    @Test
    void closingOneGivesBackExactlyWhatItHeld() {
        MemoryAccount task = first.openTask("task", 1);
        task.require(10 * MIB);
        MemoryAccount output = first.openRetained("output");
        task.moveTo(output, 4 * MIB);
        StorageAccount storage = first.openStorage(bytes -> 0);
        storage.reserve(5 * MIB);
        second.openTask("other", 1).require(7 * MIB);

        first.close();
        first.close();

        assertThat(first.usage()).as("the task runs still").isEqualTo(new MemoryUsage(POOL, 6 * MIB, 0, 0, 1));
        assertThat(budget.usage()).isEqualTo(new MemoryUsage(POOL, 13 * MIB, 0, 0, 2));
        task.close();
        assertThat(first.usage().isIdle()).isTrue();
        output.close();
        storage.close();
        assertThat(budget.usage()).isEqualTo(new MemoryUsage(POOL, 7 * MIB, 0, 0, 1));
    }

    @Test
    void whoeverWaitsAfterwardsIsToldToStopAndNothingNewIsOpened() {
        MemoryAccount task = first.openTask("task", 1);
        second.openTask("other", 1).require(60 * MIB);

        first.close();

        assertThatThrownBy(() -> task.require(20 * MIB))
                .isInstanceOf(TaskKilledException.class)
                .hasMessageContaining("executor has ended");
        assertThatThrownBy(() -> first.openTask("task", 2)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> first.openRetained("output")).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> first.openStorage(bytes -> 0)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void jobsOfTheSameNumberAreDifferentJobs() {
        boolean[] dropped = new boolean[1];
        MemoryAccount[] output = new MemoryAccount[1];
        output[0] = first.openRetained("output", () -> {
            long held = output[0].reservedBytes();
            output[0].close();
            dropped[0] = true;
            return held;
        });
        MemoryAccount maker = first.openTask("maker", 1);
        maker.require(40 * MIB);
        maker.moveTo(output[0], 40 * MIB);
        maker.close();
        second.endJob(1);

        second.openTask("task", 1).require(50 * MIB);

        assertThat(dropped[0]).as("as those of another job may be").isTrue();
    }

    @Test
    void aLaterShareIsNoOlderThanJobsThatHadBegun() {
        first.openTask("running for long", 100).require(40 * MIB);
        MemoryShare later = budget.openShare(MemoryReclaimer.NONE);
        MemoryAccount young = later.openTask("young", 0);
        young.require(20 * MIB);

        assertThatThrownBy(() -> young.require(20 * MIB)).isInstanceOf(TaskKilledException.class);
    }

    @Test
    void whatNobodyCanReachInAnyIsGivenBackForAll() {
        List<MemoryAccount> unreachable = new ArrayList<>();
        MemoryShare third = budget.openShare(new MemoryReclaimer() {
            @Override
            public void sweep() {
                unreachable.forEach(MemoryAccount::close);
            }

            @Override
            public boolean search() {
                return false;
            }
        });
        MemoryAccount output = third.openRetained("output");
        output.require(60 * MIB);
        unreachable.add(output);

        first.openTask("task", 1).require(60 * MIB);

        assertThat(output.reservedBytes()).isZero();
    }
}

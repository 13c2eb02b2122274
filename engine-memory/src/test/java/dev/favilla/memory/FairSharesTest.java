package dev.favilla.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Each of N tasks gets at least half its share before it moves anything out, and at most all of it. */
@Timeout(60)
class FairSharesTest {

    private static final long MIB = 1L << 20;
    private static final long POOL = 64 * MIB;

    private final UnifiedMemoryManager manager = new UnifiedMemoryManager(POOL, 0);
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    /** Moves out what it is asked to. */
    private static final class Table implements Spillable {
        private final MemoryAccount task;
        private final MemoryMeter meter;
        private final List<Long> asked = new ArrayList<>();
        private long held;

        Table(MemoryAccount task) {
            this.task = task;
            this.meter = new MemoryMeter(task, this);
            task.register(this);
        }

        void growTo(long bytes) {
            held = bytes;
            meter.hold(bytes);
        }

        void look() {
            meter.hold(held);
        }

        @Override
        public long spill(long bytes) {
            asked.add(bytes);
            long before = task.reservedBytes();
            held = Math.max(0, held - bytes);
            meter.hold(held);
            return before - task.reservedBytes();
        }

        @Override
        public long spillableBytes() {
            return held;
        }
    }

    private CompletableFuture<Long> reserving(MemoryAccount task, long bytes) {
        CompletableFuture<Thread> began = new CompletableFuture<>();
        CompletableFuture<Long> granted = CompletableFuture.supplyAsync(
                () -> {
                    began.complete(Thread.currentThread());
                    return task.reserve(bytes);
                },
                threads);
        Thread thread = began.join();
        while (thread.getState() != Thread.State.TIMED_WAITING && !granted.isDone()) {
            Thread.onSpinWait();
        }
        return granted;
    }

    @Test
    void oneThatHasLessThanItsMinimumWaitsUntilOthersMovedOutWhatTheyHoldBeyondTheirShare() throws Exception {
        Table first = new Table(manager.openTask("first", 1));
        first.growTo(60 * MIB);
        MemoryAccount second = manager.openTask("second", 2);

        CompletableFuture<Long> granted = reserving(second, 16 * MIB);
        first.look();

        assertThat(granted.get(30, TimeUnit.SECONDS)).isEqualTo(16 * MIB);
        assertThat(first.held).isLessThanOrEqualTo(POOL / 2);
        assertThat(first.asked).hasSize(1);
    }

    @Test
    void aWaitThatExpiresHasTheWaiterMoveOutWhatItHolds() {
        UnifiedMemoryManager hasty = new UnifiedMemoryManager(POOL, 0, MemoryReclaimer.NONE, Duration.ofMillis(1));
        MemoryAccount first = hasty.openTask("first", 1);
        Table second = new Table(hasty.openTask("second", 2));
        second.growTo(6 * MIB);
        first.require(57 * MIB);

        second.growTo(7 * MIB);

        assertThat(second.asked).isNotEmpty();
        assertThat(hasty.usage().executionBytes()).isLessThanOrEqualTo(POOL);
    }

    @Test
    void oneThatHasItsMinimumMovesOutAtOnce() {
        MemoryAccount first = manager.openTask("first", 1);
        Table second = new Table(manager.openTask("second", 2));
        second.growTo(20 * MIB);
        first.require(manager.usage().freeBytes());

        second.growTo(24 * MIB);

        assertThat(second.asked).isNotEmpty();
    }

    @Test
    void nobodyWaitsForThoseWhoHoldNoMoreThanTheirShare() {
        Table first = new Table(manager.openTask("first", 1));
        first.growTo(20 * MIB);
        MemoryAccount fixed = manager.openRetained("what cannot be written out");
        fixed.require(manager.usage().freeBytes());
        MemoryAccount second = manager.openTask("second", 2);

        long share = (POOL - fixed.reservedBytes()) / 2;
        assertThat(first.held).isGreaterThan(share);
        first.look();
        first.growTo(first.held - first.held / 2);
        assertThat(second.reserve(share)).isPositive();
        assertThat(second.reserve(POOL)).as("has its minimum").isNotNegative();
    }

    @Test
    void aKillEndsTheWait() throws Exception {
        new Table(manager.openTask("first", 1)).growTo(60 * MIB);
        MemoryAccount second = manager.openTask("second", 2);

        CompletableFuture<Long> granted = reserving(second, 16 * MIB);
        second.cancel("not wanted");

        assertThatThrownBy(() -> granted.get(30, TimeUnit.SECONDS)).hasRootCauseInstanceOf(TaskKilledException.class);
    }

    @Test
    void whatSomebodyWaitsForGoesToNobodyElseBeyondHisShare() throws Exception {
        MemoryAccount first = manager.openTask("first", 1);
        first.require(60 * MIB);
        MemoryAccount second = manager.openTask("second", 2);

        CompletableFuture<Long> granted = reserving(second, 16 * MIB);
        first.release(30 * MIB);

        assertThat(granted.get(30, TimeUnit.SECONDS)).isEqualTo(16 * MIB);
    }

    @Test
    void aTableThatAsksForNothingLooksWhetherOthersWait() {
        Table first = new Table(manager.openTask("first", 1));
        first.growTo(60 * MIB);

        first.look();

        assertThat(first.asked).as("nobody waits").isEmpty();
    }

    @Test
    void tasksThatCanMoveOutNeverGiveWay() throws Exception {
        List<CompletableFuture<Void>> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            int job = i;
            all.add(CompletableFuture.runAsync(
                    () -> {
                        try (MemoryAccount task = manager.openTask("task of job " + job, job)) {
                            Table table = new Table(task);
                            for (int round = 0; round < 400; round++) {
                                table.growTo(table.held + MIB / 2);
                            }
                            table.meter.close();
                        }
                    },
                    threads));
        }
        for (CompletableFuture<Void> each : all) {
            each.get(50, TimeUnit.SECONDS);
        }
        assertThat(manager.usage().isIdle()).isTrue();
    }
}

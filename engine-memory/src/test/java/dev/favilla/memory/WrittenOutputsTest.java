package dev.favilla.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Map outputs that can be written out. */
@Timeout(60)
class WrittenOutputsTest {

    private static final long MIB = 1L << 20;
    private static final long POOL = 64 * MIB;

    private final UnifiedMemoryManager manager = new UnifiedMemoryManager(POOL, 0.25);
    private final List<String> asked = new ArrayList<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void stop() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    private class Output implements RetainedMemory {
        final String name;
        final MemoryAccount account;

        Output(String name, long job, long bytes) {
            this.name = name;
            this.account = manager.openRetained(name, this);
            try (MemoryAccount task = manager.openTask("task of job " + job, job)) {
                task.require(bytes);
                task.moveTo(account, bytes);
            }
        }

        @Override
        public long moveOut(long bytes) {
            synchronized (asked) {
                asked.add(name);
            }
            long freed = Math.min(bytes, account.reservedBytes());
            account.release(freed);
            return freed;
        }

        @Override
        public long drop() {
            throw new AssertionError("dropped " + name);
        }
    }

    @Test
    void areWrittenOutBeforeATaskMovesAnythingOut() {
        Output output = new Output("output", 1, 40 * MIB);
        MemoryAccount task = manager.openTask("task", 1);
        task.register(bytes -> {
            throw new AssertionError("asked");
        });

        assertThat(task.reserve(POOL)).isEqualTo(POOL);

        assertThat(output.account.reservedBytes()).isZero();
    }

    @Test
    void ofItsOwnJobGoTooSoThatATaskGetsMoreThanTheyLeave() {
        new Output("output", 1, 40 * MIB);

        manager.openTask("task", 1).require(60 * MIB);

        assertThat(manager.usage().executionBytes()).isEqualTo(60 * MIB);
    }

    @Test
    void ofEndedJobsGoFirstThenTheBiggest() {
        new Output("small", 1, 8 * MIB);
        new Output("big", 2, 16 * MIB);
        new Output("left over", 3, 4 * MIB);
        manager.endJob(3);

        manager.openTask("task", 4).require(36 * MIB + 20 * MIB);

        assertThat(asked).containsExactly("left over", "big");
    }

    @Test
    void areAskedForNoMoreThanIsMissingAndWorthTheWriting() {
        Output output = new Output("output", 1, 60 * MIB);

        manager.openTask("task", 2).require(8 * MIB);

        assertThat(output.account.reservedBytes()).isEqualTo(56 * MIB);
    }

    @Test
    void thatAnswerZeroAreAskedEverMoreRarely() {
        new Output("stuck", 1, 62 * MIB) {
            @Override
            public long moveOut(long bytes) {
                asked.add(name);
                return 0;
            }
        };
        MemoryAccount task = manager.openTask("task", 2);
        task.reserve(2 * MIB);

        for (int i = 0; i < 200; i++) {
            assertThat(task.reserve(MIB)).isZero();
        }

        assertThat(asked).hasSizeBetween(2, 12);
    }

    @Test
    void thatThrowAreAskedAgainLaterAndTheTotalsStay() {
        new Output("broken", 1, 60 * MIB) {
            @Override
            public long moveOut(long bytes) {
                throw new IllegalStateException("no space left on device");
            }
        };
        MemoryAccount task = manager.openTask("task", 2);

        assertThatThrownBy(() -> task.reserve(8 * MIB)).hasMessage("no space left on device");

        assertThat(manager.usage()).isEqualTo(new MemoryUsage(POOL, 0, 60 * MIB, 0, 1));
        assertThat(task.reserve(8 * MIB)).as("what is free").isEqualTo(4 * MIB);
    }

    @Test
    void areWrittenOutBySeveralTasksAtOnceAndWaitedFor() throws Exception {
        CountDownLatch bothWrite = new CountDownLatch(2);
        for (String name : List.of("one", "two")) {
            new Output(name, 1, 30 * MIB) {
                @Override
                public long moveOut(long bytes) {
                    bothWrite.countDown();
                    try {
                        assertThat(bothWrite.await(30, TimeUnit.SECONDS)).isTrue();
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                    return super.moveOut(bytes);
                }
            };
        }
        List<CompletableFuture<Long>> granted = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            MemoryAccount task = manager.openTask("task " + i, 2);
            granted.add(CompletableFuture.supplyAsync(
                    () -> {
                        task.require(12 * MIB); // what came free may go to another, and then more is written out
                        return task.reservedBytes();
                    },
                    threads));
        }

        for (CompletableFuture<Long> each : granted) {
            assertThat(each.get(30, TimeUnit.SECONDS)).isEqualTo(12 * MIB);
        }
        assertThat(manager.usage().executionBytes()).isEqualTo(36 * MIB);
    }

    @Test
    void aTaskAtItsShareHasNothingWrittenOut() {
        new Output("output", 1, 16 * MIB);
        MemoryAccount task = manager.openTask("task", 2);
        manager.openTask("other", 2);
        assertThat(task.reserve(32 * MIB)).isEqualTo(32 * MIB);
        asked.clear();

        assertThat(task.reserve(MIB)).isZero();

        assertThat(asked).isEmpty();
    }
}

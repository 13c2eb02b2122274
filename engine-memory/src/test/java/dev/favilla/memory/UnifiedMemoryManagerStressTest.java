package dev.favilla.memory;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UnifiedMemoryManagerStressTest {

    private static final long POOL = UnifiedMemoryManager.MINIMUM_POOL_BYTES;
    private static final int THREADS = 8;

    @Test
    void totalsNeverPassThePoolAndComeBackToZero(TestSeed seed) throws Exception {
        UnifiedMemoryManager manager = new UnifiedMemoryManager(POOL, 0.3);
        AtomicLong cached = new AtomicLong();
        StorageAccount[] account = new StorageAccount[1];
        account[0] = manager.openStorage(bytes -> {
            long given = cached.getAndUpdate(held -> Math.max(0, held - bytes));
            given = Math.min(given, bytes);
            account[0].release(given);
            return given;
        });
        SplittableRandom seeds = seed.random();
        List<Callable<Void>> workers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = seeds.split();
            workers.add(() -> {
                for (int round = 0; round < 200; round++) {
                    runTask(manager, random);
                    fillCache(account[0], cached, random);
                }
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        try {
            for (Future<Void> done : threads.invokeAll(workers, 60, TimeUnit.SECONDS)) {
                done.get();
            }
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }

        assertThat(manager.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, cached.get(), 0));
        account[0].close();
        assertThat(manager.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
    }

    private static void fillCache(StorageAccount account, AtomicLong cached, SplittableRandom random) {
        long bytes = random.nextLong(POOL / 8);
        if (account.reserve(bytes)) {
            cached.addAndGet(bytes);
        }
    }

    private static void runTask(UnifiedMemoryManager manager, SplittableRandom random) {
        try (MemoryAccount task = manager.openTask("task");
                MemoryAccount retained = manager.openRetained("output")) {
            long[] held = {0};
            task.register(bytes -> {
                long freed = Math.min(bytes, held[0]);
                held[0] -= freed;
                task.release(freed);
                return freed;
            });
            for (int i = 0; i < 20; i++) {
                long wanted = random.nextLong(POOL / 4);
                MemoryAccount from = random.nextInt(4) == 0 ? retained : task;
                long granted = from.reserve(wanted);
                assertThat(granted).isBetween(0L, wanted);
                held[0] += from == task ? granted : 0;
                MemoryUsage usage = manager.usage();
                assertThat(usage.freeBytes()).isBetween(0L, POOL);
                assertThat(task.reservedBytes()).isEqualTo(held[0]);
                if (random.nextBoolean()) {
                    long back = random.nextLong(held[0] + 1);
                    held[0] -= back;
                    task.release(back);
                }
            }
        }
    }
}

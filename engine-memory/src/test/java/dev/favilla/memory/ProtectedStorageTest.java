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
import org.junit.jupiter.api.Test;

class ProtectedStorageTest {

    private static final long MIB = 1L << 20;
    private static final long POOL = 64 * MIB;
    private static final long PROTECTED = POOL / 2;

    @Test
    void isLeftItsShareHoweverManyTasksEvictAtOnce(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 200; round++) {
                boolean wholeBlocks = round % 2 == 0;
                evictAtOnce(threads, 2 + round % 7, wholeBlocks ? random.nextLong(MIB, 12 * MIB) : 0, random);
            }
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
        }
    }

    /** @param blockBytes the size of the blocks; 0 to give back exactly what is asked */
    private static void evictAtOnce(ExecutorService threads, int tasks, long blockBytes, SplittableRandom random)
            throws Exception {
        UnifiedMemoryManager manager = new UnifiedMemoryManager(POOL, 0.5);
        StorageAccount[] storage = new StorageAccount[1];
        storage[0] = manager.openStorage(bytes -> {
            long before = manager.usage().storageBytes();
            long evicted = blockBytes == 0 ? exactly(storage[0], bytes) : whole(storage[0], bytes, blockBytes);
            assertThat(before).isGreaterThanOrEqualTo(PROTECTED);
            assertThat(manager.usage().storageBytes()).isGreaterThanOrEqualTo(PROTECTED);
            return evicted;
        });
        assertThat(storage[0].reserve(57 * MIB)).isTrue();
        List<Callable<Long>> asking = new ArrayList<>();
        for (int i = 0; i < tasks; i++) {
            MemoryAccount task = manager.openTask("task " + i);
            long bytes = random.nextLong(MIB, POOL / 2);
            asking.add(() -> task.reserve(bytes / 2) + task.reserve(bytes / 2));
        }
        long granted = 0;
        for (Future<Long> each : threads.invokeAll(asking, 30, TimeUnit.SECONDS)) {
            granted += each.get();
        }
        assertThat(manager.usage().storageBytes()).isBetween(PROTECTED, 57 * MIB);
        assertThat(manager.usage().executionBytes()).isEqualTo(granted);
        assertThat(manager.usage().freeBytes()).isNotNegative();
    }

    private static long exactly(StorageAccount storage, long bytes) {
        storage.release(bytes);
        return bytes;
    }

    private static long whole(StorageAccount storage, long bytes, long blockBytes) {
        long evicted = 0;
        while (evicted < bytes && storage.giveUp(blockBytes)) {
            evicted += blockBytes;
        }
        return evicted;
    }

    @Test
    void losesNoBlockThatIsLargerThanWhatItHasBorrowed() {
        UnifiedMemoryManager manager = new UnifiedMemoryManager(POOL, 0.5);
        StorageAccount[] storage = new StorageAccount[1];
        storage[0] = manager.openStorage(bytes -> whole(storage[0], bytes, 10 * MIB));
        storage[0].reserve(50 * MIB);

        assertThat(manager.openTask("task").reserve(POOL)).isEqualTo(24 * MIB);

        assertThat(storage[0].reservedBytes())
                .as("one block went, the next would have been too much")
                .isEqualTo(40 * MIB);
    }

    @Test
    void isExchangedInOneStep() {
        UnifiedMemoryManager manager = new UnifiedMemoryManager(POOL, 0.5);
        StorageAccount storage = manager.openStorage(bytes -> 0);
        storage.reserve(60 * MIB);

        assertThat(storage.exchange(10 * MIB, 15 * MIB)).isFalse();
        assertThat(storage.reservedBytes()).isEqualTo(60 * MIB);
        assertThat(storage.exchange(10 * MIB, 14 * MIB)).isTrue();
        assertThat(storage.reservedBytes()).isEqualTo(64 * MIB);
    }
}

package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.DiskUsage;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class LocalBlockManagerStressTest {

    private static final long POOL = UnifiedMemoryManager.MINIMUM_POOL_BYTES;
    private static final List<StorageLevel> LEVELS = List.of(
            StorageLevel.MEMORY_ONLY,
            StorageLevel.MEMORY_ONLY_SER,
            StorageLevel.MEMORY_AND_DISK,
            StorageLevel.MEMORY_AND_DISK_SER,
            StorageLevel.OFF_HEAP,
            StorageLevel.DISK_ONLY);
    private static final int THREADS = 8;
    private static final int TASKS_PER_THREAD = 25;

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(POOL, 0.3);
    private final FlakyDisk disk = new FlakyDisk();
    private final AtomicLong droppedBlocks = new AtomicLong();

    @Test
    void readersSeeWholeBlocksAndNothingIsLeft(TestSeed seed) throws Exception {
        try (LocalBlockManager store = new LocalBlockManager(
                memory,
                new DiskStore(disk, new BlockFrame(Compression.LZ4)),
                new KryoSerializer(List.of()),
                new BlockFrame(Compression.NONE),
                id -> droppedBlocks.incrementAndGet(),
                PeerBlocks.NONE,
                POOL)) {
            SplittableRandom seeds = seed.random();
            List<Callable<Void>> workers = new ArrayList<>();
            for (int thread = 0; thread < THREADS; thread++) {
                long firstAttempt = thread * 1_000_000L;
                SplittableRandom random = seeds.split();
                workers.add(() -> {
                    for (int i = 0; i < TASKS_PER_THREAD; i++) {
                        runTask(store, firstAttempt + i, random);
                        assertThat(memory.usage().freeBytes()).isBetween(0L, POOL);
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

            long kept = 0;
            for (int rdd = 0; rdd < 4; rdd++) {
                kept += store.sizeOf(rdd).memoryBytes();
            }
            assertThat(memory.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, kept, 0));
            assertThat(droppedBlocks).hasPositiveValue();
            assertThat(store.offHeapBytes()).isLessThanOrEqualTo(kept);
        }
        assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        assertThat(memory.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
    }

    private void runTask(LocalBlockManager store, long attempt, SplittableRandom random) {
        try (TaskScope scope = new TaskScope(attempt, "task " + attempt, memory.openTask("task " + attempt))) {
            for (int step = 0; step < 3; step++) {
                BlockId id = new BlockId(random.nextInt(4), random.nextInt(6));
                long inputVersion = random.nextInt(20) == 0 ? 2 : 1;
                store.find(id, inputVersion, scope).ifPresentOrElse(block -> verify(block, id, inputVersion), () -> {
                    StorageLevel level = LEVELS.get(id.partition());
                    fill(store.build(id, level, inputVersion, scope), id, inputVersion);
                });
                disk.full = random.nextInt(20) == 0;
                switch (random.nextInt(40)) {
                    case 0 -> store.drop(id.rddId());
                    case 1, 2, 3, 4, 5 -> scope.memory().reserve(random.nextLong(POOL / 4));
                    default -> store.publish(scope);
                }
            }
            if (random.nextBoolean()) {
                store.publish(scope);
            }
        }
    }

    private static int size(BlockId id) {
        return 200 + 40 * id.partition() + 100 * id.rddId();
    }

    private static void fill(BlockBuilder builder, BlockId id, long inputVersion) {
        for (int i = 0; i < size(id); i++) {
            if (!builder.add(List.of(id.rddId(), id.partition(), inputVersion, i, new byte[8192]))) {
                return;
            }
        }
        builder.complete();
    }

    private static void verify(CachedBlock block, BlockId id, long inputVersion) {
        Iterator<Object> records = block.records();
        for (int i = 0; i < size(id); i++) {
            assertThat(((List<?>) records.next()).subList(0, 4))
                    .isEqualTo(List.of(id.rddId(), id.partition(), inputVersion, i));
        }
        assertThat(records.hasNext()).isFalse();
    }
}

package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of others while a block grows whose size nobody knows yet. */
class GrowingBlocksTest {

    private static final int MIB = 1 << 20;
    private static final long POOL = 32L * MIB;
    private static final long VERSION = 7;

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(POOL, 0.5);
    private final List<BlockId> dropped = new ArrayList<>();
    private final LocalBlockManager store = store(POOL);

    private LocalBlockManager store(long creditLimit) {
        return new LocalBlockManager(
                memory,
                DiskStore.none(),
                new KryoSerializer(List.of()),
                new BlockFrame(Compression.NONE),
                dropped::add,
                PeerBlocks.NONE,
                creditLimit);
    }

    private enum Level {
        OBJECTS(StorageLevel.MEMORY_ONLY),
        BYTES(StorageLevel.MEMORY_ONLY_SER);

        private final StorageLevel storage;

        Level(StorageLevel storage) {
            this.storage = storage;
        }
    }

    @AfterEach
    void nothingIsHeldAtTheEnd() {
        store.close();
        assertThat(memory.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
        assertThat(store.blockCount()).isZero();
    }

    private static boolean put(LocalBlockManager store, int rddId, int records, int bytesEach, StorageLevel level) {
        try (TaskScope scope = new TaskScope(rddId, "task", UnnamedTask.of())) {
            BlockBuilder builder = store.build(new BlockId(rddId, 0), level, VERSION, scope);
            boolean added = true;
            for (int i = 0; i < records && added; i++) {
                added = builder.add(new byte[bytesEach]);
            }
            builder.complete();
            return !store.publish(scope).isEmpty();
        }
    }

    /** An account of another pool: what attempts hold is not the matter here. */
    private static final class UnnamedTask {
        static MemoryAccount of() {
            return new UnifiedMemoryManager(POOL, 0).openTask("task");
        }
    }

    private void cacheSix() {
        for (int i = 0; i < 6; i++) {
            assertThat(put(store, i, 1, 5_000_000, StorageLevel.MEMORY_ONLY)).isTrue();
        }
    }

    @ParameterizedTest
    @EnumSource
    void allStayForOneRecordThatCannotFit(Level level) {
        cacheSix();

        assertThat(put(store, 9, 1, 40_000_000, level.storage)).isFalse();
        assertThat(put(store, 9, 1, 33_000_000, level.storage))
                .as("nothing but it")
                .isFalse();

        assertThat(dropped).isEmpty();
        assertThat(store.blockCount()).isEqualTo(6);
    }

    @ParameterizedTest
    @EnumSource
    void allStayForManyRecordsThatTurnOutNotToFit(Level level) {
        cacheSix();

        assertThat(put(store, 9, 33, MIB, level.storage)).isFalse();
        assertThat(put(store, 9, 5000, 10_000, level.storage)).isFalse();

        assertThat(dropped).isEmpty();
        assertThat(store.blockCount()).isEqualTo(6);
    }

    @Test
    void asManyGoAsItsSizeAsksForOnceThatIsKnown() {
        cacheSix();

        assertThat(put(store, 9, 10, MIB, StorageLevel.MEMORY_ONLY)).isTrue();

        assertThat(dropped).containsExactly(new BlockId(0, 0), new BlockId(1, 0));
    }

    @Test
    void nobodyGoesForOneThatIsGivenUp() {
        cacheSix();
        try (TaskScope scope = new TaskScope(9, "task", UnnamedTask.of())) {
            BlockBuilder builder = store.build(new BlockId(9, 0), StorageLevel.MEMORY_ONLY, VERSION, scope);
            for (int i = 0; i < 10; i++) {
                assertThat(builder.add(new byte[MIB])).isTrue();
            }
            assertThat(dropped).isEmpty();
        }
        assertThat(dropped).isEmpty();
        assertThat(put(store, 9, 10, MIB, StorageLevel.MEMORY_ONLY))
                .as("its credit was given back")
                .isTrue();
    }

    @Test
    void whoOutgrowsTheCreditIsNotKept() {
        try (LocalBlockManager mean = store(4L * MIB)) {
            for (int i = 0; i < 6; i++) {
                put(mean, i, 1, 5_000_000, StorageLevel.MEMORY_ONLY);
            }
            assertThat(put(mean, 9, 10, MIB, StorageLevel.MEMORY_ONLY)).isFalse();
            assertThat(dropped).isEmpty();
            assertThat(put(mean, 9, 4, MIB, StorageLevel.MEMORY_ONLY)).isTrue();
            assertThat(dropped).hasSize(1);
        }
    }

    @Test
    void executionCanAlwaysGetItsPart() {
        assertThat(put(store, 1, 1, 30 * MIB, StorageLevel.MEMORY_ONLY))
                .as("could never go")
                .isFalse();
        assertThat(put(store, 1, 1, 16 * MIB - 100_000, StorageLevel.MEMORY_ONLY))
                .isTrue();
        assertThat(put(store, 2, 1, 16 * MIB - 100_000, StorageLevel.MEMORY_ONLY))
                .as("neither could go")
                .isFalse();

        try (MemoryAccount task = memory.openTask("task")) {
            assertThat(task.reserve(POOL)).isGreaterThan(POOL / 8);
        }
        assertThat(store.blockCount()).isOne();
    }

    @Test
    void executionTakesWholeBlocksAndLeavesTheProtectedShare() {
        cacheSix();

        try (MemoryAccount task = memory.openTask("task")) {
            assertThat(task.reserve(POOL)).isBetween(POOL / 2 - 5_100_000, POOL / 2);
            assertThat(memory.usage().storageBytes()).isBetween(POOL / 2, POOL / 2 + 5_100_000);
        }
        assertThat(dropped).containsExactly(new BlockId(0, 0), new BlockId(1, 0));
    }
}

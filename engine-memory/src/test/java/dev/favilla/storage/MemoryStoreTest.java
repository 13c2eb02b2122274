package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.disk.DiskUsage;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import dev.favilla.storage.BlockManager.CachedSize;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MemoryStoreTest {

    private static final long POOL = UnifiedMemoryManager.MINIMUM_POOL_BYTES;
    private static final long VERSION = 7;
    private static final BlockId ID = new BlockId(1, 0);

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(POOL, 0.25);
    private final Serializer serializer = new KryoSerializer(List.of());
    private final List<BlockId> gone = new ArrayList<>();
    private final MemoryStore store = new MemoryStore(memory, POOL, DiskStore.none(), serializer, gone::add);

    @AfterEach
    void nothingIsHeldAtTheEnd() {
        store.close();
        assertThat(memory.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
        assertThat(store.blockCount()).isZero();
    }

    private static BlockRequest request(long inputVersion) {
        return new BlockRequest(ID, StorageLevel.MEMORY_ONLY, inputVersion, 1);
    }

    private StagedBlock staged(long inputVersion) {
        StagedBlock block = new StagedObjects(store, request(inputVersion), serializer);
        assertThat(block.begin()).isTrue();
        block.add("a record");
        block.complete();
        return block;
    }

    private boolean put(long inputVersion) {
        StagedBlock block = staged(inputVersion);
        boolean shown = store.show(block, block.result());
        block.refuse(); // as at the end of its attempt
        return shown;
    }

    private long storedBytes() {
        return memory.usage().storageBytes();
    }

    @Test
    void aBlockBeingBuiltCountsButCannotBePinned() {
        StagedBlock block = staged(VERSION);

        assertThat(store.blockCount()).isEqualTo(1);
        assertThat(store.pin(ID, VERSION)).isNull();
        block.refuse();
        assertThat(store.blockCount()).isZero();
        assertThat(storedBytes()).isZero();
    }

    @Test
    void theFirstOfAnInputVersionStays() {
        assertThat(put(VERSION)).isTrue();
        StoredBlock first = store.pin(ID, VERSION);

        assertThat(put(VERSION)).isFalse();

        assertThat(store.pin(ID, VERSION)).isSameAs(first);
        store.unpin(first);
        store.unpin(first);
    }

    @Test
    void anotherInputVersionIsNotPinnedAndGoesWhenDiscarded() {
        put(VERSION);

        assertThat(store.pin(ID, VERSION + 1)).isNull();
        assertThat(storedBytes()).isPositive();
        store.discardOutdated(ID, VERSION);
        assertThat(gone).isEmpty();
        store.discardOutdated(ID, VERSION + 1);

        assertThat(gone).containsExactly(ID);
        assertThat(storedBytes()).isZero();
    }

    @Test
    void whatReplacesABlockIsNoLoss() {
        put(VERSION);
        long bytes = storedBytes();

        assertThat(put(VERSION + 1)).isTrue();

        assertThat(gone).isEmpty();
        assertThat(storedBytes()).isEqualTo(bytes);
    }

    @Test
    void aPinnedBlockIsInvisibleOnceDiscardedAndPaidForUntilUnpinned() {
        put(VERSION);
        StoredBlock block = store.pin(ID, VERSION);

        store.discard(block);

        assertThat(store.pin(ID, VERSION)).isNull();
        assertThat(gone).containsExactly(ID);
        assertThat(storedBytes()).isEqualTo(block.bytes());
        store.unpin(block);
        assertThat(storedBytes()).isZero();
    }

    @Test
    void aBlockWhoseDatasetWasDroppedMeanwhileIsNotShown() {
        StagedBlock block = staged(VERSION);

        store.dropAll(id -> id.rddId() == ID.rddId());

        assertThat(store.show(block, block.result())).isFalse();
        block.refuse();
        assertThat(storedBytes()).isZero();
    }

    @Test
    void aClosedStoreAdmitsNothing() {
        store.close();

        assertThat(new StagedObjects(store, request(VERSION), serializer).begin())
                .isFalse();
    }

    /** Others come in between: the block is out of reach, and its bytes are about to be given up. */
    @Nested
    class WhileABlockIsLeaving {

        private final UnifiedMemoryManager pool = new UnifiedMemoryManager(POOL, 0);
        private Runnable inBetween = () -> {};
        private final WatchedMemory watched = new WatchedMemory(pool, () -> inBetween.run());
        private final FlakyDisk disk = new FlakyDisk();
        private final MemoryStore leavingStore = new MemoryStore(
                watched, POOL, new DiskStore(disk, new BlockFrame(Compression.NONE)), serializer, gone::add);

        @AfterEach
        void nothingIsHeldAtTheEnd() {
            leavingStore.close();
            assertThat(pool.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        }

        private StagedBlock build(StorageLevel level, long inputVersion) {
            StagedBlock block = new HollowBlock.Staged(
                    leavingStore, new BlockRequest(ID, level, inputVersion, 1), 1 << 20, () -> {}, made -> {});
            assertThat(block.begin()).isTrue();
            block.complete();
            return block;
        }

        private boolean publish(StagedBlock block) {
            boolean shown = leavingStore.show(block, block.result());
            block.refuse();
            return shown;
        }

        /** Has the block evicted, and others come once it is out of reach. */
        private void evict(Runnable others) {
            AtomicBoolean came = new AtomicBoolean();
            inBetween = () -> {
                StoredBlock block = came.get() ? null : leavingStore.pin(ID, VERSION);
                if (block != null) {
                    leavingStore.unpin(block);
                } else if (!came.getAndSet(true)) {
                    others.run();
                }
            };
            assertThat(watched.evict(1)).isPositive();
            assertThat(came).isTrue();
        }

        @Test
        void itIsNotCountedAnyMore() {
            publish(build(StorageLevel.MEMORY_ONLY, VERSION));

            evict(() -> assertThat(leavingStore.sizeOf(ID.rddId())).isEqualTo(CachedSize.NONE));
        }

        @Test
        void anotherTakesItsPlace() {
            publish(build(StorageLevel.MEMORY_ONLY, VERSION));
            StagedBlock again = build(StorageLevel.MEMORY_ONLY, VERSION);

            evict(() -> assertThat(publish(again)).isTrue());

            StoredBlock found = leavingStore.pin(ID, VERSION);
            assertThat(found).isNotNull();
            leavingStore.unpin(found);
            assertThat(gone).isEmpty();
        }

        @Test
        void anOutdatedOneGoesAndLeavesNoCopyOnDisk() {
            publish(build(StorageLevel.MEMORY_AND_DISK, VERSION));

            evict(() -> leavingStore.discardOutdated(ID, VERSION + 1));

            assertThat(leavingStore.pin(ID, VERSION)).isNull();
            assertThat(gone).containsExactly(ID);
            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        }
    }
}

package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
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
}

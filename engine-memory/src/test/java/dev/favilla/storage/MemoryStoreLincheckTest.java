package dev.favilla.storage;

import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.UnifiedMemoryManager;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.jetbrains.lincheck.datastructures.Validate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * The table of blocks, used by several threads at once, answers as if the operations came one after the other, and as the
 * {@link Table} says: attempts publish, readers pin, tasks have blocks evicted, and datasets are dropped.
 *
 * <p>What is left out: that blocks make room for a new one. What goes gives its bytes back after it has left the table, so
 * whoever looks for room in between evicts another block, and a pin that meets a block which cannot go after all misses it;
 * a cache may do both. {@link MemoryStoreWindowsTest} checks what must hold all the same. Only one task evicts at a time
 * here, too: of two, one writes the block that is due, and the other, which passes over it, takes the next.
 */
@Param(name = "id", gen = IntGen.class, conf = "0:2")
@Param(name = "version", gen = IntGen.class, conf = "1:2")
public class MemoryStoreLincheckTest {

    private static final long BYTES = 1 << 20;
    private static final int BLOCKS = 3;

    private final UnifiedMemoryManager pool = new UnifiedMemoryManager(UnifiedMemoryManager.MINIMUM_POOL_BYTES, 0);
    private final WatchedMemory memory = new WatchedMemory(pool, () -> {});
    private final FlakyDisk disk = new FlakyDisk();
    private final MemoryStore store = new MemoryStore(
            memory,
            pool.poolBytes(),
            new DiskStore(disk, new BlockFrame(Compression.NONE)),
            HollowBlock.SERIALIZER,
            gone -> {});
    private final Deque<StoredBlock> pinned = new ArrayDeque<>();
    private final @Nullable StagedBlock[] begun = new StagedBlock[2];

    /** Two partitions of a dataset in memory only, and one of another that may go to disk. */
    private static BlockId id(int number) {
        return new BlockId(number / 2, number % 2);
    }

    private static boolean isMovable(int number) {
        return number == BLOCKS - 1;
    }

    @Operation(nonParallelGroup = "first attempt")
    public boolean begin(@Param(name = "id") int id, @Param(name = "version") int version) {
        return begin(0, id, version);
    }

    @Operation(nonParallelGroup = "first attempt")
    public boolean publish() {
        return publish(0);
    }

    @Operation(nonParallelGroup = "second attempt")
    public boolean beginToo(@Param(name = "id") int id, @Param(name = "version") int version) {
        return begin(1, id, version);
    }

    @Operation(nonParallelGroup = "second attempt")
    public boolean publishToo() {
        return publish(1);
    }

    private boolean begin(int attempt, int id, int version) {
        if (begun[attempt] != null) {
            return false;
        }
        StorageLevel level = isMovable(id) ? StorageLevel.MEMORY_AND_DISK : StorageLevel.MEMORY_ONLY;
        StagedBlock block =
                new HollowBlock.Staged(store, new BlockRequest(id(id), level, version, 1), BYTES, () -> {}, made -> {});
        begun[attempt] = block;
        boolean admitted = block.begin();
        block.complete();
        return admitted;
    }

    private boolean publish(int attempt) {
        StagedBlock block = begun[attempt];
        if (block == null) {
            return false;
        }
        begun[attempt] = null;
        StoredBlock stored = block.result();
        boolean shown = stored != null && store.show(block, stored);
        block.refuse(); // as at the end of its attempt
        return shown;
    }

    @Operation(nonParallelGroup = "reader")
    public boolean pin(@Param(name = "id") int id, @Param(name = "version") int version) {
        StoredBlock block = store.pin(id(id), version);
        if (block != null) {
            pinned.push(block);
        }
        return block != null;
    }

    @Operation(nonParallelGroup = "reader")
    public void unpin() {
        if (!pinned.isEmpty()) {
            store.unpin(pinned.pop());
        }
    }

    /** What was read is damaged. */
    @Operation(nonParallelGroup = "reader")
    public void discardPinned() {
        if (!pinned.isEmpty()) {
            store.discard(pinned.peek());
        }
    }

    @Operation
    public void discardOutdated(@Param(name = "id") int id, @Param(name = "version") int version) {
        store.discardOutdated(id(id), version);
    }

    @Operation
    public void drop(@Param(name = "id") int id) {
        store.drop(id(id));
    }

    @Operation
    public void dropDatasetOf(@Param(name = "id") int id) {
        store.dropAll(block -> block.rddId() == id(id).rddId());
    }

    @Operation(nonParallelGroup = "task in need")
    public boolean evictOne() {
        return memory.evict(BYTES) > 0;
    }

    @Operation
    public int count(@Param(name = "id") int id) {
        return store.sizeOf(id(id).rddId()).partitions();
    }

    @Validate
    public void theBooksSayWhatThereIs() {
        long bytes = 0;
        long onDisk = 0;
        for (int rdd = 0; rdd < 2; rdd++) {
            bytes += store.sizeOf(rdd).memoryBytes();
            onDisk += store.sizeOf(rdd).diskBytes();
        }
        for (StagedBlock block : begun) {
            bytes += block == null || block.result() == null ? 0 : BYTES;
        }
        for (StoredBlock block : pinned.stream().distinct().toList()) {
            bytes += block.orphaned ? block.bytes() : 0;
            onDisk += block.orphaned ? block.diskBytes() + (block.copy == null ? 0 : block.copy.diskBytes()) : 0;
        }
        if (bytes != pool.usage().storageBytes() || onDisk != disk.usage().bytes()) {
            throw new IllegalStateException(bytes + " bytes are there and " + onDisk + " on disk, but the books say "
                    + pool.usage() + " and " + disk.usage());
        }
    }

    /** What the table is to answer. */
    public static final class Table {

        /** What is visible, the least recently used first. */
        private final Map<Integer, Block> visible = new LinkedHashMap<>(16, 0.75f, true);

        private final @Nullable Block[] begun = new Block[2];
        private final Deque<Block> pinned = new ArrayDeque<>();

        private static final class Block {

            private final int id;
            private final int version;
            private boolean admitted = true;
            private boolean onDisk;
            private int pins;

            Block(int id, int version) {
                this.id = id;
                this.version = version;
            }
        }

        public boolean begin(int id, int version) {
            return begin(0, id, version);
        }

        public boolean publish() {
            return publish(0);
        }

        public boolean beginToo(int id, int version) {
            return begin(1, id, version);
        }

        public boolean publishToo() {
            return publish(1);
        }

        private boolean begin(int attempt, int id, int version) {
            if (begun[attempt] != null) {
                return false;
            }
            begun[attempt] = new Block(id, version);
            return true;
        }

        private boolean publish(int attempt) {
            Block block = begun[attempt];
            begun[attempt] = null;
            if (block == null || !block.admitted) {
                return false;
            }
            Block older = visible.get(block.id);
            if (older != null && older.version == block.version) {
                return false;
            }
            visible.put(block.id, block);
            return true;
        }

        public boolean pin(int id, int version) {
            Block block = visible.get(id);
            if (block == null || block.version != version) {
                return false;
            }
            block.pins++;
            pinned.push(block);
            return true;
        }

        public void unpin() {
            if (!pinned.isEmpty()) {
                pinned.pop().pins--;
            }
        }

        public void discardPinned() {
            if (!pinned.isEmpty()) {
                visible.remove(pinned.peek().id, pinned.peek());
            }
        }

        public void discardOutdated(int id, int version) {
            Block block = visible.get(id);
            if (block != null && block.version != version) {
                visible.remove(id);
            }
        }

        public void drop(int id) {
            visible.remove(id);
        }

        public void dropDatasetOf(int id) {
            visible.keySet().removeIf(other -> other / 2 == id / 2);
            for (Block block : begun) {
                if (block != null && block.id / 2 == id / 2) {
                    block.admitted = false;
                }
            }
        }

        public boolean evictOne() {
            for (Block block : visible.values()) {
                if (block.pins == 0 && !block.onDisk) {
                    if (isMovable(block.id)) {
                        block.onDisk = true;
                        visible.get(block.id); // as if it were used
                    } else {
                        visible.remove(block.id);
                    }
                    return true;
                }
            }
            return false;
        }

        public int count(int id) {
            return (int) visible.keySet().stream()
                    .filter(other -> other / 2 == id / 2)
                    .count();
        }
    }

    @Test
    @Tag("slow")
    void answersAsIfOneAfterTheOtherWhateverTheInterleaving() {
        new ModelCheckingOptions()
                .iterations(6)
                .invocationsPerIteration(100)
                .threads(2)
                .actorsPerThread(2)
                .actorsBefore(4)
                .actorsAfter(2)
                .sequentialSpecification(Table.class)
                .check(MemoryStoreLincheckTest.class);
    }

    @Test
    void answersAsIfOneAfterTheOtherUnderStress() {
        new StressOptions()
                .iterations(20)
                .invocationsPerIteration(500)
                .threads(3)
                .actorsPerThread(3)
                .actorsBefore(4)
                .sequentialSpecification(Table.class)
                .check(MemoryStoreLincheckTest.class);
    }
}

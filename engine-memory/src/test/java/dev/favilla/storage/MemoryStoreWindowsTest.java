package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.disk.DiskUsage;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * Attempts, readers, tasks in need and droppers that step in wherever another has let go of the store's monitor: while it
 * asks for memory, writes a block, or tells of one that is gone. Each step has a thread, and whoever it interrupts stands
 * still meanwhile; a seed says which, so that each run is the same. What is pinned stays, what may go to disk is never
 * lost, each block is given back once, and the books say what there is.
 */
class MemoryStoreWindowsTest {

    private static final long POOL = UnifiedMemoryManager.MINIMUM_POOL_BYTES;
    private static final long BYTES = POOL / 8;
    private static final int DATASETS = 3;
    private static final int PARTITIONS = 3;
    private static final int STEPS = 6000;
    private static final int DEEPEST = 4;

    private final UnifiedMemoryManager pool = new UnifiedMemoryManager(POOL, 0.25);
    private final FlakyDisk disk = new FlakyDisk();
    private final MemoryStore store = new MemoryStore(
            new WatchedMemory(pool, this::window),
            POOL,
            new DiskStore(disk, new BlockFrame(Compression.NONE)),
            HollowBlock.SERIALIZER,
            gone -> window());
    private final ExecutorService threads = Executors.newCachedThreadPool();

    // What follows belongs to whoever does not stand still.

    private final List<StagedBlock> built = new ArrayList<>();
    private final List<HollowBlock> made = new ArrayList<>();
    private final List<StoredBlock> pinned = new ArrayList<>();
    private final List<MemoryAccount> tasks = new ArrayList<>();

    /** The versions of what may go to disk, was published, and was not dropped since. */
    private final Map<BlockId, Long> durable = new HashMap<>();

    private SplittableRandom random = new SplittableRandom(0);
    private boolean stepsIn;
    private int depth;
    private int steppedIn;

    /** Whether somebody writes: whoever finds nothing to evict waits for that. */
    private boolean writing;

    @AfterEach
    void stopThreads() throws InterruptedException {
        threads.shutdownNow();
        assertThat(threads.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whoeverStepsInLosesNothingAndLeavesNothing(TestSeed seed) {
        random = seed.random();
        for (int step = 0; step < STEPS; step++) {
            stepsIn = true;
            step();
            stepsIn = false;
            assertBooksAreRight();
            durable.forEach((id, version) -> {
                StoredBlock block = store.pin(id, version);
                assertThat(block).as("%s of version %s", id, version).isNotNull();
                store.unpin(block);
            });
        }
        assertThat(steppedIn).isGreaterThan(STEPS / 4);
        built.forEach(StagedBlock::refuse);
        pinned.forEach(store::unpin);
        tasks.forEach(MemoryAccount::close);
        store.close();

        assertThat(pool.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
        assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        assertThat(made).allSatisfy(block -> assertThat(block.discards()).isOne());
    }

    private void assertBooksAreRight() {
        long kept = 0;
        long onDisk = 0;
        for (int rdd = 0; rdd < DATASETS; rdd++) {
            kept += store.sizeOf(rdd).memoryBytes();
            onDisk += store.sizeOf(rdd).diskBytes();
        }
        for (StagedBlock block : built) {
            StoredBlock result = block.result();
            kept += result == null ? 0 : result.bytes();
            onDisk += result == null ? 0 : result.diskBytes();
        }
        for (StoredBlock block : pinned.stream().distinct().toList()) {
            kept += block.orphaned ? block.bytes() : 0;
            onDisk += block.orphaned ? block.diskBytes() + (block.copy == null ? 0 : block.copy.diskBytes()) : 0;
        }
        assertThat(pool.usage().storageBytes()).isEqualTo(kept);
        assertThat(disk.usage().bytes()).isEqualTo(onDisk);
    }

    /** Somebody may step in here. */
    private void window() {
        assertThat(pool.usage().freeBytes()).isNotNegative();
        if (stepsIn && depth < DEEPEST && random.nextInt(3) == 0) {
            depth++;
            steppedIn++;
            try {
                threads.submit(this::step).get(10, TimeUnit.SECONDS);
            } catch (InterruptedException | ExecutionException | TimeoutException e) {
                throw new AssertionError("whoever stepped in", e);
            }
            depth--;
        }
    }

    private void windowWhileWriting() {
        boolean before = writing;
        writing = true;
        window();
        writing = before;
    }

    private void step() {
        BlockId id = new BlockId(random.nextInt(DATASETS), random.nextInt(PARTITIONS));
        long version = random.nextInt(5) == 0 ? 2 : 1;
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3 -> build(id, version);
            case 4, 5, 6, 7 -> publish();
            case 8, 9 -> pin(id, version);
            case 10, 11, 12 -> unpin();
            case 13 -> discardPinned();
            case 14 -> discardOutdated(id, version);
            case 15 -> drop(id);
            case 16 -> dropAll(id.rddId());
            case 17, 18 -> take();
            default -> giveBack();
        }
    }

    private <T> T takeOne(List<T> from) {
        return from.remove(random.nextInt(from.size()));
    }

    private static boolean mayGoToDisk(BlockId id) {
        return id.partition() > 0;
    }

    private void build(BlockId id, long version) {
        StorageLevel level = mayGoToDisk(id) ? StorageLevel.MEMORY_AND_DISK : StorageLevel.MEMORY_ONLY;
        long bytes = BYTES * (1 + random.nextInt(2));
        StagedBlock block = new HollowBlock.Staged(
                store, new BlockRequest(id, level, version, 1), bytes, this::windowWhileWriting, made::add);
        if (block.begin()) {
            block.complete();
            built.add(block);
        }
    }

    private void publish() {
        if (built.isEmpty()) {
            return;
        }
        StagedBlock block = takeOne(built);
        StoredBlock stored = block.result();
        if (stored != null) {
            Long before = durable.remove(block.id());
            if (mayGoToDisk(block.id())) { // from the moment on that it is visible
                durable.put(block.id(), stored.inputVersion());
            }
            if (!store.show(block, stored)) { // and nobody has stepped in
                durable.remove(block.id());
                if (before != null) {
                    durable.put(block.id(), before);
                }
            }
        }
        block.refuse();
    }

    private void pin(BlockId id, long version) {
        StoredBlock block = store.pin(id, version);
        if (block != null) {
            pinned.add(block);
        }
    }

    private void unpin() {
        if (!pinned.isEmpty()) {
            StoredBlock block = takeOne(pinned);
            assertThat(block instanceof HollowBlock hollow ? hollow.discards() : 0)
                    .isZero();
            store.unpin(block);
        }
    }

    private void discardPinned() {
        if (!pinned.isEmpty()) {
            StoredBlock block = pinned.get(random.nextInt(pinned.size()));
            durable.remove(block.id());
            store.discard(block);
        }
    }

    private void discardOutdated(BlockId id, long version) {
        durable.computeIfPresent(id, (same, there) -> there == version ? there : null);
        store.discardOutdated(id, version);
    }

    private void drop(BlockId id) {
        durable.remove(id);
        store.drop(id);
    }

    private void dropAll(int rdd) {
        durable.keySet().removeIf(id -> id.rddId() == rdd);
        store.dropAll(id -> id.rddId() == rdd);
    }

    private void take() {
        if (!writing) {
            MemoryAccount task = pool.openRetained("task");
            task.reserve(random.nextLong(POOL / 2));
            tasks.add(task);
        }
    }

    private void giveBack() {
        if (!tasks.isEmpty()) {
            takeOne(tasks).close();
        }
    }
}

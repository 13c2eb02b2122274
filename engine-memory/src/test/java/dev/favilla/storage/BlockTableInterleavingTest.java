package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.DiskUsage;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Attempts that build, read, succeed and fail in turns chosen by a seed, step by step on one thread, beside a hog that
 * takes memory and gives it back: what must be there is there, and what is there is right.
 */
class BlockTableInterleavingTest {

    private static final long POOL = UnifiedMemoryManager.MINIMUM_POOL_BYTES;
    private static final int ATTEMPTS = 5;
    private static final int STEPS = 1500;
    private static final List<StorageLevel> LEVELS = List.of(
            StorageLevel.MEMORY_ONLY,
            StorageLevel.MEMORY_ONLY_SER,
            StorageLevel.MEMORY_AND_DISK,
            StorageLevel.MEMORY_AND_DISK_SER,
            StorageLevel.OFF_HEAP,
            StorageLevel.DISK_ONLY);

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(POOL, 0.1);
    private final MemoryAccount hog = memory.openRetained("hog");
    private final FlakyDisk disk = new FlakyDisk();
    private final LocalBlockManager store = new LocalBlockManager(
            memory,
            new DiskStore(disk, new BlockFrame(Compression.LZ4)),
            new KryoSerializer(List.of()),
            new BlockFrame(Compression.NONE),
            id -> assertThat(mayGo(id)).as("%s goes", id).isTrue(),
            PeerBlocks.NONE,
            POOL);

    /** Published with a disk part and not dropped since: these must be found. */
    private final Map<BlockId, Boolean> durable = new HashMap<>();

    private boolean diskFails;
    private boolean dropping;
    private long attempts;

    private boolean mayGo(BlockId id) {
        return diskFails || dropping || !durable.containsKey(id);
    }

    private static StorageLevel level(BlockId id) {
        return LEVELS.get(id.rddId());
    }

    private static int records(BlockId id) {
        return 20 + 90 * id.partition();
    }

    private static List<Object> record(BlockId id, int i) {
        return List.of(id.rddId(), id.partition(), i, new byte[8192]);
    }

    /** One attempt with its reader, or its block half built. */
    private final class Attempt {

        private final TaskScope scope =
                new TaskScope(++attempts, "task", new UnifiedMemoryManager(POOL, 0).openTask("task"));
        private final BlockId id;
        private Iterator<Object> reading = List.of().iterator();
        private boolean isReading;
        private BlockBuilder building;
        private int position;

        Attempt(BlockId id) {
            this.id = id;
            Optional<CachedBlock> found = store.find(id, 1, scope);
            assertThat(found.isPresent() || !durable.containsKey(id))
                    .as("%s is there", id)
                    .isTrue();
            found.ifPresentOrElse(
                    block -> {
                        reading = block.records();
                        isReading = true;
                    },
                    () -> building = store.build(id, level(id), 1, scope));
        }

        /** Does a few records; returns false once all are done. */
        boolean step(int count) {
            for (int i = 0; i < count && position < records(id); i++, position++) {
                if (isReading) {
                    List<?> record = (List<?>) reading.next();
                    assertThat(record.subList(0, 3))
                            .isEqualTo(record(id, position).subList(0, 3));
                } else {
                    building.add(record(id, position));
                }
            }
            return position < records(id);
        }

        void end(boolean succeeds) {
            if (!isReading && position == records(id)) {
                building.complete();
                if (succeeds && !store.publish(scope).isEmpty() && level(id).useDisk()) {
                    durable.put(id, true);
                }
            }
            scope.close();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whatMustBeThereIsThereAndWhatIsThereIsRight(boolean failing, TestSeed seed) {
        diskFails = failing;
        SplittableRandom random = seed.random();
        List<Attempt> open = new ArrayList<>();
        for (int step = 0; step < STEPS; step++) {
            disk.full = failing && random.nextInt(4) == 0;
            if (failing) {
                durable.clear(); // nothing must be there
            }
            int what = random.nextInt(100);
            if (what < 3) {
                drop(random.nextInt(LEVELS.size()));
            } else if (what < 10) {
                hog.release(hog.reservedBytes());
                hog.reserve(random.nextLong(POOL));
            } else if (open.size() < ATTEMPTS && what < 40) {
                open.add(new Attempt(new BlockId(random.nextInt(LEVELS.size()), random.nextInt(5))));
            } else if (!open.isEmpty()) {
                int chosen = random.nextInt(open.size());
                if (!open.get(chosen).step(1 + random.nextInt(200)) || random.nextInt(20) == 0) {
                    open.remove(chosen).end(random.nextInt(5) > 0);
                }
            }
            assertBooksAreRight();
        }
        open.forEach(attempt -> attempt.end(true));
        for (int rdd = 0; rdd < LEVELS.size(); rdd++) {
            drop(rdd);
        }
        hog.close();
        assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        assertThat(store.offHeapBytes()).isZero();
        assertThat(memory.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
        store.close();
    }

    private void drop(int rdd) {
        dropping = true;
        store.drop(rdd);
        dropping = false;
        durable.keySet().removeIf(id -> id.rddId() == rdd);
    }

    private void assertBooksAreRight() {
        long kept = 0;
        long onDisk = 0;
        for (int rdd = 0; rdd < LEVELS.size(); rdd++) {
            kept += store.sizeOf(rdd).memoryBytes();
            onDisk += store.sizeOf(rdd).diskBytes();
        }
        assertThat(kept).isLessThanOrEqualTo(memory.usage().storageBytes());
        assertThat(onDisk).isLessThanOrEqualTo(disk.usage().bytes());
        assertThat(memory.usage().freeBytes()).isNotNegative();
    }
}

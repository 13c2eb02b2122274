package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.DirectoryDisk;
import dev.favilla.disk.DiskUsage;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.storage.BlockManager.CachedSize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Blocks in memory, outside the heap and on disk, under budgets that hold all of them, some, or none. */
class BlocksOnDiskTest {

    private static final int MIB = 1 << 20;
    private static final long POOL = UnifiedMemoryManager.MINIMUM_POOL_BYTES;
    private static final long VERSION = 7;

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(POOL, 0);
    private final List<BlockId> dropped = new ArrayList<>();
    private final FlakyDisk disk = new FlakyDisk();
    private final Serializer serializer = new KryoSerializer(List.of());
    private final LocalBlockManager store = store(new DiskStore(disk, new BlockFrame(Compression.LZ4)));
    private final List<TaskScope> scopes = new ArrayList<>();

    /** Holds memory that nobody can have back. */
    private final MemoryAccount hog = memory.openRetained("hog");

    private LocalBlockManager store(DiskStore on) {
        return new LocalBlockManager(
                memory, on, serializer, new BlockFrame(Compression.NONE), dropped::add, PeerBlocks.NONE, POOL);
    }

    @AfterEach
    void nothingIsLeft() {
        scopes.forEach(TaskScope::close);
        for (int rdd = 0; rdd < 10; rdd++) {
            store.drop(rdd);
        }
        assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        assertThat(store.offHeapBytes()).isZero();
        hog.close();
        assertThat(memory.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
        store.close();
        store.close();
        assertThat(store.blockCount()).isZero();
    }

    private TaskScope task() {
        UnifiedMemoryManager own = new UnifiedMemoryManager(POOL, 0);
        TaskScope scope = new TaskScope(scopes.size(), "task", own.openTask("task"));
        scopes.add(scope);
        return scope;
    }

    private List<PublishedBlock> put(BlockId id, StorageLevel level, Iterable<?> records) {
        try (TaskScope scope = task()) {
            BlockBuilder builder = store.build(id, level, VERSION, scope);
            for (Object record : records) {
                if (!builder.add(record)) {
                    break;
                }
            }
            builder.complete();
            return store.publish(scope);
        }
    }

    private boolean putLarge(int rdd, StorageLevel level, int mib) {
        return !put(new BlockId(rdd, 0), level, large(rdd, mib)).isEmpty();
    }

    private static List<byte[]> large(int rdd, int mib) {
        List<byte[]> records = new ArrayList<>();
        for (int i = 0; i < mib; i++) {
            byte[] record = new byte[MIB - 100];
            Arrays.fill(record, (byte) (31 * rdd + i));
            records.add(record);
        }
        return records;
    }

    private Optional<List<Object>> get(BlockId id) {
        try (TaskScope scope = task()) {
            return store.find(id, VERSION, scope).map(block -> content(block.records()));
        }
    }

    private static List<Object> content(Iterator<Object> records) {
        List<Object> all = new ArrayList<>();
        records.forEachRemaining(all::add);
        return all;
    }

    private void assertHolds(int rdd, int mib) {
        List<Object> found = get(new BlockId(rdd, 0)).orElseThrow();
        List<byte[]> expected = large(rdd, mib);
        assertThat(found).hasSameSizeAs(expected);
        for (int i = 0; i < mib; i++) {
            assertThat(Arrays.equals((byte[]) found.get(i), expected.get(i))).isTrue();
        }
    }

    /** Takes all memory but so many MiB, and has what lies there evicted. */
    private void leave(int mib) {
        hog.release(hog.reservedBytes());
        long wanted = POOL - (long) mib * MIB;
        assertThat(hog.reserve(wanted)).isEqualTo(wanted);
    }

    private CachedSize sizeOf(int rdd) {
        return store.sizeOf(rdd);
    }

    private static List<Object> mixed(int count) {
        List<Object> records = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            records.add(i % 7 == 0 ? null : i % 3 == 0 ? List.of(i, "text " + i) : "record " + i);
        }
        return records;
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "MEMORY_ONLY",
                "MEMORY_ONLY_2",
                "MEMORY_ONLY_SER",
                "MEMORY_AND_DISK",
                "MEMORY_AND_DISK_SER_2",
                "DISK_ONLY",
                "DISK_ONLY_3",
                "OFF_HEAP"
            })
    void atEachLevelRecordsComeBackAsTheyWereUnderAnyBudget(String name) {
        StorageLevel level = StorageLevel.fromString(name);
        for (int free : new int[] {32, 1, 0}) {
            leave(free);
            for (int count : new int[] {0, 1, 30_000}) {
                BlockId id = new BlockId(1, count);
                boolean kept = !put(id, level, mixed(count)).isEmpty();
                assertThat(kept || !level.useDisk())
                        .as("%s MiB, %s records", free, count)
                        .isTrue();
                assertThat(get(id).map(found -> found.equals(mixed(count))))
                        .isEqualTo(kept ? Optional.of(true) : Optional.empty());
            }
            assertThat(sizeOf(1).memoryBytes()).isEqualTo(memory.usage().storageBytes());
            store.drop(1);
            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
            assertThat(memory.usage().storageBytes()).isZero();
            assertThat(store.offHeapBytes()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"MEMORY_AND_DISK", "MEMORY_AND_DISK_SER", "OFF_HEAP", "DISK_ONLY"})
    void aBlockLargerThanMemoryIsBuiltOnDisk(String name) {
        assertThat(putLarge(1, StorageLevel.fromString(name), 40)).isTrue();

        assertThat(sizeOf(1).memoryBytes()).isZero();
        assertThat(sizeOf(1).diskBytes()).isPositive();
        assertHolds(1, 40);
        assertThat(memory.usage().storageBytes()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"MEMORY_ONLY", "MEMORY_ONLY_SER"})
    void aBlockLargerThanMemoryIsNotKeptInMemoryOnly(String name) {
        assertThat(putLarge(1, StorageLevel.fromString(name), 40)).isFalse();

        assertThat(store.blockCount()).isZero();
        assertThat(memory.usage().storageBytes()).isZero();
    }

    /** Numbers, with other records behind so many of them. */
    private static List<Object> numbersAndOthers(int numbers, int others) {
        List<Object> records = new ArrayList<>();
        for (int i = 0; i < numbers; i++) {
            records.add((double) i);
        }
        records.addAll(mixed(others));
        return records;
    }

    @Test
    void numbersGoToDiskWhileTheyAreCollected() {
        List<Object> records = numbersAndOthers(500_000, 1000);
        leave(1);

        put(new BlockId(1, 0), StorageLevel.MEMORY_AND_DISK, records);

        assertThat(sizeOf(1).memoryBytes()).isZero();
        assertThat(sizeOf(1).diskBytes()).isPositive();
        assertThat(get(new BlockId(1, 0))).contains(records);
    }

    @Test
    void numbersGoToDiskWhenOthersNeedTheRoom() {
        List<Object> records = numbersAndOthers(500_000, 1000);
        put(new BlockId(1, 0), StorageLevel.MEMORY_AND_DISK, records);
        assertThat(sizeOf(1).memoryBytes()).isPositive();

        leave(1);

        assertThat(sizeOf(1).memoryBytes()).isZero();
        assertThat(get(new BlockId(1, 0))).contains(records);
    }

    @Test
    void blocksOutsideTheHeapCountAgainstTheBudget() {
        putLarge(1, StorageLevel.OFF_HEAP, 4);

        CachedSize size = sizeOf(1);
        assertThat(size.offHeapBytes()).isBetween(4L * MIB, 5L * MIB).isEqualTo(size.memoryBytes());
        assertThat(store.offHeapBytes())
                .isEqualTo(memory.usage().storageBytes())
                .isEqualTo(size.offHeapBytes());
        assertHolds(1, 4);
    }

    @Test
    void anIteratorThatOutlivesItsTaskNeverReadsAnotherBlock() {
        put(new BlockId(1, 0), StorageLevel.OFF_HEAP, mixed(50_000));
        TaskScope reader = task();
        Iterator<Object> records =
                store.find(new BlockId(1, 0), VERSION, reader).orElseThrow().records();
        records.next();
        reader.close();
        store.drop(1);
        put(new BlockId(2, 0), StorageLevel.OFF_HEAP, mixed(50_000));

        assertThatThrownBy(() -> content(records)).isInstanceOf(RuntimeException.class);
        assertThat(get(new BlockId(2, 0))).contains(mixed(50_000));
    }

    @Nested
    class Eviction {

        @ParameterizedTest
        @ValueSource(strings = {"MEMORY_AND_DISK", "MEMORY_AND_DISK_SER", "OFF_HEAP"})
        void movesTheLeastRecentlyUsedToDiskWhereTheyStayReadable(String name) {
            StorageLevel level = StorageLevel.fromString(name);
            putLarge(1, level, 8);
            putLarge(2, level, 8);
            assertHolds(1, 8);

            leave(12);

            assertThat(dropped).isEmpty();
            assertThat(sizeOf(1).diskBytes()).isZero();
            assertThat(sizeOf(2).memoryBytes()).isZero();
            assertThat(sizeOf(2).diskBytes()).isPositive();
            assertHolds(1, 8);
            assertHolds(2, 8);
            assertThat(sizeOf(2).memoryBytes()).as("not read back").isZero();
            leave(0);
            assertHolds(1, 8);
        }

        @Test
        void makesRoomForANewBlock() {
            putLarge(1, StorageLevel.MEMORY_AND_DISK, 12);
            putLarge(2, StorageLevel.MEMORY_AND_DISK_SER, 12);

            assertThat(putLarge(3, StorageLevel.MEMORY_ONLY, 24)).isTrue();

            assertThat(dropped).isEmpty();
            for (int rdd = 1; rdd <= 2; rdd++) {
                assertThat(sizeOf(rdd).memoryBytes()).isZero();
                assertHolds(rdd, 12);
            }
            assertHolds(3, 24);
        }

        @ParameterizedTest
        @ValueSource(strings = {"MEMORY_AND_DISK", "OFF_HEAP"})
        void sparesWhatIsBeingReadThoughItIsTheOldest(String name) {
            StorageLevel level = StorageLevel.fromString(name);
            putLarge(1, level, 8);
            putLarge(2, level, 8);
            TaskScope reader = task();
            Iterator<Object> records =
                    store.find(new BlockId(1, 0), VERSION, reader).orElseThrow().records();
            records.next();
            assertHolds(2, 8);

            leave(12);

            assertThat(sizeOf(1).memoryBytes()).isPositive();
            assertThat(sizeOf(2).memoryBytes()).isZero();
            assertThat(content(records)).hasSize(7);
            reader.close();
            leave(2);
            assertThat(sizeOf(1).memoryBytes()).isZero();
            assertHolds(1, 8);
        }

        @Test
        void dropsABlockThatTheDiskDoesNotTake() {
            putLarge(1, StorageLevel.MEMORY_AND_DISK, 8);
            putLarge(2, StorageLevel.OFF_HEAP, 8);
            disk.room = 1000;

            leave(0);

            assertThat(dropped).containsExactly(new BlockId(1, 0), new BlockId(2, 0));
            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
            assertThat(get(new BlockId(1, 0))).isEmpty();
        }

        @Test
        void dropsObjectsThatCannotBeSerialized() {
            put(new BlockId(1, 0), StorageLevel.MEMORY_AND_DISK, List.of("x", Thread.currentThread()));

            leave(0);

            assertThat(dropped).containsExactly(new BlockId(1, 0));
            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        }

        @Test
        void thatFailsBadlyLeavesNothingLockedOrHeld() {
            put(new BlockId(1, 0), StorageLevel.MEMORY_AND_DISK, List.of(new Explosive()));
            putLarge(2, StorageLevel.MEMORY_AND_DISK, 4);
            Explosive.armed = true;
            try {
                assertThatThrownBy(() -> hog.reserve(POOL)).isInstanceOf(OutOfMemoryError.class);
            } finally {
                Explosive.armed = false;
            }
            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);

            leave(0);

            assertThat(dropped).containsExactly(new BlockId(1, 0));
            assertHolds(2, 4);
        }
    }

    private static final class Explosive implements java.io.Externalizable {

        static volatile boolean armed;

        public Explosive() {}

        @Override
        public void writeExternal(java.io.ObjectOutput out) {
            if (armed) {
                throw new OutOfMemoryError("thrown by the test");
            }
        }

        @Override
        public void readExternal(java.io.ObjectInput in) {}
    }

    @Nested
    class AFailingDisk {

        @ParameterizedTest
        @ValueSource(strings = {"MEMORY_AND_DISK", "MEMORY_AND_DISK_SER", "OFF_HEAP", "DISK_ONLY"})
        void keepsNothingOfWhatDoesNotFitAndHurtsNobody(String name) {
            StorageLevel level = StorageLevel.fromString(name);
            leave(1);
            disk.room = 5_000;
            assertThat(putLarge(1, level, 4)).isFalse();
            disk.full = true;
            assertThat(putLarge(1, level, 4)).isFalse();

            assertThat(store.blockCount()).isZero();
            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
            assertThat(memory.usage().storageBytes()).isZero();
            disk.full = false;
            disk.room = Long.MAX_VALUE;
            assertThat(putLarge(1, level, 4)).isTrue();
            assertHolds(1, 4);
        }

        @Test
        void whoseFileIsMissingIsAMissOnceAndTheStaleEntryGoes() {
            put(new BlockId(1, 0), StorageLevel.DISK_ONLY, mixed(10));
            disk.loseAll();

            assertThat(get(new BlockId(1, 0))).isEmpty();

            assertThat(dropped).containsExactly(new BlockId(1, 0));
            assertThat(store.blockCount()).isZero();
            put(new BlockId(1, 0), StorageLevel.DISK_ONLY, mixed(10));
            assertThat(get(new BlockId(1, 0))).contains(mixed(10));
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 20, 100, 5000})
        void whoseFileIsDamagedIsAMissBeforeTheFirstRecord(int offset) {
            put(new BlockId(1, 0), StorageLevel.DISK_ONLY, mixed(30_000));
            disk.damageAll(offset);

            assertThat(get(new BlockId(1, 0))).isEmpty();

            assertThat(dropped).containsExactly(new BlockId(1, 0));
            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        }
    }

    @Nested
    class Records {

        @Test
        void areWrittenAsTheyWereWhenTheyCame() {
            int[] record = {1};
            try (TaskScope scope = task()) {
                BlockBuilder builder = store.build(new BlockId(1, 0), StorageLevel.DISK_ONLY, VERSION, scope);
                builder.add(record);
                record[0] = 2;
                builder.add(record);
                record[0] = 3;
                builder.complete();
                store.publish(scope);
            }

            assertThat(get(new BlockId(1, 0)).orElseThrow().stream().map(found -> ((int[]) found)[0]))
                    .containsExactly(1, 2);
        }

        @Test
        void thatCannotBeSerializedFailWhoeverWantsBytes() {
            assertThatThrownBy(
                            () -> put(new BlockId(1, 0), StorageLevel.DISK_ONLY, List.of("x", Thread.currentThread())))
                    .isInstanceOf(SerializationException.class);
        }

        @Test
        void thatCannotBeSerializedAreNotKeptWhereMemoryDecides() {
            leave(0);

            assertThat(put(new BlockId(1, 0), StorageLevel.MEMORY_AND_DISK, List.of("x", Thread.currentThread())))
                    .isEmpty();
            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        }
    }

    @Nested
    class AnAttempt {

        @ParameterizedTest
        @ValueSource(strings = {"MEMORY_AND_DISK", "OFF_HEAP", "DISK_ONLY"})
        void thatFailsLeavesNothing(String name) {
            leave(1);
            TaskScope failed = task();
            for (int partition = 0; partition < 2; partition++) {
                BlockBuilder builder =
                        store.build(new BlockId(1, partition), StorageLevel.fromString(name), VERSION, failed);
                large(1, 4).forEach(builder::add);
                if (partition == 0) {
                    builder.complete();
                }
            }
            assertThat(disk.usage().files()).isEqualTo(2);
            assertThat(get(new BlockId(1, 0)))
                    .as("not visible before it succeeds")
                    .isEmpty();

            failed.close();

            assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
            assertThat(store.blockCount()).isZero();
            assertThat(dropped).isEmpty();
        }

        @Test
        void thatComesSecondLosesToTheFirst() {
            TaskScope second = task();
            BlockBuilder builder = store.build(new BlockId(1, 0), StorageLevel.DISK_ONLY, VERSION, second);
            mixed(10).forEach(builder::add);
            builder.complete();
            put(new BlockId(1, 0), StorageLevel.DISK_ONLY, mixed(10));

            assertThat(store.publish(second)).isEmpty();
            assertThat(store.used(second)).hasSize(1);
            second.close();

            assertThat(disk.usage().files()).isEqualTo(1);
            assertThat(get(new BlockId(1, 0))).contains(mixed(10));
        }

        @Test
        void thatReadsADroppedBlockReadsItToTheEnd() {
            put(new BlockId(1, 0), StorageLevel.DISK_ONLY, mixed(30_000));
            put(new BlockId(2, 0), StorageLevel.DISK_ONLY, mixed(5));
            TaskScope reader = task();
            CachedBlock block = store.find(new BlockId(1, 0), VERSION, reader).orElseThrow();

            store.drop(1);

            assertThat(get(new BlockId(1, 0))).isEmpty();
            assertThat(content(block.records())).isEqualTo(mixed(30_000));
            assertThat(disk.usage().files()).isEqualTo(2);
            reader.close();
            assertThat(disk.usage().files()).isEqualTo(1);
            assertThat(get(new BlockId(2, 0))).contains(mixed(5));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"DISK_ONLY", "OFF_HEAP", "MEMORY_AND_DISK"})
    void anotherExecutorReadsWhatLiesHere(String name) {
        leave(1);
        put(new BlockId(1, 0), StorageLevel.fromString(name), mixed(100_000));
        UnifiedMemoryManager there = new UnifiedMemoryManager(POOL, 0);
        try (LocalBlockManager other = new LocalBlockManager(
                        there, serializer, new BlockFrame(Compression.NONE), dropped::add, store::export);
                TaskScope reader = new TaskScope(99, "task", there.openTask("task"))) {
            assertThat(other.find(new BlockId(1, 0), VERSION, reader).map(block -> content(block.records())))
                    .contains(mixed(100_000));
            disk.loseAll();
            assertThat(other.find(new BlockId(1, 0), VERSION, reader).isPresent())
                    .isEqualTo(sizeOf(1).memoryBytes() > 0);
        }
    }

    @Tag("slow")
    @Test
    void aBlockMayBeLongerThanTwoGigabytes() {
        int records = 2200;
        try (DirectoryDisk real = new DirectoryDisk(System.getProperty("java.io.tmpdir"));
                LocalBlockManager large = store(new DiskStore(real, new BlockFrame(Compression.NONE)));
                TaskScope scope = task()) {
            BlockBuilder builder = large.build(new BlockId(1, 0), StorageLevel.DISK_ONLY, VERSION, scope);
            byte[] record = new byte[MIB];
            for (int i = 0; i < records; i++) {
                record[0] = (byte) i;
                assertThat(builder.add(record)).isTrue();
            }
            builder.complete();
            assertThat(large.publish(scope)).hasSize(1);
            assertThat(real.usage().bytes()).isGreaterThan(Integer.MAX_VALUE);

            Iterator<Object> found =
                    large.find(new BlockId(1, 0), VERSION, scope).orElseThrow().records();
            for (int i = 0; i < records; i++) {
                assertThat(((byte[]) found.next())[0]).isEqualTo((byte) i);
            }
            assertThat(found.hasNext()).isFalse();
        }
    }
}

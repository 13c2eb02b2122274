package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.Field;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LocalBlockManagerTest {

    private static final int MIB = 1 << 20;
    private static final long POOL = UnifiedMemoryManager.MINIMUM_POOL_BYTES;
    private static final long VERSION = 7;

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(POOL, 0.25);
    private final List<BlockId> dropped = new ArrayList<>();
    private final FlakySerializer serializer = new FlakySerializer();
    private final LocalBlockManager store = new LocalBlockManager(memory, serializer, dropped::add);
    private final List<TaskScope> scopes = new ArrayList<>();

    /** Kryo, until told to fail. */
    private static final class FlakySerializer implements Serializer {
        private boolean incompatible;
        private final Serializer kryo = new KryoSerializer(List.of());

        @Override
        public RecordOutput open(OutputStream out) {
            return kryo.open(out);
        }

        @Override
        public RecordInput open(InputStream in) {
            RecordInput input = kryo.open(in);
            return new RecordInput() {
                @Override
                public Object read() {
                    if (incompatible) {
                        throw new SerializationException("class changed", null);
                    }
                    return input.read();
                }

                @Override
                public void close() {
                    input.close();
                }
            };
        }
    }

    static List<StorageLevel> levels() {
        return List.of(StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_ONLY_SER, StorageLevel.MEMORY_AND_DISK);
    }

    @AfterEach
    void nothingIsHeldAtTheEnd() {
        scopes.forEach(TaskScope::close);
        store.close();
        assertThat(memory.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
        assertThat(store.blockCount()).isZero();
    }

    private TaskScope task() {
        TaskScope scope = new TaskScope(scopes.size(), "task", memory.openTask("task"));
        scopes.add(scope);
        return scope;
    }

    private static boolean fill(BlockBuilder builder, Object... records) {
        for (Object record : records) {
            if (!builder.add(record)) {
                return false;
            }
        }
        builder.complete();
        return true;
    }

    private List<PublishedBlock> put(BlockId id, StorageLevel level, Object... records) {
        try (TaskScope scope = task()) {
            fill(store.build(id, level, VERSION, scope), records);
            return store.publish(scope);
        }
    }

    private Optional<List<Object>> get(BlockId id) {
        try (TaskScope scope = task()) {
            return store.find(id, VERSION, scope).map(LocalBlockManagerTest::content);
        }
    }

    private static List<Object> content(CachedBlock block) {
        List<Object> records = new ArrayList<>();
        block.records().forEachRemaining(records::add);
        assertThat(records).hasSize(Math.toIntExact(block.recordCount()));
        return records;
    }

    private static BlockId id(int rdd, int partition) {
        return new BlockId(rdd, partition);
    }

    /** Keeps about {@code mib} MiB under an id. */
    private boolean putLarge(BlockId id, int mib) {
        Object[] records = new Object[mib];
        Arrays.setAll(records, i -> new byte[MIB - 100]);
        return !put(id, StorageLevel.MEMORY_ONLY, records).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("levels")
    void aPublishedBlockIsFoundAsItWas(StorageLevel level) {
        Object[] records = new Object[20_000];
        Arrays.setAll(records, i -> i % 10 == 0 ? null : "record " + i);

        assertThat(put(id(1, 0), level, records)).extracting(PublishedBlock::id).containsExactly(id(1, 0));

        assertThat(get(id(1, 0))).contains(Arrays.asList(records));
        assertThat(store.sizeOf(1).partitions()).isEqualTo(1);
        assertThat(store.sizeOf(1).memoryBytes()).isEqualTo(memory.usage().storageBytes());
    }

    @ParameterizedTest
    @MethodSource("levels")
    void anEmptyBlockIsABlock(StorageLevel level) {
        put(id(1, 0), level);

        assertThat(get(id(1, 0))).contains(List.of());
    }

    @Test
    void objectsAreSharedAndBytesAreCopies() {
        StringBuilder record = new StringBuilder("x");
        put(id(1, 0), StorageLevel.MEMORY_ONLY, record);
        put(id(1, 1), StorageLevel.MEMORY_ONLY_SER, record);

        assertThat(get(id(1, 0)).orElseThrow().get(0)).isSameAs(record);
        assertThat(get(id(1, 1)).orElseThrow().get(0)).isNotSameAs(record).hasToString("x");
    }

    @Test
    void numbersTakeTheirBitsOnly() {
        Object[] numbers = new Object[100_000];
        Arrays.setAll(numbers, i -> (long) i);
        put(id(1, 0), StorageLevel.MEMORY_ONLY, numbers);

        assertThat(store.sizeOf(1).memoryBytes())
                .isEqualTo(memory.usage().storageBytes())
                .isBetween(800_000L, 810_000L);
        assertThat(get(id(1, 0))).contains(Arrays.asList(numbers));
    }

    @Test
    void aReaderOfNumbersMayGoOnAfterTheirBlockIsGone() {
        put(id(1, 0), StorageLevel.MEMORY_ONLY, 1L, 2L, "three");
        Iterator<Object> records;
        try (TaskScope scope = task()) {
            records = store.find(id(1, 0), VERSION, scope).orElseThrow().records();
        }

        store.drop(1);

        assertThat(records).toIterable().containsExactly(1L, 2L, "three");
        assertThatThrownBy(records::next).isInstanceOf(NoSuchElementException.class);
    }

    @Test
    void numbersTravelAsOtherRecordsDo() {
        put(id(1, 0), StorageLevel.MEMORY_ONLY, 1L, -2L, "three", null);

        EncodedBlock sent = store.export(id(1, 0), VERSION).orElseThrow();

        BlockFrame.Payload payload = BlockFrame.open(sent.frame(), sent.header());
        List<Object> records = new ArrayList<>();
        try (Serializer.RecordInput in = serializer.open(payload.bytes(), payload.offset(), payload.length())) {
            for (int i = 0; i < sent.header().recordCount(); i++) {
                records.add(in.read());
            }
        }
        assertThat(records).containsExactly(1L, -2L, "three", null);
    }

    @Test
    void recordsMayBeReadMoreThanOnce() {
        put(id(1, 0), StorageLevel.MEMORY_ONLY_SER, 1, 2);
        CachedBlock block = store.find(id(1, 0), VERSION, task()).orElseThrow();

        assertThat(content(block)).isEqualTo(content(block)).containsExactly(1, 2);
    }

    @Test
    void aLevelWithoutMemoryKeepsNothingWhereThereIsNoDisk() {
        assertThat(put(id(1, 0), StorageLevel.DISK_ONLY, 1)).isEmpty();
        assertThat(put(id(1, 0), StorageLevel.NONE, 1)).isEmpty();
        assertThat(store.blockCount()).isZero();
    }

    @Test
    void hitsAndMissesAreCounted() {
        put(id(1, 0), StorageLevel.MEMORY_ONLY, 1);
        TaskScope scope = task();

        store.find(id(1, 0), VERSION, scope);
        store.find(id(1, 1), VERSION, scope);
        store.find(id(1, 2), VERSION, scope);

        assertThat(scope.metrics().snapshot().get(Metric.CACHE_HITS)).isEqualTo(1);
        assertThat(scope.metrics().snapshot().get(Metric.CACHE_MISSES)).isEqualTo(2);
    }

    @Nested
    class Unpublished {

        @Test
        void isInvisibleAndVanishesWithItsAttempt() {
            TaskScope failed = task();
            fill(store.build(id(1, 0), StorageLevel.MEMORY_ONLY, VERSION, failed), "x");
            store.build(id(1, 1), StorageLevel.MEMORY_ONLY_SER, VERSION, failed).add("never completed");

            assertThat(get(id(1, 0))).isEmpty();
            assertThat(store.blockCount()).isEqualTo(2);
            assertThat(memory.usage().storageBytes()).isPositive();
            failed.close();

            assertThat(store.blockCount()).isZero();
            assertThat(memory.usage().storageBytes()).isZero();
            assertThat(dropped).isEmpty();
        }

        @Test
        void neverCompletedIsNotPublished() {
            TaskScope scope = task();
            store.build(id(1, 0), StorageLevel.MEMORY_ONLY, VERSION, scope).add("x");

            assertThat(store.publish(scope)).isEmpty();
            assertThat(store.blockCount()).isZero();
        }

        @Test
        void losesToTheFirstThatWasPublished() {
            TaskScope second = task();
            fill(store.build(id(1, 0), StorageLevel.MEMORY_ONLY, VERSION, second), "second");
            put(id(1, 0), StorageLevel.MEMORY_ONLY, "first");

            assertThat(store.publish(second)).isEmpty();

            assertThat(get(id(1, 0))).contains(List.of("first"));
            assertThat(memory.usage().storageBytes()).isEqualTo(store.sizeOf(1).memoryBytes());
        }

        @Test
        void isForgottenWhenItsDatasetIsDropped() {
            TaskScope scope = task();
            fill(store.build(id(1, 0), StorageLevel.MEMORY_ONLY, VERSION, scope), "x");

            store.drop(1);

            assertThat(store.publish(scope)).isEmpty();
            assertThat(store.blockCount()).isZero();
            assertThat(memory.usage().storageBytes()).isZero();
        }

        @Test
        void recordThatCannotBeWrittenGivesAllBack() {
            TaskScope scope = task();
            BlockBuilder builder = store.build(id(1, 0), StorageLevel.MEMORY_ONLY_SER, VERSION, scope);
            builder.add("fine");

            assertThatThrownBy(() -> builder.add(Thread.currentThread())).isInstanceOf(SerializationException.class);

            assertThat(builder.add("more")).isFalse();
            assertThat(store.publish(scope)).isEmpty();
            assertThat(memory.usage().storageBytes()).isZero();
        }
    }

    @Nested
    class InputVersionsOfBlocks {

        @Test
        void thatDifferDropTheBlock() {
            put(id(1, 0), StorageLevel.MEMORY_ONLY, "old");

            assertThat(store.find(id(1, 0), VERSION + 1, task())).isEmpty();

            assertThat(dropped).containsExactly(id(1, 0));
            assertThat(get(id(1, 0))).isEmpty();
            assertThat(memory.usage().storageBytes()).isZero();
        }

        @Test
        void thatDifferLetANewBlockReplaceTheOld() {
            put(id(1, 0), StorageLevel.MEMORY_ONLY, "old");
            TaskScope scope = task();
            fill(store.build(id(1, 0), StorageLevel.MEMORY_ONLY, VERSION + 1, scope), "new");

            assertThat(store.publish(scope)).extracting(PublishedBlock::id).containsExactly(id(1, 0));

            assertThat(store.find(id(1, 0), VERSION + 1, scope).map(LocalBlockManagerTest::content))
                    .contains(List.of("new"));
            assertThat(memory.usage().storageBytes()).isEqualTo(store.sizeOf(1).memoryBytes());
        }
    }

    @Nested
    class Eviction {

        @Test
        void takesTheLeastRecentlyUsedFirst() {
            putLarge(id(1, 0), 10);
            putLarge(id(2, 0), 10);
            putLarge(id(3, 0), 10);
            get(id(1, 0));

            assertThat(putLarge(id(4, 0), 10)).isTrue();

            assertThat(dropped).containsExactly(id(2, 0));
        }

        @Test
        void neverTakesWhatIsBeingRead() {
            putLarge(id(1, 0), 10);
            putLarge(id(2, 0), 10);
            TaskScope reader = task();
            store.find(id(1, 0), VERSION, reader);
            store.find(id(1, 0), VERSION, reader);
            store.find(id(2, 0), VERSION, reader);

            assertThat(putLarge(id(3, 0), 20)).isFalse();
            assertThat(dropped).isEmpty();
            reader.close();

            assertThat(putLarge(id(3, 0), 20)).isTrue();
            assertThat(dropped).containsExactly(id(1, 0));
        }

        @Test
        void neverTakesBlocksOfTheDatasetThatNeedsRoom() {
            assertThat(putLarge(id(1, 0), 12)).isTrue();
            assertThat(putLarge(id(1, 1), 12)).isTrue();
            assertThat(putLarge(id(1, 2), 12)).isFalse();

            assertThat(store.sizeOf(1).partitions()).isEqualTo(2);
            assertThat(dropped).isEmpty();
        }

        @Test
        void ofTooLittleTakesNothing() {
            putLarge(id(1, 0), 20);
            putLarge(id(2, 0), 1);

            TaskScope scope = task();
            BlockBuilder builder = store.build(id(1, 1), StorageLevel.MEMORY_ONLY, VERSION, scope);
            assertThat(builder.add(new byte[20 * MIB])).isFalse();

            assertThat(dropped).isEmpty();
        }

        @Test
        void refusesAPartitionLargerThanThePool() {
            assertThat(putLarge(id(1, 0), 40)).isFalse();
            assertThat(store.blockCount()).isZero();
            assertThat(memory.usage().storageBytes()).isZero();
        }

        @Test
        void makesRoomForExecutionDownToTheProtectedShare() {
            for (int i = 0; i < 7; i++) {
                putLarge(id(i, 0), 4);
            }
            try (MemoryAccount task = memory.openTask("hungry")) {
                assertThat(task.reserve(20L * MIB)).isEqualTo(20L * MIB);
            }

            assertThat(dropped).containsExactly(id(0, 0), id(1, 0), id(2, 0), id(3, 0));
        }

        @Test
        void goesOnWhenTheListenerThrows() {
            UnifiedMemoryManager own = new UnifiedMemoryManager(POOL, 0);
            try (LocalBlockManager rude = new LocalBlockManager(own, serializer, block -> {
                throw new IllegalStateException("listener");
            })) {
                try (TaskScope scope = task()) {
                    fill(rude.build(id(1, 0), StorageLevel.MEMORY_ONLY, VERSION, scope), new byte[20 * MIB]);
                    fill(rude.build(id(2, 0), StorageLevel.MEMORY_ONLY, VERSION, scope), new byte[5 * MIB]);
                    rude.publish(scope);
                }
                try (MemoryAccount task = own.openTask("hungry")) {
                    assertThat(task.reserve(30L * MIB)).isEqualTo(30L * MIB);
                }
                assertThat(own.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
            }
        }
    }

    @Nested
    class Dropping {

        @Test
        void leavesOtherDatasetsAlone() {
            put(id(1, 0), StorageLevel.MEMORY_ONLY, "a");
            put(id(1, 1), StorageLevel.MEMORY_ONLY, "b");
            put(id(2, 0), StorageLevel.MEMORY_ONLY, "c");

            store.drop(1);

            assertThat(dropped).containsExactlyInAnyOrder(id(1, 0), id(1, 1));
            assertThat(get(id(2, 0))).contains(List.of("c"));
            assertThat(store.blockCount()).isEqualTo(1);
        }

        @Test
        void keepsTheBytesOfABlockUntilItsLastReaderEnds() {
            put(id(1, 0), StorageLevel.MEMORY_ONLY, "a");
            long bytes = memory.usage().storageBytes();
            TaskScope reader = task();
            CachedBlock block = store.find(id(1, 0), VERSION, reader).orElseThrow();

            store.drop(1);

            assertThat(get(id(1, 0))).isEmpty();
            assertThat(content(block)).containsExactly("a");
            assertThat(memory.usage().storageBytes()).isEqualTo(bytes);
            reader.close();
            assertThat(memory.usage().storageBytes()).isZero();
        }

        @Test
        void aClosedStoreKeepsAndFindsNothing() {
            put(id(1, 0), StorageLevel.MEMORY_ONLY, "a");

            store.close();
            store.close();

            assertThat(get(id(1, 0))).isEmpty();
            assertThat(put(id(1, 0), StorageLevel.MEMORY_ONLY, "a")).isEmpty();
            assertThat(dropped).containsExactly(id(1, 0));
        }
    }

    @Test
    void aBlockThatCannotBeDeserializedFailsItsReaderOnceAndIsGone() {
        put(id(1, 0), StorageLevel.MEMORY_ONLY_SER, 1, 2);
        serializer.incompatible = true;

        assertThatThrownBy(() -> get(id(1, 0))).isInstanceOf(SerializationException.class);

        assertThat(get(id(1, 0))).isEmpty();
        assertThat(dropped).containsExactly(id(1, 0));
    }

    @Test
    void aDamagedBlockIsAMissAndGone() throws ReflectiveOperationException {
        put(id(1, 0), StorageLevel.MEMORY_ONLY_SER, 1, 2);
        Object block = ((Map<?, ?>) read(read(store, "memory"), "visible")).get(id(1, 0));
        byte[] frame = ((ByteBuffer) ((List<?>) read(read(block, "slabs"), "slabs")).get(0)).array();
        frame[frame.length - 6] ^= 1;

        assertThat(get(id(1, 0))).isEmpty();

        assertThat(dropped).containsExactly(id(1, 0));
        assertThat(memory.usage().storageBytes()).isZero();
    }

    private static Object read(Object object, String name) throws ReflectiveOperationException {
        Field field = object.getClass().getDeclaredField(name);
        field.setAccessible(true);
        return field.get(object);
    }
}

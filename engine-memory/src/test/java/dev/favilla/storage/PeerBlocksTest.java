package dev.favilla.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.MetricValues;
import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultProbe;
import dev.favilla.fault.FaultSite;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.Compression;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Two stores, of which one looks into the other. */
class PeerBlocksTest {

    private static final int MIB = 1 << 20;
    private static final long POOL = UnifiedMemoryManager.MINIMUM_POOL_BYTES;
    private static final long VERSION = 7;
    private static final BlockId ID = new BlockId(1, 0);

    private final UnifiedMemoryManager memory = new UnifiedMemoryManager(POOL, 0.25);
    private final UnifiedMemoryManager memoryThere = new UnifiedMemoryManager(POOL, 0.25);
    private final List<BlockId> dropped = new ArrayList<>();
    private final List<String> asked = new ArrayList<>();
    private final Hooked serializer = new Hooked();

    private final LocalBlockManager there =
            new LocalBlockManager(memoryThere, serializer, new BlockFrame(Compression.LZ4), dropped::add);
    private PeerBlocks peers = there::export;
    private final LocalBlockManager here = new LocalBlockManager(
            memory, serializer, new BlockFrame(Compression.NONE), dropped::add, (id, inputVersion) -> {
                asked.add(id + " " + inputVersion);
                return peers.fetch(id, inputVersion);
            });

    private FaultProbe faults = FaultProbe.NONE;

    /** Kryo, with something to do before a record is read or a stream of records is written. */
    private static final class Hooked implements Serializer {
        private final Serializer kryo = new KryoSerializer(List.of());
        private Runnable beforeReading = () -> {};
        private Runnable beforeWriting = () -> {};

        @Override
        public RecordOutput open(OutputStream out) {
            beforeWriting.run();
            return kryo.open(out);
        }

        @Override
        public RecordInput open(InputStream in) {
            RecordInput input = kryo.open(in);
            return new RecordInput() {
                @Override
                public Object read() {
                    beforeReading.run();
                    return input.read();
                }

                @Override
                public void close() {
                    input.close();
                }
            };
        }
    }

    @AfterEach
    void nothingIsHeldAtTheEnd() {
        here.close();
        there.close();
        assertThat(memory.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
        assertThat(memoryThere.usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
    }

    private static void put(
            LocalBlockManager store, UnifiedMemoryManager memory, StorageLevel level, Iterable<?> records) {
        try (TaskScope scope = new TaskScope(5, "task", memory.openTask("task"))) {
            BlockBuilder builder = store.build(ID, level, VERSION, scope);
            records.forEach(builder::add);
            builder.complete();
            assertThat(store.publish(scope)).hasSize(1);
        }
    }

    private void putThere(Object... records) {
        put(there, memoryThere, StorageLevel.MEMORY_ONLY, List.of(records));
    }

    private TaskScope task() {
        return new TaskScope(9, "task", memory.openTask("task"), faults);
    }

    private Optional<List<Object>> get() {
        try (TaskScope scope = task()) {
            return here.find(ID, VERSION, scope).map(PeerBlocksTest::content);
        }
    }

    private static List<Object> content(CachedBlock block) {
        List<Object> records = new ArrayList<>();
        block.records().forEachRemaining(records::add);
        assertThat(records).hasSize(Math.toIntExact(block.recordCount()));
        return records;
    }

    @Nested
    class ABlockOfAnotherStore {

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void isReadAsCopiesAndNotKept(boolean deserialized) {
            List<Object> record = List.of("a", 1);
            put(there, memoryThere, new StorageLevel(false, true, false, deserialized, 1), List.of(record, "b"));

            try (TaskScope scope = task()) {
                CachedBlock block = here.find(ID, VERSION, scope).orElseThrow();

                assertThat(content(block)).containsExactly(record, "b");
                assertThat(content(block).get(0)).isNotSameAs(record);
                MetricValues metrics = scope.metrics().snapshot();
                assertThat(metrics.get(Metric.CACHE_HITS)).isOne();
                assertThat(metrics.get(Metric.CACHE_MISSES)).isZero();
                assertThat(metrics.get(Metric.REMOTE_BYTES_READ)).isPositive();
            }
            assertThat(here.blockCount()).isZero();
            assertThat(there.blockCount()).isOne();
        }

        @Test
        void isNotAskedForWhereThereIsOneHere() {
            putThere("there");
            put(here, memory, StorageLevel.MEMORY_ONLY, List.of("here"));

            assertThat(get()).contains(List.of("here"));
            assertThat(asked).isEmpty();
        }

        @Test
        void isPaidForByTheReadersAttemptUntilItEnds() {
            long payload = 3L * MIB;
            putThere(new byte[(int) payload]); // zeros: the frame is much shorter
            MemoryUsage before = memoryThere.usage();

            try (TaskScope scope = task()) {
                assertThat(here.find(ID, VERSION, scope)).isPresent();

                assertThat(scope.memory().reservedBytes()).isBetween(payload, payload + 1000);
                assertThat(memoryThere.usage()).isEqualTo(before);
            }
            assertThat(memory.usage().executionBytes()).isZero();
        }

        @ParameterizedTest
        @ValueSource(longs = {0, 2 * MIB}) // too little for the frame, and too little for what comes out of it
        void isMissedWhereThereIsNoMemoryForIt(long free) {
            putThere(new byte[3 * MIB]);
            try (MemoryAccount hog = memory.openRetained("hog");
                    TaskScope scope = task()) {
                hog.require(POOL - free);

                assertThat(here.find(ID, VERSION, scope)).isEmpty();

                assertThat(scope.memory().reservedBytes()).isZero();
                assertThat(scope.metrics().snapshot().get(Metric.CACHE_MISSES)).isOne();
            }
        }

        @Test
        void isMissedWhenItComesDamaged() {
            putThere("a", "b");
            peers = (id, inputVersion) -> there.export(id, inputVersion).map(block -> {
                block.frame()[block.frame().length - 6] ^= 1;
                return block;
            });

            try (TaskScope scope = task()) {
                assertThat(here.find(ID, VERSION, scope)).isEmpty();
                assertThat(scope.memory().reservedBytes()).isZero();
            }
            assertThat(there.export(ID, VERSION)).as("the block itself").isPresent();
        }

        @Test
        void isMissedWhenItIsAnother() {
            putThere("a");
            BlockFrame frames = new BlockFrame(Compression.NONE);
            for (BlockHeader wrong :
                    List.of(new BlockHeader("rdd_1_1", 5, VERSION, 1), new BlockHeader("rdd_1_0", 5, VERSION - 1, 1))) {
                peers = (id, inputVersion) ->
                        Optional.of(new EncodedBlock(wrong, frames.wrap(wrong, new byte[9], 0, 9)));

                assertThat(get()).isEmpty();
            }
            assertThat(asked).containsExactly("rdd_1_0 7", "rdd_1_0 7");
        }

        @Test
        void isMissedWhenTheOthersCannotBeAsked() {
            peers = (id, inputVersion) -> {
                throw new IllegalStateException("nobody is there");
            };

            assertThat(get()).isEmpty();
        }

        @Test
        void isNotFetchedAgainOnceItTurnedOutToBeUnreadable() {
            putThere("a");
            serializer.beforeReading = () -> {
                throw new SerializationException("class changed", null);
            };

            assertThatThrownBy(PeerBlocksTest.this::get).isInstanceOf(SerializationException.class);

            assertThat(get()).isEmpty();
            assertThat(asked).hasSize(1);
            here.drop(ID.rddId());
            serializer.beforeReading = () -> {};
            assertThat(get()).contains(List.of("a"));
        }
    }

    @Nested
    class Exporting {

        @Test
        void findsOnlyWhatIsVisibleWithTheSameInputVersion() {
            putThere("a");

            assertThat(there.export(ID, VERSION)).isPresent();
            assertThat(there.export(ID, VERSION + 1)).isEmpty();
            assertThat(there.export(new BlockId(1, 1), VERSION)).isEmpty();
            assertThat(there.export(ID, VERSION)).as("still there").isPresent();
        }

        @Test
        void keepsBlocksOfObjectsThatCannotBeSerialized() {
            putThere(new Object() {
                final Thread thread = Thread.currentThread();

                @Override
                public String toString() {
                    return "runs on " + thread;
                }
            });

            assertThat(there.export(ID, VERSION)).isEmpty();
            assertThat(there.blockCount()).isOne();
        }

        @Test
        void givesAwayACopyOfTheBytes() {
            put(there, memoryThere, StorageLevel.MEMORY_ONLY_SER, List.of("a"));

            there.export(ID, VERSION).orElseThrow().frame()[20] ^= 1;

            assertThat(get()).contains(List.of("a"));
        }

        @Test
        void pinsTheBlockWhileItIsEncoded() {
            putThere("a");
            List<Long> held = new ArrayList<>();
            serializer.beforeWriting = () -> {
                there.drop(ID);
                held.add(memoryThere.usage().storageBytes());
            };

            assertThat(there.export(ID, VERSION)).isPresent();

            assertThat(held).hasSize(1).allMatch(bytes -> bytes > 0);
            assertThat(memoryThere.usage().storageBytes()).isZero();
        }
    }

    @Nested
    class DroppingOneBlock {

        @Test
        void leavesTheRestAndTellsNobody() {
            putThere("a");

            there.drop(new BlockId(1, 1));
            assertThat(there.blockCount()).isOne();
            there.drop(ID);
            there.drop(ID);

            assertThat(there.blockCount()).isZero();
            assertThat(memoryThere.usage().storageBytes()).isZero();
            assertThat(dropped).isEmpty();
        }

        @Test
        void waitsForItsReaders() {
            put(here, memory, StorageLevel.MEMORY_ONLY, List.of("a"));
            try (TaskScope scope = task()) {
                CachedBlock block = here.find(ID, VERSION, scope).orElseThrow();

                here.drop(ID);

                assertThat(content(block)).containsExactly("a");
                assertThat(memory.usage().storageBytes()).isPositive();
            }
            assertThat(memory.usage().storageBytes()).isZero();
        }

        @Test
        void leavesOneThatIsBeingComputed() {
            try (TaskScope scope = task()) {
                BlockBuilder builder = here.build(ID, StorageLevel.MEMORY_ONLY, VERSION, scope);
                builder.add("a");

                here.drop(ID);

                builder.complete();
                assertThat(here.publish(scope)).hasSize(1);
            }
        }
    }

    @Nested
    class AtTheFaultSite {

        private final List<String> reached = new ArrayList<>();

        private FaultProbe probe(Exception thrown, Consumer<byte[]> damage) {
            return new FaultProbe() {
                @Override
                public void reach(FaultSite site, String block) throws Exception {
                    reached.add(site + " " + block);
                    if (thrown != null) {
                        throw thrown;
                    }
                }

                @Override
                public byte[] bytes(FaultSite site, String block, byte[] frame) {
                    reached.add(site + " bytes of " + block);
                    byte[] copy = frame.clone();
                    damage.accept(copy);
                    return copy;
                }
            };
        }

        @Test
        void whatIsThrownIsAMissAndTheBlockStays() {
            put(here, memory, StorageLevel.MEMORY_ONLY, List.of("a"));
            faults = probe(new Exception("injected"), frame -> {});

            assertThat(get()).isEmpty();

            assertThat(reached).containsExactly("CACHE_READ rdd_1_0");
            assertThat(asked).isEmpty();
            faults = FaultProbe.NONE;
            assertThat(get()).contains(List.of("a"));
        }

        @Test
        void anInterruptedDelayStaysAnInterrupt() {
            faults = probe(new InterruptedException("stop"), frame -> {});

            assertThat(get()).isEmpty();

            assertThat(Thread.interrupted()).isTrue();
        }

        @Test
        void aDamagedFrameIsDroppedAndMissedWhereverItLies() {
            put(here, memory, StorageLevel.MEMORY_ONLY_SER, List.of("a"));
            putThere("a");
            faults = probe(null, frame -> frame[frame.length - 1] ^= 1);

            assertThat(get()).isEmpty();

            assertThat(reached)
                    .containsExactly(
                            "CACHE_READ rdd_1_0", "CACHE_READ bytes of rdd_1_0", "CACHE_READ bytes of rdd_1_0");
            assertThat(dropped).containsExactly(ID);
            assertThat(here.blockCount()).isZero();
            assertThat(there.blockCount()).isOne();
        }

        @Test
        void aFrameLeftAsItIsIsRead() {
            put(here, memory, StorageLevel.MEMORY_ONLY_SER, List.of("a"));
            faults = probe(null, frame -> {});

            assertThat(get()).contains(List.of("a"));
        }
    }
}

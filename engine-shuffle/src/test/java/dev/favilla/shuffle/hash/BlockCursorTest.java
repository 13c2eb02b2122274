package dev.favilla.shuffle.hash;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.frame.DamagedBlockException;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.RecordStream;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.FetchFailedException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class BlockCursorTest {

    private static final ExecutorId HERE = new ExecutorId("here", 1);
    private static final OutputKey OUTPUT = new OutputKey(3, 0, 11);

    private final MemoryManager memory = new UnifiedMemoryManager(32L << 20, 0.5);
    private static final BlockFrame FRAMES = new BlockFrame(Compression.LZ4);

    private final Serializer serializer = new KryoSerializer(List.of());
    private final OutputStore store = new OutputStore();

    /** Returns two frames of what one attempt sent to reducer 0. */
    private List<Block> twoFrames() {
        List<Block> blocks = new ArrayList<>();
        try (RecordStream stream = new RecordStream(serializer)) {
            SerializedBuffer buffer = new SerializedBuffer(OUTPUT, 0, 0, stream, FRAMES);
            buffer.add("a", 1);
            buffer.seal();
            buffer.add("b", 2);
            buffer.moveTo(blocks::add);
        }
        return blocks;
    }

    private BlockCursor cursor(MapOutput output, TaskScope scope) {
        MapOutputs outputs = new MapOutputs(3, 0, List.of(output));
        BlockSource source = new BlockSource(store, HERE, BlockTransfer.NONE, outputs, 0, scope);
        return new BlockCursor(source, serializer, scope);
    }

    private List<Object> read(List<Block> blocks) {
        OutputBlocks.Builder sent = new OutputBlocks.Builder(1);
        blocks.forEach(sent::add);
        sent.endReducer();
        store.put(OUTPUT, new StoredOutput(OUTPUT, sent.build(null), memory.openRetained("test"), null, null));
        MapOutput output = new MapOutput(0, 11, HERE, 2, 0, BlockSizes.of(new long[] {100}));
        List<Object> values = new ArrayList<>();
        try (TaskScope scope = new TaskScope(12, "task 12", memory.openTask("task 12"));
                BlockCursor cursor = cursor(output, scope)) {
            while (cursor.advance()) {
                values.add(cursor.value());
            }
        } finally {
            store.drop(OUTPUT);
        }
        return values;
    }

    @Test
    void readsFramesInOrder() {
        assertThat(read(twoFrames())).containsExactly(1, 2);
    }

    @Test
    void whatIsSaidToLieElsewhereIsAFetchFailureThatSaysSo() {
        MapOutput elsewhere = new MapOutput(0, 99, new ExecutorId("there", 2), 2, 0, BlockSizes.of(new long[] {100}));
        try (TaskScope scope = new TaskScope(12, "task 12", memory.openTask("task 12"));
                BlockCursor cursor = cursor(elsewhere, scope)) {

            assertThatThrownBy(cursor::advance)
                    .isInstanceOf(FetchFailedException.class)
                    .hasMessageContaining(
                            "from there#2: it lies on another executor, and none can be reached from here");
        }
    }

    @Nested
    class DamagedFrames {

        private void assertDamaged(List<Block> blocks) {
            assertThatThrownBy(() -> read(blocks))
                    .isInstanceOf(FetchFailedException.class)
                    .hasMessageContaining("Cannot fetch block shuffle_3_0_0 of attempt 11 from here#1: it is damaged")
                    .hasCauseInstanceOf(DamagedBlockException.class);
        }

        @Test
        void withAFlippedBitAreFetchFailures(TestSeed seed) {
            SplittableRandom random = seed.random();
            for (int run = 0; run < 200; run++) {
                List<Block> blocks = twoFrames();
                byte[] frame = ((SerializedBlock) blocks.get(random.nextInt(2))).frame();
                frame[random.nextInt(frame.length)] ^= (byte) (1 << random.nextInt(8));

                assertDamaged(blocks);
            }
        }

        @Test
        void inAnotherOrderAreFetchFailures() {
            List<Block> blocks = twoFrames();

            assertDamaged(List.of(blocks.get(1), blocks.get(0)));
        }

        @Test
        void ofAnotherAttemptAreFetchFailures() {
            List<Block> blocks = new ArrayList<>();
            try (RecordStream stream = new RecordStream(serializer)) {
                SerializedBuffer buffer = new SerializedBuffer(new OutputKey(3, 0, 10), 0, 0, stream, FRAMES);
                buffer.add("a", 1);
                buffer.moveTo(blocks::add);
            }

            assertDamaged(blocks);
        }
    }
}

package dev.favilla.shuffle.hash;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.RecordStream;
import dev.favilla.serializer.Serializer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SerializedBufferTest {

    private static final OutputKey OUTPUT = new OutputKey(1, 2, 3);

    private final Serializer serializer = new KryoSerializer(List.of());
    private final RecordStream stream = new RecordStream(serializer);

    private SerializedBuffer buffer(int reducer) {
        return new SerializedBuffer(OUTPUT, reducer, 0, stream, new BlockFrame(Compression.NONE));
    }

    @AfterEach
    void close() {
        stream.close();
    }

    @Test
    void longOutputsBecomeSeveralBlocks() {
        SerializedBuffer buffer = buffer(4);
        for (int i = 0; i < 3000; i++) {
            buffer.add(i, new byte[1024]);
        }

        List<Block> blocks = new ArrayList<>();
        buffer.moveTo(blocks::add);

        assertThat(blocks).hasSizeBetween(10, 20).allMatch(b -> b.bytes() < 256 << 10);
        assertThat(blocks.stream().mapToInt(Block::records).sum()).isEqualTo(3000);
    }

    @Test
    void oneStreamServesManyReducersInTurn() {
        List<SerializedBuffer> buffers = new ArrayList<>();
        for (int reducer = 0; reducer < 500; reducer++) {
            buffers.add(buffer(reducer));
        }
        for (int i = 0; i < 5000; i++) {
            buffers.get(i % 500).add("key " + i, new StringBuilder("value " + i));
        }

        for (int reducer = 0; reducer < 500; reducer++) {
            List<Block> blocks = new ArrayList<>();
            buffers.get(reducer).moveTo(blocks::add);
            SerializedBlock block = (SerializedBlock) blocks.get(0);
            BlockFrame.Payload payload =
                    BlockFrame.open(block.frame(), SerializedBlock.header(OUTPUT, reducer, 0, block.records()));
            try (Serializer.RecordInput in = serializer.open(payload.bytes(), payload.offset(), payload.length())) {
                for (int i = reducer; i < 5000; i += 500) {
                    assertThat(in.read()).isEqualTo("key " + i);
                    assertThat(in.read()).hasToString("value " + i);
                }
            }
        }
    }

    @Test
    void aStreamIsOpenFromTheFirstRecordUntilItIsClosed() {
        assertThat(stream.isOpen()).isFalse();

        buffer(0).add("k", "v");
        assertThat(stream.isOpen()).isTrue();

        stream.close();
        stream.close();
        assertThat(stream.isOpen()).isFalse();
    }
}

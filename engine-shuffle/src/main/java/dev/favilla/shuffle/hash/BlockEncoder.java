package dev.favilla.shuffle.hash;

import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.FrameBuffer;
import dev.favilla.serializer.Serializer;
import dev.favilla.storage.EncodedBlock;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Turns blocks into frames for another executor: bytes are copied as they are, references serialized. Whoever asks
 * again gets the same frames, named by their place among the blocks of the reducer.
 */
final class BlockEncoder {

    private static final int FIRST_BUFFER = 4096;

    private final Serializer serializer;
    private final BlockFrame frames;

    BlockEncoder(Serializer serializer, BlockFrame frames) {
        this.serializer = serializer;
        this.frames = frames;
    }

    List<EncodedBlock> encode(OutputKey output, int reducer, List<Block> blocks) {
        List<EncodedBlock> encoded = new ArrayList<>(blocks.size());
        for (Block block : blocks) {
            BlockHeader header = SerializedBlock.header(output, reducer, encoded.size(), block.records());
            encoded.add(new EncodedBlock(header, frame(block, header)));
        }
        return encoded;
    }

    private byte[] frame(Block block, BlockHeader header) {
        if (block instanceof SerializedBlock bytes) {
            return bytes.frame().clone();
        }
        if (block instanceof ObjectBlock references) {
            return serialize(references).frame(frames, header);
        }
        throw new IllegalStateException(
                header.blockId() + " came from another executor and was stored, which is a bug");
    }

    private FrameBuffer serialize(ObjectBlock block) {
        @Nullable Object[] entries = block.entries();
        FrameBuffer buffer = new FrameBuffer(FIRST_BUFFER);
        try (Serializer.RecordOutput out = serializer.open(buffer)) {
            for (int i = 0; i < 2 * block.records(); i++) {
                out.write(entries[i]);
            }
        }
        return buffer;
    }
}

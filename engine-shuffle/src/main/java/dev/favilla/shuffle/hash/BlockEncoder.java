package dev.favilla.shuffle.hash;

import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.FrameBuffer;
import dev.favilla.serializer.Serializer;
import dev.favilla.spill.TextRows;
import dev.favilla.storage.EncodedBlock;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * Turns blocks into frames, for another executor or for local disk: bytes are taken as they are, references serialized.
 * Whoever asks again gets the same frames, named by their place among the blocks of the reducer.
 */
final class BlockEncoder {

    private static final int FIRST_BUFFER = 4096;

    private final Serializer serializer;
    private final BlockFrame frames;

    BlockEncoder(Serializer serializer, BlockFrame frames) {
        this.serializer = serializer;
        this.frames = frames;
    }

    /** Returns frames that belong to whoever asks: from number {@code from} on as many as have {@code bytes}, or all. */
    List<EncodedBlock> encode(OutputKey output, int reducer, List<Block> blocks, int from, long bytes) {
        List<EncodedBlock> encoded = new ArrayList<>();
        long length = 0;
        for (int part = from; part < blocks.size() && length < bytes; part++) {
            Block block = blocks.get(part);
            BlockHeader header = SerializedBlock.header(output, reducer, part, block.records());
            byte[] frame = frame(block, header);
            length += frame.length;
            encoded.add(new EncodedBlock(header, block instanceof SerializedBlock ? frame.clone() : frame));
        }
        return encoded;
    }

    /** Returns the frame of a block, which may be the block's own. */
    byte[] frame(Block block, BlockHeader header) {
        if (block instanceof SerializedBlock bytes) {
            return bytes.frame();
        }
        if (block instanceof DiskBlock onDisk) {
            return onDisk.read();
        }
        if (block instanceof ObjectBlock references) {
            return serialize(references).frame(frames, header);
        }
        if (block instanceof PrimitiveBlock numbers) {
            return serialize(numbers).frame(frames, header);
        }
        if (block instanceof MixedBlock mixed) {
            return serialize(mixed).frame(frames, header);
        }
        if (block instanceof TextBlock texts) {
            return serialize(texts).frame(frames, header);
        }
        throw new IllegalStateException(
                header.blockId() + " came from another executor and was stored, which is a bug");
    }

    private FrameBuffer serialize(ObjectBlock block) {
        @Nullable Object[] entries = block.entries();
        return serialize(2 * block.records(), i -> entries[i]);
    }

    private FrameBuffer serialize(PrimitiveBlock block) {
        long[] entries = block.entries();
        int first = 2 * block.first();
        return serialize(
                2 * block.records(), i -> (i % 2 == 0 ? block.keys() : block.values()).box(entries[first + i]));
    }

    private FrameBuffer serialize(MixedBlock block) {
        return serialize(
                2 * block.records(),
                i -> i % 2 == 0 ? block.key(i / 2) : block.kind().box(block.bits(i / 2)));
    }

    private FrameBuffer serialize(TextBlock block) {
        TextRows rows = block.rows();
        return serialize(
                2 * block.records(),
                i -> i % 2 == 0 ? rows.text(i / 2) : block.kind().box(rows.number(i / 2)));
    }

    private FrameBuffer serialize(int elements, IntFunction<@Nullable Object> element) {
        FrameBuffer buffer = new FrameBuffer(FIRST_BUFFER);
        try (Serializer.RecordOutput out = serializer.open(buffer)) {
            for (int i = 0; i < elements; i++) {
                out.write(element.apply(i));
            }
        }
        return buffer;
    }
}

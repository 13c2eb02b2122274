package dev.favilla.shuffle.hash;

import dev.favilla.serializer.BlockFrame;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records for one reducer, serialized the moment they come, so that what their owner does to them later changes
 * nothing. They become a framed block when they are long enough, or when {@link #seal} says so.
 */
final class BytesLane {

    private static final int FIRST_BUFFER = 128;
    private static final int FULL_BLOCK = 1 << 20;

    private final OutputKey output;
    private final int reducer;
    private final RecordStream stream;
    private final BlockFrame frames;

    private final List<BytesBlock> blocks = new ArrayList<>(1);
    private long blockBytes;

    private @Nullable Buffer buffer;
    private int records;

    /**
     * @param stream the attempt's, for all its reducers
     * @param frames how blocks are framed
     */
    BytesLane(OutputKey output, int reducer, RecordStream stream, BlockFrame frames) {
        this.output = output;
        this.reducer = reducer;
        this.stream = stream;
        this.frames = frames;
    }

    /** Appends a record. */
    void add(@Nullable Object key, @Nullable Object value) {
        Buffer to = buffer;
        if (to == null) {
            to = new Buffer(FIRST_BUFFER);
            buffer = to;
        }
        stream.write(key, value, to);
        records++;
        if (to.size() >= FULL_BLOCK) {
            seal();
        }
    }

    /** Frames what was written since the last block. */
    void seal() {
        Buffer full = buffer;
        if (full == null) {
            return;
        }
        byte[] frame =
                frames.wrap(BytesBlock.header(output, reducer, blocks.size(), records), full.bytes(), 0, full.size());
        blocks.add(new BytesBlock(frame, records));
        blockBytes += frame.length;
        buffer = null;
        records = 0;
    }

    /** Returns what the lane takes now. */
    long heldBytes() {
        return blockBytes + (buffer == null ? 0 : buffer.capacity());
    }

    /** Adds the records as blocks to {@code blocks} and returns how many bytes they take. */
    long moveTo(List<Block> blocks) {
        seal();
        blocks.addAll(this.blocks);
        return blockBytes;
    }

    /** A byte array stream that lends its array instead of copying it. */
    private static final class Buffer extends ByteArrayOutputStream {

        Buffer(int size) {
            super(size);
        }

        byte[] bytes() {
            return buf;
        }

        int capacity() {
            return buf.length;
        }
    }
}

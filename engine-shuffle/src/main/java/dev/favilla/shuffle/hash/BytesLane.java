package dev.favilla.shuffle.hash;

import dev.favilla.serializer.BlockFrame;
import dev.favilla.serializer.Serializer;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Records for one reducer, serialized the moment they come, so that what their owner does to them later changes
 * nothing.
 *
 * <p>A stream is open while records come and becomes a framed block when it is long enough, or when {@link #seal} says
 * so. An open stream occupies a serializer.
 */
final class BytesLane implements AutoCloseable {

    /** What an open stream is taken to hold beside its bytes. */
    static final long OPEN_STREAM_BYTES = 16 << 10;

    private static final int FIRST_BUFFER = 256;
    private static final int FULL_BLOCK = 1 << 20;

    private final OutputKey output;
    private final int reducer;
    private final Serializer serializer;

    private final List<BytesBlock> blocks = new ArrayList<>(1);
    private long blockBytes;

    private @Nullable Buffer buffer;
    private Serializer.@Nullable RecordOutput stream;
    private int streamRecords;

    BytesLane(OutputKey output, int reducer, Serializer serializer) {
        this.output = output;
        this.reducer = reducer;
        this.serializer = serializer;
    }

    boolean isOpen() {
        return stream != null;
    }

    /** Appends a record. */
    void add(@Nullable Object key, @Nullable Object value) {
        Serializer.RecordOutput to = stream == null ? openStream() : stream;
        to.write(key);
        to.write(value);
        streamRecords++;
        if (buffer != null && buffer.size() >= FULL_BLOCK) {
            seal();
        }
    }

    private Serializer.RecordOutput openStream() {
        buffer = new Buffer(FIRST_BUFFER);
        stream = serializer.open(buffer);
        return stream;
    }

    /** Closes the stream, if one is open, and frames what was written to it. */
    void seal() {
        if (stream == null || buffer == null) {
            return;
        }
        stream.close(); // before the length is taken: the last records are in the buffer only now
        byte[] frame = BlockFrame.wrap(
                BytesBlock.header(output, reducer, blocks.size(), streamRecords), buffer.bytes(), 0, buffer.size());
        blocks.add(new BytesBlock(frame, streamRecords));
        blockBytes += frame.length;
        forgetStream();
    }

    private void forgetStream() {
        stream = null;
        buffer = null;
        streamRecords = 0;
    }

    /** Returns what the lane takes now. */
    long heldBytes() {
        return blockBytes + (buffer == null ? 0 : OPEN_STREAM_BYTES + buffer.capacity());
    }

    /** Adds the records as blocks to {@code blocks} and returns how many bytes they take. */
    long moveTo(List<Block> blocks) {
        seal();
        blocks.addAll(this.blocks);
        return blockBytes;
    }

    /** Ends an open stream, dropping what it holds, and so gives its serializer back. */
    @Override
    public void close() {
        Serializer.RecordOutput open = stream;
        if (open != null) {
            forgetStream();
            open.close();
        }
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

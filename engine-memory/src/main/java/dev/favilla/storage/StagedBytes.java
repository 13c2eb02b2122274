package dev.favilla.storage;

import dev.favilla.memory.TaskScope;
import dev.favilla.serializer.BlockFrame;
import dev.favilla.serializer.BlockHeader;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
import dev.favilla.serializer.Serializer.RecordInput;
import dev.favilla.serializer.Serializer.RecordOutput;
import java.io.ByteArrayOutputStream;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A block of serialized records in one frame. */
final class StagedBytes extends StagedBlock {

    private static final int FIRST_BUFFER_BYTES = 4096;

    /** A frame is one array; what comes near its limit is not kept. */
    private static final long LARGEST_PAYLOAD_BYTES = Integer.MAX_VALUE / 2;

    /** More than the frame's own fields and a block id need. */
    private static final int FRAME_BYTES = 128;

    private final long attemptId;
    private final BlockFrame frames;
    private final RecordOutput out;
    private Buffer buffer = new Buffer();
    private long count;

    StagedBytes(
            MemoryBlockStore store, BlockId id, long stamp, long attemptId, Serializer serializer, BlockFrame frames) {
        super(store, id, stamp);
        this.attemptId = attemptId;
        this.frames = frames;
        this.out = serializer.open(buffer);
    }

    @Override
    boolean append(@Nullable Object record) {
        out.write(record);
        count++;
        return fits();
    }

    private boolean fits() {
        return buffer.size() <= LARGEST_PAYLOAD_BYTES && grow(buffer.capacity());
    }

    @Override
    @Nullable
    StoredBlock build() {
        out.close();
        // For a moment there are both: the buffer and the frame that is cut from it.
        if (!fits() || !grow((long) buffer.capacity() + buffer.size() + FRAME_BYTES)) {
            return null;
        }
        BlockHeader header = new BlockHeader(id().toString(), attemptId, stamp(), count);
        StoredBlock block = new FrameBlock(id(), stamp(), buffer.frame(frames, header), header);
        clear();
        return block;
    }

    @Override
    void clear() {
        buffer = new Buffer();
        out.close();
    }

    /** Shows the array it collects in, so that it need not be copied before it is framed. */
    private static final class Buffer extends ByteArrayOutputStream {

        Buffer() {
            super(FIRST_BUFFER_BYTES);
        }

        int capacity() {
            return buf.length;
        }

        byte[] frame(BlockFrame frames, BlockHeader header) {
            return frames.wrap(header, buf, 0, size());
        }
    }

    /** Serialized records as they are kept. */
    private static final class FrameBlock extends StoredBlock {

        private static final int ARRAY_HEADER_BYTES = 16;

        private final byte[] frame;
        private final BlockHeader header;

        FrameBlock(BlockId id, long stamp, byte[] frame, BlockHeader header) {
            super(id, stamp, (long) frame.length + ARRAY_HEADER_BYTES);
            this.frame = frame;
            this.header = header;
        }

        @Override
        CachedBlock open(Serializer serializer, TaskScope scope, Runnable unreadable) {
            BlockFrame.Payload payload = BlockFrame.open(frame, header);
            return new CachedBlock() {

                @Override
                public Iterator<@Nullable Object> records() {
                    RecordInput in = serializer.open(payload.bytes(), payload.offset(), payload.length());
                    scope.onClose(in::close); // for a reader that stops early
                    return new RecordIterator(in, header.recordCount(), unreadable);
                }

                @Override
                public long recordCount() {
                    return header.recordCount();
                }
            };
        }
    }

    private static final class RecordIterator implements Iterator<@Nullable Object> {

        private final RecordInput in;
        private final Runnable unreadable;
        private long left;

        RecordIterator(RecordInput in, long count, Runnable unreadable) {
            this.in = in;
            this.left = count;
            this.unreadable = unreadable;
        }

        @Override
        public boolean hasNext() {
            return left > 0;
        }

        @Override
        public @Nullable Object next() {
            if (left == 0) {
                throw new NoSuchElementException("No more records in this block: hasNext() is false");
            }
            Object record;
            try {
                record = in.read();
            } catch (SerializationException e) {
                unreadable.run();
                throw e;
            }
            if (--left == 0) {
                in.close();
            }
            return record;
        }
    }
}

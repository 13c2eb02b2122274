package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.fault.FaultSite;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.FrameBuffer;
import dev.favilla.serializer.Serializer;
import dev.favilla.serializer.Serializer.RecordOutput;
import org.jspecify.annotations.Nullable;

/** A block of serialized records in one frame. */
final class StagedBytes extends StagedBlock {

    /** A frame is one array; what comes near its limit is not kept. */
    static final long LARGEST_PAYLOAD_BYTES = Integer.MAX_VALUE / 2;

    static final int FIRST_BUFFER_BYTES = 4096;

    /** More than the frame's own fields and a block id need. */
    private static final int FRAME_BYTES = 128;

    private final BlockFrame frames;
    private final RecordOutput out;
    private FrameBuffer buffer = new FrameBuffer(FIRST_BUFFER_BYTES);

    StagedBytes(
            MemoryStore store,
            BlockId id,
            long inputVersion,
            long attemptId,
            Serializer serializer,
            BlockFrame frames) {
        super(store, id, inputVersion, attemptId, new ContentDigest(serializer, attemptId));
        this.frames = frames;
        this.out = serializer.open(buffer);
    }

    @Override
    boolean append(@Nullable Object record) {
        out.write(record);
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
        BlockHeader header = header();
        StoredBlock block = new FrameBlock(summary(), header, buffer.frame(frames, header));
        clear();
        return block;
    }

    @Override
    void clear() {
        buffer = new FrameBuffer(FIRST_BUFFER_BYTES);
        out.close();
    }

    /** Serialized records as they are kept. */
    private static final class FrameBlock extends StoredBlock {

        private static final int ARRAY_HEADER_BYTES = 16;

        private final byte[] frame;

        FrameBlock(PublishedBlock summary, BlockHeader header, byte[] frame) {
            super(summary, header, (long) frame.length + ARRAY_HEADER_BYTES);
            this.frame = frame;
        }

        @Override
        CachedBlock open(Serializer serializer, TaskScope scope, Runnable unreadable) {
            byte[] found = scope.faults().bytes(FaultSite.CACHE_READ, header().blockId(), frame);
            BlockFrame.Payload payload = BlockFrame.open(found, header());
            return new FramedRecords(payload, summary(), serializer, scope, unreadable);
        }

        @Override
        byte[] encode(Serializer serializer, BlockFrame frames) {
            return frame.clone();
        }
    }
}

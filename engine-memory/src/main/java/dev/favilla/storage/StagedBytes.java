package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.fault.FaultSite;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.FrameBuffer;
import dev.favilla.frame.FrameOutput;
import dev.favilla.serializer.Serializer;
import dev.favilla.serializer.Serializer.RecordOutput;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A block of serialized records in one frame. */
final class StagedBytes extends StagedBlock {

    /** A frame is one array; what comes near its limit is not kept. */
    static final long LARGEST_PAYLOAD_BYTES = Integer.MAX_VALUE / 2;

    static final int FIRST_BUFFER_BYTES = 4096;

    /** More than the frame's own fields and a block id need. */
    private static final int FRAME_BYTES = 128;

    private final BlockFrame frames;
    private final Redirect target;
    private final RecordOutput out;
    private FrameBuffer buffer = new FrameBuffer(FIRST_BUFFER_BYTES);
    private @Nullable FrameOutput frame;

    StagedBytes(MemoryStore store, BlockRequest request, Serializer serializer, BlockFrame frames) {
        super(store, request, new ContentDigest(serializer, request.attemptId()));
        this.frames = frames;
        this.target = new Redirect(buffer);
        this.out = serializer.open(target);
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
        out.flush();
        // For a moment there are both: the buffer and the frame that is cut from it.
        if (!fits() || !grow((long) buffer.capacity() + buffer.size() + FRAME_BYTES)) {
            return null;
        }
        BlockHeader header = header();
        StoredBlock block = new FrameBlock(summary(), header, buffer.frame(frames, header), isMovable());
        clear();
        return block;
    }

    @Override
    void moveTo(BlockFile to) throws IOException {
        out.flush();
        FrameOutput begun = disk().frame(to, header());
        buffer.writeTo(begun);
        buffer = new FrameBuffer(FIRST_BUFFER_BYTES);
        target.to(begun);
        frame = begun;
    }

    @Override
    void appendToFile(@Nullable Object record) {
        out.write(record);
    }

    @Override
    void endFile(long count) throws IOException {
        out.flush();
        if (frame != null) {
            frame.finish(count);
        }
    }

    @Override
    void clear() {
        buffer = new FrameBuffer(FIRST_BUFFER_BYTES);
        frame = null;
        target.toNowhere();
        out.close();
    }

    /** Serialized records as they are kept. */
    private static final class FrameBlock extends StoredBlock {

        private static final int ARRAY_HEADER_BYTES = 16;

        private final byte[] frame;

        FrameBlock(PublishedBlock summary, BlockHeader header, byte[] frame, boolean movable) {
            super(summary, header, (long) frame.length + ARRAY_HEADER_BYTES, movable);
            this.frame = frame;
        }

        @Override
        CachedBlock open(Serializer serializer, TaskScope scope, Runnable unreadable) {
            byte[] found = scope.faults().bytes(FaultSite.CACHE_READ, header().blockId(), frame);
            BlockFrame.Payload payload = BlockFrame.open(found, header());
            return new FramedRecords(
                    () -> serializer.open(payload.bytes(), payload.offset(), payload.length()),
                    summary(),
                    scope,
                    unreadable);
        }

        @Override
        byte[] encode(Serializer serializer, BlockFrame frames) {
            return frame.clone();
        }

        @Override
        void writeTo(BlockFile file, BlockFrame frames, Serializer serializer) throws IOException {
            BlockFrame.Payload payload = BlockFrame.open(frame, header());
            FrameOutput out = frames.output(file, header());
            out.write(payload.bytes(), payload.offset(), payload.length());
            out.finish(header().recordCount());
        }
    }
}

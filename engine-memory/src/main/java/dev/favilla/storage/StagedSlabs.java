package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.FrameOutput;
import dev.favilla.serializer.Serializer;
import dev.favilla.serializer.Serializer.RecordInput;
import dev.favilla.serializer.Serializer.RecordOutput;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.jspecify.annotations.Nullable;

/**
 * A block of serialized records outside the heap, framed while it grows. What has to go to disk goes there as it is: the
 * frame is the same.
 */
final class StagedSlabs extends StagedBlock {

    private static final int CHUNK_BYTES = 32 << 10;

    private final Slabs slabs;
    private final Redirect target;
    private final FrameOutput frame;
    private final RecordOutput out;

    StagedSlabs(MemoryStore store, BlockRequest request, Serializer serializer, BlockFrame frames) {
        super(store, request, new ContentDigest(serializer, request.attemptId()));
        this.slabs = new Slabs(store.slabs());
        this.target = new Redirect(slabs);
        this.frame = frames.withChunks(CHUNK_BYTES).output(target, header());
        this.out = serializer.open(frame);
    }

    @Override
    boolean append(@Nullable Object record) {
        out.write(record);
        return fits();
    }

    private boolean fits() {
        return !slabs.isShort() && grow(slabs.slabBytes());
    }

    @Override
    @Nullable
    StoredBlock build() {
        try {
            endFile(header().recordCount());
        } catch (IOException e) {
            throw new UncheckedIOException("Slabs cannot fail", e);
        }
        return fits() ? new SlabBlock(summary(), header(), slabs, isMovable()) : null;
    }

    @Override
    void moveTo(BlockFile to) throws IOException {
        slabs.copyTo(to);
        slabs.giveBack();
        target.to(to);
    }

    @Override
    void appendToFile(@Nullable Object record) {
        out.write(record);
    }

    @Override
    void endFile(long count) throws IOException {
        out.close();
        frame.finish(count);
    }

    @Override
    void clear() {
        target.toNowhere();
        out.close();
        slabs.giveBack();
    }

    /** Serialized records as they are kept outside the heap; each chunk is verified whenever it is read. */
    private static final class SlabBlock extends StoredBlock {

        private final Slabs slabs;

        SlabBlock(PublishedBlock summary, BlockHeader header, Slabs slabs, boolean movable) {
            super(summary, header, slabs.slabBytes(), movable);
            this.slabs = slabs;
        }

        @Override
        CachedBlock open(Serializer serializer, TaskScope scope, Runnable unreadable) {
            return new FramedRecords(() -> records(serializer), summary(), scope, unreadable);
        }

        private RecordInput records(Serializer serializer) {
            InputStream frame = BlockFrame.input(slabs.open(), slabs.length(), header());
            return serializer.open(frame);
        }

        @Override
        byte @Nullable [] encode(Serializer serializer, BlockFrame frames) {
            if (slabs.length() > StagedBytes.LARGEST_PAYLOAD_BYTES) {
                return null;
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream((int) slabs.length());
            try {
                slabs.copyTo(bytes);
            } catch (IOException e) {
                throw new UncheckedIOException("Arrays cannot fail", e);
            }
            return bytes.toByteArray();
        }

        @Override
        void writeTo(BlockFile file, BlockFrame frames, Serializer serializer) throws IOException {
            slabs.copyTo(file);
        }

        @Override
        long offHeapBytes() {
            return bytes();
        }

        @Override
        void discard() {
            slabs.giveBack();
        }
    }
}

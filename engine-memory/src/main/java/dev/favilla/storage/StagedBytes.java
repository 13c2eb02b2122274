package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.fault.FaultProbe;
import dev.favilla.fault.FaultSite;
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
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A block of serialized records, on the heap or outside it, framed while it grows, chunk by chunk. What has to go to disk
 * goes there as it is: the frame is the same.
 */
final class StagedBytes extends StagedBlock {

    private static final int CHUNK_BYTES = 32 << 10;

    private final Slabs slabs;
    private final Redirect target;
    private final FrameOutput frame;
    private final RecordOutput out;

    /**
     * @param source where its memory comes from
     * @param frames how it is compressed
     */
    StagedBytes(MemoryStore store, BlockRequest request, SlabSource source, Serializer serializer, BlockFrame frames) {
        super(store, request, new ContentDigest(serializer, request.attemptId()));
        this.slabs = new Slabs(source);
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
        slabs.trim();
        return fits() ? new FrameBlock(summary(), header(), slabs, isMovable()) : null;
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

    /** Serialized records as they are kept. */
    private static final class FrameBlock extends StoredBlock {

        private final Slabs slabs;

        FrameBlock(PublishedBlock summary, BlockHeader header, Slabs slabs, boolean movable) {
            super(summary, header, slabs.slabBytes(), movable);
            this.slabs = slabs;
        }

        @Override
        CachedBlock open(Serializer serializer, TaskScope scope, Runnable unreadable) {
            try {
                BlockFrame.verify(slabs.open(), slabs.length(), header(), scope::checkKilled);
            } catch (IOException e) {
                throw new UncheckedIOException("Memory cannot fail", e);
            }
            if (scope.faults() != FaultProbe.NONE) {
                meetFaults(scope.faults());
            }
            return new FramedRecords(() -> records(serializer), summary(), scope, unreadable);
        }

        private void meetFaults(FaultProbe faults) {
            byte[] frame = bytesOfFrame();
            byte[] found = faults.bytes(FaultSite.CACHE_READ, header().blockId(), frame);
            if (!Arrays.equals(found, frame)) {
                BlockFrame.open(found, header());
            }
        }

        private RecordInput records(Serializer serializer) {
            InputStream frame = BlockFrame.input(slabs.open(), slabs.length(), header());
            return serializer.open(frame);
        }

        @Override
        byte @Nullable [] encode(Serializer serializer, BlockFrame frames) {
            return slabs.length() > LARGEST_EXPORT_BYTES ? null : bytesOfFrame();
        }

        private byte[] bytesOfFrame() {
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
            return slabs.isOffHeap() ? bytes() : 0;
        }

        @Override
        void discard() {
            slabs.giveBack();
        }
    }
}

package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.FrameBuffer;
import dev.favilla.frame.FrameOutput;
import dev.favilla.serializer.Serializer;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A block of objects, in chunks so that a large one never needs one large array; numbers of one kind as their bits. */
final class StagedObjects extends StagedBlock {

    private static final int FIRST_BUFFER_BYTES = 4096;

    private final Serializer serializer;
    private final Redirect target = new Redirect(OutputStream.nullOutputStream());

    private GrowingChunks collected = new GrowingChunks();

    /** Writes records once they go to a file; null before. */
    private Serializer.@Nullable RecordOutput out;

    private @Nullable FrameOutput frame;

    StagedObjects(MemoryStore store, BlockRequest request, Serializer serializer) {
        super(store, request, ContentDigest.ofReferences(serializer, request.attemptId()));
        this.serializer = serializer;
    }

    @Override
    boolean append(@Nullable Object record) {
        collected.add(record);
        return grow(collected.bytes());
    }

    @Override
    @Nullable
    StoredBlock build() {
        List<RecordChunk> chunks = collected.chunks();
        if (!grow(collected.bytes())) {
            return null;
        }
        StoredBlock block = new ObjectBlock(summary(), header(), collected.bytes(), chunks, isMovable());
        clear();
        return block;
    }

    @Override
    void moveTo(BlockFile to) throws IOException {
        FrameOutput begun = disk().frame(to, header());
        target.to(begun);
        frame = begun;
        Serializer.RecordOutput opened = serializer.open(target);
        out = opened;
        Iterator<@Nullable Object> records = new ChunkIterator(collected.chunks());
        while (records.hasNext()) {
            opened.write(records.next());
        }
        collected = new GrowingChunks();
    }

    @Override
    void appendToFile(@Nullable Object record) {
        if (out != null) {
            out.write(record);
        }
    }

    @Override
    void endFile(long count) throws IOException {
        if (out != null && frame != null) {
            out.flush();
            frame.finish(count);
        }
    }

    @Override
    void clear() {
        collected = new GrowingChunks();
        target.toNowhere();
        frame = null;
        if (out != null) {
            out.close();
        }
    }

    /** The records themselves, as long as they are no numbers of one kind. */
    private static final class ObjectBlock extends StoredBlock implements CachedBlock {

        private final List<RecordChunk> chunks;

        ObjectBlock(PublishedBlock summary, BlockHeader header, long bytes, List<RecordChunk> chunks, boolean movable) {
            super(summary, header, bytes, movable);
            this.chunks = chunks;
        }

        @Override
        CachedBlock open(Serializer serializer, TaskScope scope, Runnable unreadable) {
            return this;
        }

        @Override
        byte @Nullable [] encode(Serializer serializer, BlockFrame frames) {
            FrameBuffer buffer = new FrameBuffer(FIRST_BUFFER_BYTES);
            try (Serializer.RecordOutput out = serializer.open(buffer)) {
                Iterator<@Nullable Object> records = records();
                while (records.hasNext()) {
                    out.write(records.next());
                    if (buffer.size() > LARGEST_EXPORT_BYTES) {
                        return null;
                    }
                }
            }
            return buffer.frame(frames, header());
        }

        @Override
        void writeTo(BlockFile file, BlockFrame frames, Serializer serializer) throws IOException {
            FrameOutput frame = frames.output(file, header());
            Redirect target = new Redirect(frame);
            Serializer.RecordOutput out = serializer.open(target);
            try {
                Iterator<@Nullable Object> records = records();
                while (records.hasNext()) {
                    out.write(records.next());
                }
                out.flush();
            } finally {
                target.toNowhere(); // after a failure there may be more
                out.close();
            }
            frame.finish(header().recordCount());
        }

        @Override
        public Iterator<@Nullable Object> records() {
            return new ChunkIterator(chunks);
        }

        @Override
        public List<RecordChunk> chunks() {
            return chunks;
        }

        @Override
        public long recordCount() {
            return header().recordCount();
        }
    }

    private static final class ChunkIterator implements Iterator<@Nullable Object> {

        private final Iterator<RecordChunk> chunks;
        private @Nullable RecordChunk chunk;
        private int next;

        ChunkIterator(List<RecordChunk> chunks) {
            this.chunks = chunks.iterator();
        }

        @Override
        public boolean hasNext() {
            while ((chunk == null || next == chunk.size()) && chunks.hasNext()) {
                chunk = chunks.next();
                next = 0;
            }
            return chunk != null && next < chunk.size();
        }

        @Override
        public @Nullable Object next() {
            if (!hasNext() || chunk == null) {
                throw new NoSuchElementException("No more records in this block: hasNext() is false");
            }
            return chunk.get(next++);
        }
    }
}

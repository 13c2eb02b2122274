package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.FrameBuffer;
import dev.favilla.frame.FrameOutput;
import dev.favilla.serializer.Serializer;
import dev.favilla.value.SizeEstimator;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/** A block of references, in chunks so that a large one never needs one large array. */
final class StagedObjects extends StagedBlock {

    private static final int FIRST_CHUNK = 16;
    private static final int LARGEST_CHUNK = 8192;
    private static final int BYTES_PER_CHUNK = 24;
    private static final int BYTES_PER_SLOT = 4;
    private static final int FIRST_BUFFER_BYTES = 4096;

    private final Serializer serializer;
    private final Redirect target = new Redirect(OutputStream.nullOutputStream());

    private List<@Nullable Object[]> chunks = new ArrayList<>();
    private @Nullable Object[] last = {};
    private int lastCount;
    private long slots;
    private SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();

    /** Writes records once they go to a file; null before. */
    private Serializer.@Nullable RecordOutput out;

    private @Nullable FrameOutput frame;

    StagedObjects(MemoryStore store, BlockRequest request, Serializer serializer) {
        super(store, request, ContentDigest.ofReferences(serializer, request.attemptId()));
        this.serializer = serializer;
    }

    @Override
    boolean append(@Nullable Object record) {
        if (lastCount == last.length) {
            last = new Object[Math.min(LARGEST_CHUNK, Math.max(FIRST_CHUNK, 2 * last.length))];
            lastCount = 0;
            chunks.add(last);
            slots += last.length;
        }
        last[lastCount++] = record;
        sampler.add(record);
        return grow(bytes());
    }

    private long bytes() {
        return sampler.bytes() + slots * BYTES_PER_SLOT + (long) chunks.size() * BYTES_PER_CHUNK;
    }

    @Override
    @Nullable
    StoredBlock build() {
        if (lastCount < last.length) {
            slots -= last.length - lastCount;
            chunks.set(chunks.size() - 1, Arrays.copyOf(last, lastCount));
        }
        if (!grow(bytes())) {
            return null;
        }
        StoredBlock block = new ObjectBlock(summary(), header(), bytes(), List.copyOf(chunks), isMovable());
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
        Iterator<@Nullable Object> collected = new ChunkIterator(chunks, lastCount);
        while (collected.hasNext()) {
            opened.write(collected.next());
        }
        forgetObjects();
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
        forgetObjects();
        target.toNowhere();
        frame = null;
        if (out != null) {
            out.close();
        }
    }

    private void forgetObjects() {
        chunks = new ArrayList<>();
        last = new Object[0];
        sampler = new SizeEstimator.Sampler();
    }

    /** References to the records themselves. */
    private static final class ObjectBlock extends StoredBlock implements CachedBlock {

        private final List<@Nullable Object[]> chunks;

        ObjectBlock(
                PublishedBlock summary,
                BlockHeader header,
                long bytes,
                List<@Nullable Object[]> chunks,
                boolean movable) {
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
                for (@Nullable Object[] chunk : chunks) {
                    for (Object record : chunk) {
                        out.write(record);
                        if (buffer.size() > LARGEST_EXPORT_BYTES) {
                            return null;
                        }
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
            return new ChunkIterator(chunks, chunks.isEmpty() ? 0 : chunks.get(chunks.size() - 1).length);
        }

        @Override
        public List<@Nullable Object[]> chunks() {
            return chunks;
        }

        @Override
        public long recordCount() {
            return header().recordCount();
        }
    }

    private static final class ChunkIterator implements Iterator<@Nullable Object> {

        private final Iterator<@Nullable Object[]> chunks;
        private final int lastCount;
        private @Nullable Object[] chunk = {};
        private int limit;
        private int next;

        /** @param lastCount how many records the last chunk has */
        ChunkIterator(List<@Nullable Object[]> chunks, int lastCount) {
            this.chunks = chunks.iterator();
            this.lastCount = lastCount;
        }

        @Override
        public boolean hasNext() {
            while (next == limit && chunks.hasNext()) {
                chunk = chunks.next();
                limit = chunks.hasNext() ? chunk.length : lastCount;
                next = 0;
            }
            return next < limit;
        }

        @Override
        public @Nullable Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException("No more records in this block: hasNext() is false");
            }
            return chunk[next++];
        }
    }
}

package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.frame.FrameBuffer;
import dev.favilla.serializer.Serializer;
import dev.favilla.value.SizeEstimator;
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

    private List<@Nullable Object[]> chunks = new ArrayList<>();
    private @Nullable Object[] last = {};
    private int lastCount;
    private long slots;
    private SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();

    StagedObjects(MemoryStore store, BlockId id, long inputVersion, long attemptId, Serializer serializer) {
        super(store, id, inputVersion, attemptId, ContentDigest.ofReferences(serializer, attemptId));
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
        StoredBlock block = grow(bytes()) ? new ObjectBlock(summary(), header(), bytes(), List.copyOf(chunks)) : null;
        clear();
        return block;
    }

    @Override
    void clear() {
        chunks = new ArrayList<>();
        last = new Object[0];
        sampler = new SizeEstimator.Sampler();
    }

    /** References to the records themselves. */
    private static final class ObjectBlock extends StoredBlock implements CachedBlock {

        private final List<@Nullable Object[]> chunks;

        ObjectBlock(PublishedBlock summary, BlockHeader header, long bytes, List<@Nullable Object[]> chunks) {
            super(summary, header, bytes);
            this.chunks = chunks;
        }

        @Override
        CachedBlock open(Serializer serializer, TaskScope scope, Runnable unreadable) {
            return this;
        }

        @Override
        byte @Nullable [] encode(Serializer serializer, BlockFrame frames) {
            FrameBuffer buffer = new FrameBuffer(StagedBytes.FIRST_BUFFER_BYTES);
            try (Serializer.RecordOutput out = serializer.open(buffer)) {
                for (@Nullable Object[] chunk : chunks) {
                    for (Object record : chunk) {
                        out.write(record);
                        if (buffer.size() > StagedBytes.LARGEST_PAYLOAD_BYTES) {
                            return null;
                        }
                    }
                }
            }
            return buffer.frame(frames, header());
        }

        @Override
        public Iterator<@Nullable Object> records() {
            return new ChunkIterator(chunks);
        }

        @Override
        public long recordCount() {
            return header().recordCount();
        }
    }

    private static final class ChunkIterator implements Iterator<@Nullable Object> {

        private final Iterator<@Nullable Object[]> chunks;
        private @Nullable Object[] chunk = {};
        private int next;

        ChunkIterator(List<@Nullable Object[]> chunks) {
            this.chunks = chunks.iterator();
        }

        @Override
        public boolean hasNext() {
            while (next == chunk.length && chunks.hasNext()) {
                chunk = chunks.next();
                next = 0;
            }
            return next < chunk.length;
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

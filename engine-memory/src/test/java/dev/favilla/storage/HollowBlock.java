package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.digest.ContentDigest;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.Serializer;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A block that says it has a size and has no records, for tests of the table it lies in. */
final class HollowBlock extends StoredBlock {

    static final Serializer SERIALIZER = new KryoSerializer(List.of());

    private final Runnable written;
    private final AtomicInteger discards = new AtomicInteger();

    /** @param written runs while it is written to disk */
    private HollowBlock(PublishedBlock summary, BlockHeader header, long bytes, boolean movable, Runnable written) {
        super(summary, header, bytes, movable);
        this.written = written;
    }

    /** Returns how often what it takes was given back. */
    int discards() {
        return discards.get();
    }

    @Override
    CachedBlock open(Serializer serializer, TaskScope scope, Runnable unreadable) {
        throw new UnsupportedOperationException("It has no records");
    }

    @Override
    byte @Nullable [] encode(Serializer serializer, BlockFrame frames) {
        return null;
    }

    @Override
    void writeTo(BlockFile file, BlockFrame frames, Serializer serializer) throws IOException {
        written.run();
        frames.output(file, header()).finish(0);
    }

    @Override
    void discard() {
        discards.incrementAndGet();
    }

    /** Such a block as an attempt builds it. */
    static final class Staged extends StagedBlock {

        private final long bytes;
        private final Runnable written;
        private final Consumer<HollowBlock> made;
        private @Nullable BlockFile file;

        /**
         * @param written runs while it is written to disk
         * @param made told of it when it is built
         */
        Staged(MemoryStore store, BlockRequest request, long bytes, Runnable written, Consumer<HollowBlock> made) {
            super(store, request, new ContentDigest(SERIALIZER, request.attemptId()));
            this.bytes = bytes;
            this.written = written;
            this.made = made;
        }

        @Override
        boolean append(@Nullable Object record) {
            throw new UnsupportedOperationException("It has no records");
        }

        @Override
        @Nullable
        StoredBlock build() {
            if (!grow(bytes)) {
                return null;
            }
            HollowBlock block = new HollowBlock(summary(), header(), bytes, isMovable(), written);
            made.accept(block);
            return block;
        }

        @Override
        void moveTo(BlockFile to) {
            file = to; // without records there is nothing to move
        }

        @Override
        void appendToFile(@Nullable Object record) {
            throw new UnsupportedOperationException("It has no records");
        }

        @Override
        void endFile(long count) throws IOException {
            if (file != null) {
                disk().frame(file, header()).finish(count);
            }
        }

        @Override
        void clear() {
            // nothing was collected
        }
    }
}

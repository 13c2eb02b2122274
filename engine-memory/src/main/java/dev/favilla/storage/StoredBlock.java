package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.serializer.Serializer;
import org.jspecify.annotations.Nullable;

/** A completed block: immutable content, and the pins that the store counts. */
abstract class StoredBlock {

    private final BlockId id;
    private final BlockHeader header;
    private final PublishedBlock summary;
    private final long bytes;

    /** Readers whose attempts have not ended. Guarded by the store's monitor. */
    int pins;

    /** About to be evicted, and not to be read; whoever evicts it sees to its bytes. Guarded by the store's monitor. */
    boolean leaving;

    /** No longer visible; its bytes are given back when the last reader ends. Guarded by the store's monitor. */
    boolean orphaned;

    /** @param header what the block says about itself when it is framed */
    StoredBlock(PublishedBlock summary, BlockHeader header, long bytes) {
        this.id = summary.id();
        this.summary = summary;
        this.header = header;
        this.bytes = bytes;
    }

    final BlockId id() {
        return id;
    }

    final long inputVersion() {
        return header.inputVersion();
    }

    /** What there is to say about it now that it is visible. */
    public final PublishedBlock summary() {
        return summary;
    }

    /** What the block says about itself when it is framed. */
    final BlockHeader header() {
        return header;
    }

    /** What the store has reserved for it. */
    final long bytes() {
        return bytes;
    }

    /**
     * Returns the content for one reader.
     *
     * @param unreadable called when the content turns out not to be readable
     * @throws dev.favilla.frame.DamagedBlockException if it is not as it was written
     */
    abstract CachedBlock open(Serializer serializer, TaskScope scope, Runnable unreadable);

    /**
     * Returns a frame of its own with all records, or null if it would be too long.
     *
     * @throws dev.favilla.serializer.SerializationException if a record cannot be serialized
     */
    abstract byte @Nullable [] encode(Serializer serializer, BlockFrame frames);
}

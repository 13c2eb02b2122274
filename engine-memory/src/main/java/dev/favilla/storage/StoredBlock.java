package dev.favilla.storage;

import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.BlockHeader;
import dev.favilla.serializer.Serializer;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** A completed block: immutable content, and the pins that the store counts. */
abstract class StoredBlock {

    /** What is longer is not sent to other executors, which would need one array for it. */
    static final long LARGEST_EXPORT_BYTES = Integer.MAX_VALUE / 2;

    private final BlockId id;
    private final BlockHeader header;
    private final PublishedBlock summary;
    private final long bytes;
    private final boolean movable;

    /** Readers whose attempts have not ended. Guarded by the store's monitor. */
    int pins;

    /** About to be evicted, and not to be read; whoever evicts it sees to its bytes. Guarded by the store's monitor. */
    boolean leaving;

    /** Written before it had to leave, so that it can leave at once. Guarded by the store's monitor. */
    @Nullable
    DiskBlock copy;

    /** Could not be written to disk. Guarded by the store's monitor. */
    boolean unwritable;

    /** No longer visible; its bytes are given back when the last reader ends. Guarded by the store's monitor. */
    boolean orphaned;

    /**
     * @param header what the block says about itself when it is framed
     * @param bytes its size in memory
     * @param movable whether it goes to disk when it has to leave memory
     */
    StoredBlock(PublishedBlock summary, BlockHeader header, long bytes, boolean movable) {
        this.id = summary.id();
        this.summary = summary;
        this.header = header;
        this.bytes = bytes;
        this.movable = movable;
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

    /** Whether it must be written to disk before it leaves. Called with the store's monitor held. */
    final boolean isToBeWritten() {
        return movable && copy == null && !unwritable;
    }

    /** How much of {@link #bytes} is outside the heap. */
    long offHeapBytes() {
        return 0;
    }

    /** What it takes on disk, apart from its copy. */
    long diskBytes() {
        return 0;
    }

    /** Gives back what it takes beside the heap; nobody reads it any more. */
    void discard() {
        // the collector takes the rest
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

    /**
     * Writes a whole frame with all records.
     *
     * @throws dev.favilla.serializer.SerializationException if a record cannot be serialized
     */
    abstract void writeTo(BlockFile file, BlockFrame frames, Serializer serializer) throws IOException;
}

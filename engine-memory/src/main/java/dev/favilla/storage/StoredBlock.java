package dev.favilla.storage;

import dev.favilla.memory.TaskScope;
import dev.favilla.serializer.Serializer;

/** A completed block: immutable content, and the pins that the store counts. */
abstract class StoredBlock {

    private final BlockId id;
    private final long stamp;
    private final long bytes;

    /** Readers whose attempts have not ended. Guarded by the store's monitor. */
    int pins;

    /** No longer visible; its bytes are given back when the last reader ends. Guarded by the store's monitor. */
    boolean orphaned;

    StoredBlock(BlockId id, long stamp, long bytes) {
        this.id = id;
        this.stamp = stamp;
        this.bytes = bytes;
    }

    final BlockId id() {
        return id;
    }

    final long stamp() {
        return stamp;
    }

    /** What the store has reserved for it. */
    final long bytes() {
        return bytes;
    }

    /**
     * Returns the content for one reader.
     *
     * @param unreadable called when the content turns out not to be readable
     * @throws dev.favilla.serializer.DamagedBlockException if it is not as it was written
     */
    abstract CachedBlock open(Serializer serializer, TaskScope scope, Runnable unreadable);
}

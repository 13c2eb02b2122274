package dev.favilla.shuffle.hash;

import dev.favilla.memory.MemoryManager;

/**
 * Tells one map attempt when map outputs crowd the heap: objects by the million make each collection trace them all, and
 * somewhere between a tenth and a half of the heap that costs more than to serialize them.
 */
final class Crowding {

    /** The share of the pool that map outputs may take, all together, before further ones are serialized. */
    private static final double SHARE = 0.4;

    /** Others are asked for again when the attempt has grown by this part of the pool. */
    private static final int LOOKS = 64;

    private final MemoryManager pool;
    private long nextLook;

    Crowding(MemoryManager pool) {
        this.pool = pool;
    }

    /** Returns whether there is too much if the attempt holds {@code bytes}. Mostly costs a comparison. */
    boolean isReachedBy(long bytes) {
        if (bytes < nextLook) {
            return false;
        }
        nextLook = bytes + pool.poolBytes() / LOOKS;
        return pool.usage().retainedBytes() + bytes > SHARE * pool.poolBytes();
    }
}

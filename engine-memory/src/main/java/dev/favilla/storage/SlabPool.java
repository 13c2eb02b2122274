package dev.favilla.storage;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Memory outside the heap for one executor's blocks, in slabs of {@value SlabSource#SLAB_BYTES} bytes. Slabs that come back are
 * used again; of those nobody uses, {@value #MOST_IDLE} are kept, and none once the pool is closed. What is not kept is
 * freed by the JVM's collector, which the JVM has look before it says that there is no more memory outside the heap.
 *
 * <p><b>Threads.</b> May be used from any thread. The monitor of this object is a leaf and is not held while the JVM
 * finds memory.
 */
final class SlabPool implements SlabSource {

    private static final int MOST_IDLE = 128;

    // Guarded by the monitor.

    private final Deque<ByteBuffer> idle = new ArrayDeque<>();
    private int inUse;
    private boolean closed;

    /** Returns a slab, or null if the JVM has no more memory outside the heap. */
    @Override
    public @Nullable ByteBuffer take() {
        synchronized (this) {
            ByteBuffer slab = idle.poll();
            if (slab != null) {
                inUse++;
                return slab;
            }
        }
        ByteBuffer slab;
        try {
            slab = ByteBuffer.allocateDirect(SLAB_BYTES);
        } catch (OutOfMemoryError e) { // the limit of -XX:MaxDirectMemorySize, and not the heap's
            return null;
        }
        synchronized (this) {
            inUse++;
        }
        return slab;
    }

    @Override
    public synchronized void giveBack(Collection<ByteBuffer> slabs) {
        inUse -= slabs.size();
        for (ByteBuffer slab : slabs) {
            if (!closed && idle.size() < MOST_IDLE) {
                idle.push(slab);
            }
        }
    }

    /** Returns how many bytes blocks take. */
    synchronized long usedBytes() {
        return (long) inUse * SLAB_BYTES;
    }

    /** Returns how many bytes are kept for blocks to come. */
    synchronized long idleBytes() {
        return (long) idle.size() * SLAB_BYTES;
    }

    /** Keeps nothing from now on. */
    synchronized void close() {
        closed = true;
        idle.clear();
    }
}

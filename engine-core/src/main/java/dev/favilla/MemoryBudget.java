package dev.favilla;

import dev.favilla.memory.Bytes;
import dev.favilla.memory.MemoryReclaimer;
import dev.favilla.memory.MemoryShare;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.memory.UnifiedMemoryManager;

/**
 * Memory that several contexts share when it is {@linkplain EngineContext.Builder#memoryBudget given to them}. Each would
 * have a budget of its own otherwise, and together they could hold more than the heap has.
 *
 * <p>What one context does not use another may: tasks of all contexts share it fairly, have each other's cached blocks
 * evicted above the protected share, and each other's map outputs written out. Contexts share nothing else. A context
 * that is closed gives back exactly what it held.
 *
 * <p><b>Threads.</b> May be used from any thread. There is nothing to close.
 */
public final class MemoryBudget {

    private static final double FRACTION_OF_HEAP = 0.6;
    private static final double STORAGE_FRACTION = 0.5;

    private final UnifiedMemoryManager memory;

    private MemoryBudget(UnifiedMemoryManager memory) {
        this.memory = memory;
    }

    /** Returns a budget of what a context has by default: 60 % of the heap less a reserve. */
    public static MemoryBudget ofHeap() {
        return of(UnifiedMemoryManager.defaultPoolBytes(Runtime.getRuntime().maxMemory(), FRACTION_OF_HEAP));
    }

    /** As {@link #of(long, double)}, of which cached blocks keep half once they use it. */
    public static MemoryBudget of(long bytes) {
        return of(bytes, STORAGE_FRACTION);
    }

    /**
     * Returns a budget of so many bytes.
     *
     * @param bytes at least 32 MiB
     * @param storageFraction the share of it, from 0 to 1, that tasks may not take from cached blocks
     * @throws InvalidSettingException if a number is out of range
     */
    public static MemoryBudget of(long bytes, double storageFraction) {
        if (bytes < UnifiedMemoryManager.MINIMUM_POOL_BYTES) {
            throw new InvalidSettingException(
                    "memoryBudget",
                    Long.toString(bytes),
                    Bytes.format(bytes) + " is too small to run tasks in, expected at least "
                            + Bytes.format(UnifiedMemoryManager.MINIMUM_POOL_BYTES)
                            + ". Raise it, or give the JVM a larger heap with -Xmx if it was derived from that.");
        }
        if (!(storageFraction >= 0 && storageFraction <= 1)) {
            throw Setting.MEMORY_STORAGE_FRACTION.invalid(Double.toString(storageFraction));
        }
        return new MemoryBudget(new UnifiedMemoryManager(bytes, storageFraction));
    }

    /** Returns the size of the whole budget. */
    public long bytes() {
        return memory.poolBytes();
    }

    /** Returns what all contexts together hold now. */
    public MemoryUsage usage() {
        return memory.usage();
    }

    /** Returns the part of an executor, which it closes when it ends. */
    MemoryShare open(MemoryReclaimer reclaimer) {
        return memory.openShare(reclaimer);
    }

    @Override
    public String toString() {
        return "MemoryBudget(" + Bytes.format(bytes()) + ")";
    }
}

package dev.favilla.status;

import dev.favilla.disk.DiskUsage;
import dev.favilla.memory.MemoryUsage;

/**
 * What an executor, or several together, hold at one moment.
 *
 * @param memory of the budget
 * @param disk files and bytes on local disk
 * @param cachedBlocks cached partitions
 * @param mapOutputs committed map outputs
 */
public record ExecutorUsage(MemoryUsage memory, DiskUsage disk, int cachedBlocks, int mapOutputs) {

    /** That of no executor. */
    public static final ExecutorUsage NONE = new ExecutorUsage(MemoryUsage.NONE, DiskUsage.NONE, 0, 0);

    /** Returns what these and others hold together. */
    public ExecutorUsage plus(ExecutorUsage other) {
        return new ExecutorUsage(
                memory.plus(other.memory),
                disk.plus(other.disk),
                cachedBlocks + other.cachedBlocks,
                mapOutputs + other.mapOutputs);
    }

    /** Returns whether nothing is held. */
    public boolean isIdle() {
        return memory.isIdle() && disk.equals(DiskUsage.NONE) && cachedBlocks == 0 && mapOutputs == 0;
    }
}

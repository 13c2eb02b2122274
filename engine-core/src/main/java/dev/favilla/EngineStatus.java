package dev.favilla;

import dev.favilla.disk.DiskUsage;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.status.SchedulerTables;

/**
 * What a context holds at one moment.
 *
 * @param scheduler jobs, stages and attempts
 * @param memory who holds how many bytes
 * @param disk files and bytes on local disk, of all executors
 * @param cachedBlocks cached partitions
 * @param mapOutputs map outputs kept for reuse while their dataset is reachable
 * @param broadcasts broadcasts kept while their handle is reachable
 * @param droppedEvents events that listeners lost because they were too slow
 */
public record EngineStatus(
        SchedulerTables scheduler,
        MemoryUsage memory,
        DiskUsage disk,
        int cachedBlocks,
        int mapOutputs,
        int broadcasts,
        long droppedEvents) {}

package dev.favilla.storage;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Where and how a cached partition is kept. Equal flags mean equal levels.
 *
 * <p>Of several replicas one is kept: there is one machine, and what is lost is computed again.
 *
 * @param useDisk whether blocks that do not fit in memory go to disk, or all of them if none are kept in memory
 * @param useMemory whether blocks are kept in memory
 * @param useOffHeap whether blocks in memory are outside the heap
 * @param deserialized whether blocks in memory are objects ({@code true}) or bytes ({@code false})
 * @param replication how many copies are asked for, from 1 to 39
 */
public record StorageLevel(
        boolean useDisk, boolean useMemory, boolean useOffHeap, boolean deserialized, int replication) {

    /** Not kept. */
    public static final StorageLevel NONE = new StorageLevel(false, false, false, false, 1);

    /** As bytes on disk. */
    public static final StorageLevel DISK_ONLY = new StorageLevel(true, false, false, false, 1);

    /** As {@link #DISK_ONLY}; the second replica is not kept. */
    public static final StorageLevel DISK_ONLY_2 = DISK_ONLY.replicated(2);

    /** As {@link #DISK_ONLY}; the other replicas are not kept. */
    public static final StorageLevel DISK_ONLY_3 = DISK_ONLY.replicated(3);

    /** As objects in memory; what does not fit is computed again. The level of {@code cache()}. */
    public static final StorageLevel MEMORY_ONLY = new StorageLevel(false, true, false, true, 1);

    /** As {@link #MEMORY_ONLY}; the second replica is not kept. */
    public static final StorageLevel MEMORY_ONLY_2 = MEMORY_ONLY.replicated(2);

    /** As bytes in memory; what does not fit is computed again. */
    public static final StorageLevel MEMORY_ONLY_SER = new StorageLevel(false, true, false, false, 1);

    /** As {@link #MEMORY_ONLY_SER}; the second replica is not kept. */
    public static final StorageLevel MEMORY_ONLY_SER_2 = MEMORY_ONLY_SER.replicated(2);

    /** As objects in memory; what does not fit goes to disk. */
    public static final StorageLevel MEMORY_AND_DISK = new StorageLevel(true, true, false, true, 1);

    /** As {@link #MEMORY_AND_DISK}; the second replica is not kept. */
    public static final StorageLevel MEMORY_AND_DISK_2 = MEMORY_AND_DISK.replicated(2);

    /** As bytes in memory; what does not fit goes to disk. */
    public static final StorageLevel MEMORY_AND_DISK_SER = new StorageLevel(true, true, false, false, 1);

    /** As {@link #MEMORY_AND_DISK_SER}; the second replica is not kept. */
    public static final StorageLevel MEMORY_AND_DISK_SER_2 = MEMORY_AND_DISK_SER.replicated(2);

    /** As bytes in memory outside the heap; what does not fit goes to disk. */
    public static final StorageLevel OFF_HEAP = new StorageLevel(true, true, true, false, 1);

    private static final int TOO_MANY_REPLICAS = 40;

    /** @throws IllegalArgumentException if objects are to be outside the heap, or replicas are not from 1 to 39 */
    public StorageLevel {
        if (useOffHeap && deserialized) {
            throw new IllegalArgumentException(
                    "deserialized must be false where useOffHeap is true, got true: objects are on the heap only");
        }
        if (replication < 1 || replication >= TOO_MANY_REPLICAS) {
            throw new IllegalArgumentException(
                    "replication must be from 1 to " + (TOO_MANY_REPLICAS - 1) + ", got " + replication);
        }
    }

    private StorageLevel replicated(int copies) {
        return new StorageLevel(useDisk, useMemory, useOffHeap, deserialized, copies);
    }

    /**
     * Returns the level of that name, for example {@code MEMORY_AND_DISK_SER}.
     *
     * @throws IllegalArgumentException if there is none; it lists those there are
     */
    public static StorageLevel fromString(String name) {
        Map<String, StorageLevel> levels = byName();
        StorageLevel level = levels.get(name);
        if (level == null) {
            throw new IllegalArgumentException(
                    "storage level must be one of " + String.join(", ", levels.keySet()) + ", got " + name);
        }
        return level;
    }

    private static Map<String, StorageLevel> byName() {
        Map<String, StorageLevel> levels = new LinkedHashMap<>();
        levels.put("NONE", NONE);
        levels.put("DISK_ONLY", DISK_ONLY);
        levels.put("DISK_ONLY_2", DISK_ONLY_2);
        levels.put("DISK_ONLY_3", DISK_ONLY_3);
        levels.put("MEMORY_ONLY", MEMORY_ONLY);
        levels.put("MEMORY_ONLY_2", MEMORY_ONLY_2);
        levels.put("MEMORY_ONLY_SER", MEMORY_ONLY_SER);
        levels.put("MEMORY_ONLY_SER_2", MEMORY_ONLY_SER_2);
        levels.put("MEMORY_AND_DISK", MEMORY_AND_DISK);
        levels.put("MEMORY_AND_DISK_2", MEMORY_AND_DISK_2);
        levels.put("MEMORY_AND_DISK_SER", MEMORY_AND_DISK_SER);
        levels.put("MEMORY_AND_DISK_SER_2", MEMORY_AND_DISK_SER_2);
        levels.put("OFF_HEAP", OFF_HEAP);
        return levels;
    }

    /** Returns whether anything is kept at all. */
    public boolean keeps() {
        return useDisk || useMemory;
    }

    /** Describes the level in words, for example {@code Disk Memory Deserialized 1x Replicated}. */
    public String description() {
        String memory = useOffHeap ? "Memory (off heap) " : "Memory ";
        return (useDisk ? "Disk " : "")
                + (useMemory ? memory : "")
                + (deserialized ? "Deserialized " : "Serialized ")
                + replication
                + "x Replicated";
    }
}

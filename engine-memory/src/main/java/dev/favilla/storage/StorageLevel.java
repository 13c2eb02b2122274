package dev.favilla.storage;

/**
 * Where and how a cached partition is kept. Equal flags mean equal levels.
 *
 * @param useDisk whether blocks that do not fit in memory go to disk
 * @param useMemory whether blocks are kept in memory
 * @param deserialized whether blocks in memory are objects ({@code true}) or bytes ({@code false})
 */
public record StorageLevel(boolean useDisk, boolean useMemory, boolean deserialized) {

    /** Not kept. */
    public static final StorageLevel NONE = new StorageLevel(false, false, false);

    /** As objects in memory; what does not fit is computed again. The level of {@code cache()}. */
    public static final StorageLevel MEMORY_ONLY = new StorageLevel(false, true, true);

    /** As bytes in memory; what does not fit is computed again. */
    public static final StorageLevel MEMORY_ONLY_SER = new StorageLevel(false, true, false);

    /** As objects in memory; what does not fit goes to disk. */
    public static final StorageLevel MEMORY_AND_DISK = new StorageLevel(true, true, true);

    /** As bytes in memory; what does not fit goes to disk. */
    public static final StorageLevel MEMORY_AND_DISK_SER = new StorageLevel(true, true, false);

    /** As bytes on disk. */
    public static final StorageLevel DISK_ONLY = new StorageLevel(true, false, false);

    /** Returns whether anything is kept at all. */
    public boolean keeps() {
        return useDisk || useMemory;
    }

    /** Describes the level in words, for example {@code Disk Memory Deserialized 1x Replicated}. */
    public String description() {
        return (useDisk ? "Disk " : "") + (useMemory ? "Memory " : "")
                + (deserialized ? "Deserialized " : "Serialized ") + "1x Replicated";
    }
}

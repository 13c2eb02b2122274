package dev.favilla.memory;

/**
 * The state of a budget at one moment.
 *
 * @param poolBytes the whole budget
 * @param executionBytes held by running tasks
 * @param retainedBytes held by map outputs
 * @param storageBytes held by cached blocks
 * @param activeTasks open task accounts
 */
public record MemoryUsage(long poolBytes, long executionBytes, long retainedBytes, long storageBytes, int activeTasks) {

    /** Returns the bytes nobody holds. */
    public long freeBytes() {
        return poolBytes - executionBytes - retainedBytes - storageBytes;
    }
}

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

    /** That of no budget. */
    public static final MemoryUsage NONE = new MemoryUsage(0, 0, 0, 0, 0);

    /** Returns the state of this budget and another, taken together. */
    public MemoryUsage plus(MemoryUsage other) {
        return new MemoryUsage(
                poolBytes + other.poolBytes,
                executionBytes + other.executionBytes,
                retainedBytes + other.retainedBytes,
                storageBytes + other.storageBytes,
                activeTasks + other.activeTasks);
    }

    /** Returns whether nobody holds anything, or is about to. */
    public boolean isIdle() {
        return freeBytes() == poolBytes && activeTasks == 0;
    }

    /** Returns the bytes nobody holds. */
    public long freeBytes() {
        return poolBytes - executionBytes - retainedBytes - storageBytes;
    }
}

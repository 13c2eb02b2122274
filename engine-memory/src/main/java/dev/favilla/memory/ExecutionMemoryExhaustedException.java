package dev.favilla.memory;

/** Execution memory was asked for and could not be granted, after eviction and spilling. */
public final class ExecutionMemoryExhaustedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long requestedBytes;
    private final long grantedBytes;
    private final long poolBytes;
    private final int activeTasks;

    public ExecutionMemoryExhaustedException(
            String owner, long requestedBytes, long grantedBytes, long poolBytes, int activeTasks) {
        super("Cannot reserve " + Bytes.format(requestedBytes) + " of execution memory for " + owner + ": only "
                + Bytes.format(grantedBytes) + " could be granted from a pool of " + Bytes.format(poolBytes)
                + " shared by " + activeTasks + " running tasks."
                + (requestedBytes > poolBytes ? " No record or group of this size fits into this budget." : "")
                + " Raise EngineContext.builder().memory, lower builder().cores,"
                + " or use more partitions so that each holds less.");
        this.requestedBytes = requestedBytes;
        this.grantedBytes = grantedBytes;
        this.poolBytes = poolBytes;
        this.activeTasks = activeTasks;
    }

    /** Returns how many bytes were asked for. */
    public long requestedBytes() {
        return requestedBytes;
    }

    /** Returns how many of them could have been granted. */
    public long grantedBytes() {
        return grantedBytes;
    }

    /** Returns the size of the whole budget. */
    public long poolBytes() {
        return poolBytes;
    }

    /** Returns how many tasks shared it. */
    public int activeTasks() {
        return activeTasks;
    }
}

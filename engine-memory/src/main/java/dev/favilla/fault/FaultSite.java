package dev.favilla.fault;

/** Places where a test kit may step in. */
public enum FaultSite {
    /** An attempt begins. */
    TASK_START,
    /** A source is about to be opened. */
    SOURCE_OPEN,
    /** A step of records is about to be driven. */
    RECORDS,
    /** An attempt has done its work and is about to say so. */
    TASK_END,
    /** A map output was committed and can be read. */
    OUTPUT_COMMITTED,
    /** A result is about to be handed to the scheduler. */
    RESULT,
    /** A cached block is looked for. What is thrown here is a miss. */
    CACHE_READ,
    /**
     * A reader turns to a map output: what is thrown here is a lost input. Or the driver turns to a large result: what is
     * thrown fails the attempt.
     */
    FETCH,
    /**
     * Bytes are about to be written to local disk. Which attempt does it is not known; the block is the file. An
     * {@link java.io.IOException} that is thrown here is a disk that is full, or broken.
     */
    DISK_WRITE,
    /** Bytes are about to be read from local disk. As with {@link #DISK_WRITE}. */
    DISK_READ,
    /** A file or directory is about to be deleted from local disk. As with {@link #DISK_WRITE}. */
    DISK_DELETE,
    /** A stage's tasks are about to be queued. */
    STAGE_SUBMITTED,
    /** A stage has all it needs from its tasks. */
    STAGE_COMPLETED
}

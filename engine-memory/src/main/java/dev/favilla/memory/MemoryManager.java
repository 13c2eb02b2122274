package dev.favilla.memory;

/**
 * One budget of one executor, shared by execution (tasks and the map outputs they leave) and storage (cached blocks).
 *
 * <p>Either side may borrow what the other does not use. Execution goes first: it may have cached blocks evicted, down
 * to a protected share; storage never takes anything from execution.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. Spillables and evictors are called outside the
 * manager's lock, on the thread that asked for memory.
 *
 * <p><b>Failures.</b> An evictor or spillable that throws leaves the accounts as they were before the request.
 */
public interface MemoryManager {

    /** Returns the whole budget in bytes. */
    long poolBytes();

    /** As {@link #openTask(Object, long)}, for work that belongs to no job or to the oldest. */
    default MemoryAccount openTask(Object owner) {
        return openTask(owner, 0);
    }

    /**
     * Opens the account of one running attempt. It counts as one of the tasks that share execution memory fairly until
     * it is closed.
     *
     * @param owner whose text is how errors name the holder, for example {@code task 12.1 (stage 2, partition 7)}
     * @param job whose memory it is; where not all can have what they need, lower numbers go first, and within a job
     *     what was opened first
     */
    MemoryAccount openTask(Object owner, long job);

    /** As {@link #openRetained(String, RetainedMemory)}, for bytes that cannot be given back before their time. */
    default MemoryAccount openRetained(String owner) {
        return openRetained(owner, RetainedMemory.FIXED);
    }

    /**
     * Opens an execution account for bytes that outlive the task that made them, such as map outputs. It has no fair
     * share of its own: it gets what is free or can be evicted. It belongs to the job whose task moves bytes to it.
     *
     * @param retained asked to write bytes out when a task needs room, and to drop them when a task of another job cannot
     *     go on otherwise
     */
    MemoryAccount openRetained(String owner, RetainedMemory retained);

    /**
     * Opens an account for cached blocks.
     *
     * @param evictor asked to free bytes when execution needs what storage borrowed
     */
    StorageAccount openStorage(Evictor evictor);

    /** Says that a job has ended: nobody lets it go first any more, and what it has left for later goes first. */
    void endJob(long job);

    /** Returns the present state of the budget. */
    MemoryUsage usage();
}

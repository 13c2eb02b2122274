package dev.favilla.memory;

import java.util.List;

/**
 * What one executor uses of a budget that others may use, too. It has accounts of its own, and gives back exactly what
 * they hold when it is closed and its last attempt has ended.
 *
 * <p><b>Jobs</b> have numbers of their own in each share. In the budget, jobs of a share that was opened later come
 * after those that had begun by then.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
public final class MemoryShare implements MemoryManager, AutoCloseable {

    private static final int BITS_OF_SHARE = 16;

    private final UnifiedMemoryManager budget;
    private final MemoryLedger ledger;
    private final MemoryReclaimer reclaimer;
    private final MemoryReclaimer all;
    private final long number;

    /** How many jobs are older than any of this share. */
    private final long olderJobs;

    // What follows is guarded by the books.

    private boolean closed;

    /** The sum of what its accounts retain: there may be tens of thousands. */
    private long retainedBytes;

    /** @param reclaimer asked before a request is refused, whoever makes it */
    MemoryShare(UnifiedMemoryManager budget, MemoryLedger ledger, MemoryReclaimer reclaimer, MemoryReclaimer all) {
        this.budget = budget;
        this.ledger = ledger;
        this.reclaimer = reclaimer;
        this.all = all;
        synchronized (ledger) {
            this.number = ledger.nextNumber();
            this.olderJobs = (ledger.newestJob() >> BITS_OF_SHARE) + 1;
        }
    }

    @Override
    public long poolBytes() {
        return ledger.poolBytes();
    }

    @Override
    public MemoryAccount openTask(Object owner, long job) {
        synchronized (ledger) {
            checkOpen();
            return new ExecutionAccount(ledger, all, owner, inBudget(job), null, this);
        }
    }

    @Override
    public MemoryAccount openRetained(String owner, RetainedMemory retained) {
        synchronized (ledger) {
            checkOpen();
            return new ExecutionAccount(ledger, all, owner, MemoryLedger.NO_JOB, retained, this);
        }
    }

    @Override
    public StorageAccount openStorage(Evictor evictor) {
        synchronized (ledger) {
            checkOpen();
            PooledStorage storage = new PooledStorage(ledger, all, evictor, this);
            ledger.open(storage);
            return storage;
        }
    }

    @Override
    public void endJob(long job) {
        synchronized (ledger) {
            ledger.endJob(inBudget(job));
        }
    }

    /** Returns a number that no job of another share has: the same jobs in the same order, as many later as there were. */
    private long inBudget(long job) {
        return ((olderJobs + job) << BITS_OF_SHARE) | (number & ((1 << BITS_OF_SHARE) - 1));
    }

    /** Returns the whole budget with what this share holds of it. */
    @Override
    public MemoryUsage usage() {
        synchronized (ledger) {
            return ledger.usageOf(this);
        }
    }

    void addRetained(long bytes) {
        retainedBytes += bytes;
    }

    long retainedBytes() {
        return retainedBytes;
    }

    private void checkOpen() {
        if (closed) {
            throw new IllegalStateException("This share of the memory was closed: the executor that used it has ended");
        }
    }

    /**
     * Gives back what is retained and cached. Attempts that run still are told to stop, and give back what they hold when
     * they end. Closing twice is harmless.
     */
    @Override
    public void close() {
        List<ExecutionAccount> accounts;
        List<PooledStorage> storages;
        synchronized (ledger) {
            closed = true;
            accounts = ledger.accountsOf(this);
            storages = ledger.storagesOf(this);
        }
        for (ExecutionAccount account : accounts) {
            account.cancel("its executor has ended");
            if (!account.isTask()) {
                account.close();
            }
        }
        storages.forEach(PooledStorage::close);
        budget.forget(reclaimer);
    }
}

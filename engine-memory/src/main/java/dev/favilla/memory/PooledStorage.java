package dev.favilla.memory;

import org.jspecify.annotations.Nullable;

/** Storage memory of one block manager. */
final class PooledStorage implements StorageAccount {

    private final MemoryLedger ledger;
    private final MemoryReclaimer reclaimer;
    private final Evictor evictor;

    /** Through which it was opened, if through one. */
    private final @Nullable MemoryShare share;

    /** Guarded by the books. */
    private long held;

    /** Guarded by the books. */
    private boolean closed;

    PooledStorage(MemoryLedger ledger, MemoryReclaimer reclaimer, Evictor evictor, @Nullable MemoryShare share) {
        this.ledger = ledger;
        this.reclaimer = reclaimer;
        this.evictor = evictor;
        this.share = share;
    }

    boolean isOf(MemoryShare other) {
        return share == other;
    }

    /** Called without the monitor. */
    long evict(long bytes) {
        return evictor.evict(bytes);
    }

    @Override
    public boolean reserve(long bytes) {
        return exchange(0, bytes);
    }

    @Override
    public boolean exchange(long given, long taken) {
        requireNotNegative(given);
        requireNotNegative(taken);
        synchronized (ledger) {
            long change = taken - Math.min(given, held);
            if (closed || (change > 0 && (ledger.isClaimed() || change > ledger.freeBytes() - ledger.awaitedBytes()))) {
                return false;
            }
            add(change);
            return true;
        }
    }

    @Override
    public boolean giveUp(long bytes) {
        requireNotNegative(bytes);
        synchronized (ledger) {
            if (bytes > held || !ledger.mayEvict(bytes)) {
                return false;
            }
            add(-bytes);
            return true;
        }
    }

    @Override
    public boolean reclaim(long bytes) {
        long before = freeBytes();
        reclaimer.sweep();
        return freeBytes() > before || (mayHope(bytes) && reclaimer.search());
    }

    private long freeBytes() {
        synchronized (ledger) {
            return ledger.freeBytes();
        }
    }

    /** Blocks that nobody can reach go like any others when there is no room; it is map outputs that may be in the way. */
    private boolean mayHope(long bytes) {
        synchronized (ledger) {
            return ledger.usage().retainedBytes() >= bytes - ledger.freeBytes();
        }
    }

    @Override
    public void release(long bytes) {
        requireNotNegative(bytes);
        synchronized (ledger) {
            add(-Math.min(bytes, held));
        }
    }

    private void add(long bytes) {
        held += bytes;
        ledger.addStorage(bytes);
    }

    private static void requireNotNegative(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must be >= 0, got " + bytes);
        }
    }

    @Override
    public long reservedBytes() {
        synchronized (ledger) {
            return held;
        }
    }

    @Override
    public long limitBytes() {
        synchronized (ledger) {
            return ledger.storageLimit();
        }
    }

    @Override
    public long protectedBytes() {
        return ledger.protectedBytes();
    }

    @Override
    public void close() {
        synchronized (ledger) {
            release(held);
            closed = true;
            ledger.close(this);
        }
    }
}

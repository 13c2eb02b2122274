package dev.favilla.memory;

/** Storage memory of one block store. */
final class PooledStorage implements StorageAccount {

    private final Books books;
    private final MemoryReclaimer reclaimer;
    private final Evictor evictor;

    /** Guarded by the books. */
    private long held;

    /** Guarded by the books. */
    private boolean closed;

    PooledStorage(Books books, MemoryReclaimer reclaimer, Evictor evictor) {
        this.books = books;
        this.reclaimer = reclaimer;
        this.evictor = evictor;
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
        synchronized (books) {
            long change = taken - Math.min(given, held);
            if (closed || (change > 0 && (books.isClaimed() || change > books.freeBytes()))) {
                return false;
            }
            add(change);
            return true;
        }
    }

    @Override
    public boolean giveUp(long bytes) {
        requireNotNegative(bytes);
        synchronized (books) {
            if (bytes > held || !books.mayEvict(bytes)) {
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
        synchronized (books) {
            return books.freeBytes();
        }
    }

    /** Blocks that nobody can reach go like any others when there is no room; it is map outputs that may be in the way. */
    private boolean mayHope(long bytes) {
        synchronized (books) {
            return books.usage().retainedBytes() >= bytes - books.freeBytes();
        }
    }

    @Override
    public void release(long bytes) {
        requireNotNegative(bytes);
        synchronized (books) {
            add(-Math.min(bytes, held));
        }
    }

    private void add(long bytes) {
        held += bytes;
        books.addStorage(bytes);
    }

    private static void requireNotNegative(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must be >= 0, got " + bytes);
        }
    }

    @Override
    public long reservedBytes() {
        synchronized (books) {
            return held;
        }
    }

    @Override
    public long limitBytes() {
        synchronized (books) {
            return books.storageLimit();
        }
    }

    @Override
    public long protectedBytes() {
        return books.protectedBytes();
    }

    @Override
    public void close() {
        synchronized (books) {
            release(held);
            closed = true;
            books.close(this);
        }
    }
}

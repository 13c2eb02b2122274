package dev.favilla.memory;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The memory of one executor: one pool from which tasks, map outputs and cached blocks take what the others leave.
 *
 * <p><b>Fair share.</b> With {@code N} open task accounts, no task account is granted beyond
 * {@code (pool - retained - min(storage, protected)) / N}, where <em>protected</em> is the share of the pool that
 * cached blocks keep once they use it. A task that already holds more, because others were opened later, keeps it and
 * is granted nothing until it is below. A retained account has no share; it gets what is free or can be evicted.
 *
 * <p><b>A request</b> takes what is free; then has cached blocks above the protected share evicted; then asks the
 * owner's own spillables, in the order they were registered; then is granted in one step what can be granted. It never
 * waits for others.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. One monitor guards the totals and is never held while
 * an evictor or a spillable runs, so those may call back.
 *
 * <p><b>Failures.</b> What an evictor or spillable throws reaches the caller and nothing is granted. Asking a closed
 * account is an {@link IllegalStateException}: whoever holds it outlived its attempt. Giving back to one is harmless.
 */
public final class UnifiedMemoryManager implements MemoryManager {

    /** The smallest budget an engine opens with. */
    public static final long MINIMUM_POOL_BYTES = 32L << 20;

    private static final long LARGEST_HEAP_RESERVE_BYTES = 300L << 20;
    private static final int EVICTION_ROUNDS = 8;

    private final long poolBytes;
    private final long protectedBytes;

    /** Guards everything below, and what the accounts hold. */
    private final Object monitor = new Object();

    private final List<Storage> storages = new ArrayList<>();
    private long executionBytes;
    private long retainedBytes;
    private long storageBytes;
    private int activeTasks;

    /**
     * @param poolBytes the whole budget, at least {@link #MINIMUM_POOL_BYTES}
     * @param protectedStorageFraction the share of the pool, from 0 to 1, below which cached blocks are not evicted
     * @throws IllegalArgumentException if either is out of range
     */
    public UnifiedMemoryManager(long poolBytes, double protectedStorageFraction) {
        if (poolBytes < MINIMUM_POOL_BYTES) {
            throw new IllegalArgumentException("memory must be >= " + Bytes.format(MINIMUM_POOL_BYTES) + ", got "
                    + Bytes.format(poolBytes) + ". Raise EngineContext.builder().memory, or give the JVM a larger"
                    + " heap with -Xmx if the budget was derived from it.");
        }
        if (!(protectedStorageFraction >= 0 && protectedStorageFraction <= 1)) {
            throw new IllegalArgumentException(
                    "protectedStorageFraction must be from 0 to 1, got " + protectedStorageFraction);
        }
        this.poolBytes = poolBytes;
        this.protectedBytes = (long) (poolBytes * protectedStorageFraction);
    }

    /**
     * Returns the budget for a heap: {@code fraction} of what is left of {@code maxHeapBytes} after a reserve of 300
     * MiB, or of an eighth of the heap if that is less. It may be below {@link #MINIMUM_POOL_BYTES}.
     *
     * @throws IllegalArgumentException if the heap is not positive or the fraction not above 0 and at most 1
     */
    public static long defaultPoolBytes(long maxHeapBytes, double fraction) {
        if (maxHeapBytes <= 0) {
            throw new IllegalArgumentException("maxHeapBytes must be > 0, got " + maxHeapBytes);
        }
        if (!(fraction > 0 && fraction <= 1)) {
            throw new IllegalArgumentException("fraction must be above 0 and at most 1, got " + fraction);
        }
        long reserve = Math.min(LARGEST_HEAP_RESERVE_BYTES, maxHeapBytes / 8);
        return (long) ((maxHeapBytes - reserve) * fraction);
    }

    @Override
    public long poolBytes() {
        return poolBytes;
    }

    @Override
    public MemoryAccount openTask(String owner) {
        synchronized (monitor) {
            activeTasks++;
        }
        return new Execution(owner, true);
    }

    @Override
    public MemoryAccount openRetained(String owner) {
        return new Execution(owner, false);
    }

    @Override
    public StorageAccount openStorage(Evictor evictor) {
        Storage storage = new Storage(evictor);
        synchronized (monitor) {
            storages.add(storage);
        }
        return storage;
    }

    @Override
    public MemoryUsage usage() {
        synchronized (monitor) {
            return new MemoryUsage(poolBytes, executionBytes, retainedBytes, storageBytes, activeTasks);
        }
    }

    /** Has cached blocks dropped; called outside the monitor. Returns whether any bytes came free. */
    private boolean evict(long bytes) {
        List<Storage> asked;
        synchronized (monitor) {
            asked = List.copyOf(storages);
        }
        long evicted = 0;
        for (Storage storage : asked) {
            if (evicted < bytes) {
                evicted += storage.evictor.evict(bytes - evicted);
            }
        }
        return evicted > 0;
    }

    // The three below are called with the monitor held.

    private long freeBytes() {
        return poolBytes - executionBytes - retainedBytes - storageBytes;
    }

    private long evictableBytes() {
        return Math.max(0, storageBytes - protectedBytes);
    }

    /** What tasks may hold together at most. */
    private long sharedByTasks() {
        return poolBytes - retainedBytes - Math.min(storageBytes, protectedBytes);
    }

    private static void requireNotNegative(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must be >= 0, got " + bytes);
        }
    }

    /** Execution memory of one task, or of one owner of retained bytes. */
    private final class Execution implements MemoryAccount {

        private final String owner;
        private final boolean task;

        /** Owned by the account's thread. */
        private Spillable[] spillables = {};

        /** Owned by the account's thread: a request made by a spillable while it spills must not spill again. */
        private boolean spilling;

        /** Guarded by the monitor. */
        private long held;

        /** Guarded by the monitor. */
        private boolean closed;

        Execution(String owner, boolean task) {
            this.owner = owner;
            this.task = task;
        }

        @Override
        public long reserve(long bytes) {
            requireNotNegative(bytes);
            makeRoom(bytes);
            synchronized (monitor) {
                long granted = Math.min(bytes, grantable());
                take(granted);
                return granted;
            }
        }

        @Override
        public void require(long bytes) {
            requireNotNegative(bytes);
            makeRoom(bytes);
            long couldHave;
            int tasks;
            synchronized (monitor) {
                couldHave = grantable();
                tasks = activeTasks;
                if (couldHave >= bytes) {
                    take(bytes);
                    return;
                }
            }
            throw new ExecutionMemoryExhaustedException(owner, bytes, couldHave, poolBytes, tasks);
        }

        /** Evicts, then spills, as long as {@code bytes} cannot be granted and that helps. */
        private void makeRoom(long bytes) {
            // Others may take what was evicted for this request; asking for ever could empty the cache for nothing.
            for (int round = 0; round < EVICTION_ROUNDS; round++) {
                long evict = evictionFor(bytes);
                if (evict == 0 || !evict(evict)) {
                    break;
                }
            }
            if (spilling) {
                return;
            }
            for (Spillable spillable : spillables) {
                long missing = missing(bytes);
                if (missing == 0) {
                    return;
                }
                spilling = true;
                try {
                    spillable.spill(missing);
                } finally {
                    spilling = false;
                }
            }
        }

        /** How many bytes of cached blocks would have to go; 0 if none need to or none may. */
        private long evictionFor(long bytes) {
            synchronized (monitor) {
                checkOpen();
                long shortfall = Math.min(bytes, allowed()) - freeBytes();
                return Math.max(0, Math.min(shortfall, evictableBytes()));
            }
        }

        private long missing(long bytes) {
            synchronized (monitor) {
                return bytes - Math.min(bytes, grantable());
            }
        }

        /** What could be granted if all of it were free. */
        private long allowed() {
            long limit = task ? sharedByTasks() / activeTasks - held : sharedByTasks() - executionBytes;
            return Math.max(0, limit);
        }

        private long grantable() {
            checkOpen();
            return Math.min(allowed(), freeBytes());
        }

        private void checkOpen() {
            if (closed) {
                throw new IllegalStateException("The memory of " + owner + " was asked for after it was closed");
            }
        }

        /** Adds to, or with a negative number takes from, what this account and its side of the pool hold. */
        private void take(long bytes) {
            held += bytes;
            if (task) {
                executionBytes += bytes;
            } else {
                retainedBytes += bytes;
            }
        }

        @Override
        public void release(long bytes) {
            requireNotNegative(bytes);
            synchronized (monitor) {
                take(-Math.min(bytes, held));
            }
        }

        @Override
        public long reservedBytes() {
            synchronized (monitor) {
                return held;
            }
        }

        @Override
        public void register(Spillable spillable) {
            // A new array each time, so that a spillable may leave while all are being asked.
            Spillable[] more = Arrays.copyOf(spillables, spillables.length + 1);
            more[spillables.length] = spillable;
            spillables = more;
        }

        @Override
        public void unregister(Spillable spillable) {
            spillables = Arrays.stream(spillables).filter(s -> s != spillable).toArray(Spillable[]::new);
        }

        @Override
        public void close() {
            synchronized (monitor) {
                take(-held);
                if (!closed && task) {
                    activeTasks--;
                }
                closed = true;
            }
            spillables = new Spillable[0];
        }

        @Override
        public String toString() {
            return owner + " holding " + Bytes.format(reservedBytes());
        }
    }

    /** Storage memory of one block store. */
    private final class Storage implements StorageAccount {

        private final Evictor evictor;

        /** Guarded by the monitor. */
        private long held;

        /** Guarded by the monitor. */
        private boolean closed;

        Storage(Evictor evictor) {
            this.evictor = evictor;
        }

        @Override
        public boolean reserve(long bytes) {
            requireNotNegative(bytes);
            synchronized (monitor) {
                if (closed || bytes > freeBytes()) {
                    return false;
                }
                held += bytes;
                storageBytes += bytes;
                return true;
            }
        }

        @Override
        public void release(long bytes) {
            requireNotNegative(bytes);
            synchronized (monitor) {
                long given = Math.min(bytes, held);
                held -= given;
                storageBytes -= given;
            }
        }

        @Override
        public long reservedBytes() {
            synchronized (monitor) {
                return held;
            }
        }

        @Override
        public long limitBytes() {
            synchronized (monitor) {
                return poolBytes - executionBytes - retainedBytes;
            }
        }

        @Override
        public void close() {
            synchronized (monitor) {
                release(held);
                closed = true;
                storages.remove(this);
            }
        }
    }
}

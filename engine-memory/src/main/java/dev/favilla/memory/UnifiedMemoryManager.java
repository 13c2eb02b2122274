package dev.favilla.memory;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The memory of one executor: one pool from which tasks, map outputs and cached blocks take what the others leave.
 *
 * <p><b>Fair share.</b> With {@code N} tasks, a task is at first granted no more than {@code (pool - fixed -
 * min(storage, protected)) / N}, where <em>protected</em> is the share of the pool that cached blocks keep once they use
 * it, and <em>fixed</em> what map outputs hold that cannot be written out. A task that already holds more, because others
 * were opened later, keeps it until they want their part; then it moves the rest out, the next time it asks for memory or
 * {@linkplain MemoryAccount#settle looks}. A retained account has no share; it gets what is free or can be evicted.
 *
 * <p><b>A request</b> takes what is free; then has cached blocks above the protected share evicted; then map outputs
 * written out; then, if the task holds less than half its share, waits a second at most for those who hold more than
 * theirs; then asks the owner's own spillables: the smallest that is big enough or else the biggest, and last the one that
 * the memory is for; then is granted in one step what can be granted. That is all that {@code reserve} does.
 *
 * <p><b>Before a task is refused</b> what it requires, memory that nobody can reach any more is given back, and the
 * task may have what is free beyond its fair share. If that is not enough, the older of two tasks goes first: it waits
 * until younger ones have given back what they hold, by ending or by giving way. A younger one gives way: it gives
 * everything back, ends as one that was told to stop, and when it comes again waits, holding nothing, until no older
 * one is in need; for a while the tasks of its job hold memory one after the other. A task that waits holding memory
 * waits for younger ones only, and one that holds nothing for older ones only, so nobody waits in a circle. Once no
 * other holds anything, the map outputs of other jobs go, too; a younger job that lost some lets older ones end before
 * it makes them again. Only then, or if it asks for more than all that could ever give, it is refused.
 *
 * <p><b>Protected.</b> What evictors are asked for counts as gone at once, so that however many tasks evict, storage is
 * left its protected share.
 *
 * <p><b>Threads.</b> All methods may be called from any thread. One monitor guards the totals and is never held while
 * an evictor, a spillable or a reclaimer runs, so those may call back. A wait ends when the task is told to stop, when
 * its thread is interrupted, and with a refusal when nobody gave anything back for ten minutes.
 *
 * <p><b>Failures.</b> What an evictor, a spillable or a reclaimer throws reaches the caller and nothing is granted.
 * Asking a closed account is an {@link IllegalStateException}: whoever holds it outlived its attempt. Giving back to one
 * is harmless.
 */
public final class UnifiedMemoryManager implements MemoryManager {

    /** The smallest budget an engine opens with. */
    public static final long MINIMUM_POOL_BYTES = 32L << 20;

    private static final long LARGEST_HEAP_RESERVE_BYTES = 300L << 20;
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    /** About what it takes to move a large table out, which is what a task does after it. */
    private static final Duration MINIMUM_PATIENCE = Duration.ofSeconds(1);

    private final MemoryLedger ledger;
    private final MemoryReclaimer reclaimer;
    private final Reclaimers ofShares = new Reclaimers();

    /** As {@link #UnifiedMemoryManager(long, double, MemoryReclaimer)}, where nothing is ever out of reach. */
    public UnifiedMemoryManager(long poolBytes, double protectedStorageFraction) {
        this(poolBytes, protectedStorageFraction, MemoryReclaimer.NONE);
    }

    /**
     * @param poolBytes the whole budget, at least {@link #MINIMUM_POOL_BYTES}
     * @param protectedStorageFraction the share of the pool, from 0 to 1, below which cached blocks are not evicted
     * @param reclaimer asked before a request is refused
     * @throws IllegalArgumentException if a number is out of range
     */
    public UnifiedMemoryManager(long poolBytes, double protectedStorageFraction, MemoryReclaimer reclaimer) {
        this(poolBytes, protectedStorageFraction, reclaimer, PATIENCE);
    }

    /** @param patience how long a task waits while nobody gives anything back */
    UnifiedMemoryManager(
            long poolBytes, double protectedStorageFraction, MemoryReclaimer reclaimer, Duration patience) {
        if (poolBytes < MINIMUM_POOL_BYTES) {
            throw new IllegalArgumentException("memory must be >= " + Bytes.format(MINIMUM_POOL_BYTES) + ", got "
                    + Bytes.format(poolBytes) + ". Raise EngineContext.builder().memory, or give the JVM a larger"
                    + " heap with -Xmx if the budget was derived from it.");
        }
        if (!(protectedStorageFraction >= 0 && protectedStorageFraction <= 1)) {
            throw new IllegalArgumentException(
                    "protectedStorageFraction must be from 0 to 1, got " + protectedStorageFraction);
        }
        this.ledger = new MemoryLedger(
                poolBytes,
                (long) (poolBytes * protectedStorageFraction),
                patience.toNanos(),
                Math.min(patience.toNanos(), MINIMUM_PATIENCE.toNanos()));
        this.reclaimer = reclaimer;
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
        return ledger.poolBytes();
    }

    @Override
    public MemoryAccount openTask(Object owner, long job) {
        return new ExecutionAccount(ledger, reclaimer, owner, job, null, null);
    }

    @Override
    public MemoryAccount openRetained(String owner, RetainedMemory retained) {
        return new ExecutionAccount(ledger, reclaimer, owner, MemoryLedger.NO_JOB, retained, null);
    }

    @Override
    public StorageAccount openStorage(Evictor evictor) {
        PooledStorage storage = new PooledStorage(ledger, reclaimer, evictor, null);
        synchronized (ledger) {
            ledger.open(storage);
        }
        return storage;
    }

    /**
     * Opens a share for an executor that uses this budget beside others.
     *
     * @param reclaimerOfShare gives back what nobody can reach any more among what the share holds
     */
    public MemoryShare openShare(MemoryReclaimer reclaimerOfShare) {
        ofShares.known.add(reclaimerOfShare);
        return new MemoryShare(this, ledger, reclaimerOfShare, ofShares);
    }

    /** A share was closed. */
    void forget(MemoryReclaimer reclaimerOfShare) {
        ofShares.known.remove(reclaimerOfShare);
    }

    @Override
    public void endJob(long job) {
        synchronized (ledger) {
            ledger.endJob(job);
        }
    }

    @Override
    public MemoryUsage usage() {
        synchronized (ledger) {
            return ledger.usage();
        }
    }

    /** Those of all shares: what is out of reach may belong to any. */
    private static final class Reclaimers implements MemoryReclaimer {

        private final List<MemoryReclaimer> known = new CopyOnWriteArrayList<>();

        @Override
        public void sweep() {
            known.forEach(MemoryReclaimer::sweep);
        }

        @Override
        public boolean search() {
            for (MemoryReclaimer each : known) {
                if (each.search()) {
                    return true;
                }
            }
            return false;
        }
    }
}

package dev.favilla;

import dev.favilla.memory.MemoryReclaimer;
import java.lang.ref.PhantomReference;
import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Runs a clean-up once an object can no longer be reached: the map outputs of a shuffle, the blocks of a cached dataset,
 * the copies of a broadcast. Without a thread: whoever uses the context sweeps, and whoever lacks memory has the garbage
 * collector look first.
 *
 * <p><b>Collections</b> are asked for one at a time. After one that found nothing there is none before somebody has used
 * the context again, and none before four times the time it took has passed. A JVM that does not collect when asked to is
 * asked once.
 *
 * <p><b>Threads.</b> May be used from any thread. The monitor of this object is held while one thread searches; those who
 * come meanwhile wait for what it finds. Clean-ups must not search.
 */
final class Reachability implements MemoryReclaimer {

    /** How long a collection that was asked for may take to tell what it found. */
    private static final long PATIENCE_MILLIS = 2000;

    /** References found by one collection come one after the other, without a gap as long as this. */
    private static final long GAP_MILLIS = 20;

    private static final int TIMES_TO_REST = 4;
    private static final long LONGEST_REST_NANOS = 2_000_000_000;

    private final ReferenceQueue<Object> queue = new ReferenceQueue<>();
    private final Set<Tracked> tracked = ConcurrentHashMap.newKeySet();

    /** How often the context was used so far. */
    private final AtomicLong uses = new AtomicLong();

    /** Clean-ups run so far. */
    private final AtomicLong found = new AtomicLong();

    // What follows belongs to whoever searches.

    private boolean searchesInVain;
    private long usesAtFruitless = -1;
    private long restUntil = System.nanoTime();

    /** Runs {@code cleanUp}, which must not refer to {@code referent}, in a sweep after it became unreachable. */
    void track(Object referent, Runnable cleanUp) {
        uses.incrementAndGet();
        tracked.add(new Tracked(referent, queue, cleanUp));
    }

    /** Notes that the context is used, and runs the clean-ups that are due. */
    void use() {
        uses.incrementAndGet();
        sweep();
    }

    @Override
    public void sweep() {
        for (Reference<?> due = queue.poll(); due != null; due = queue.poll()) {
            cleanUp(due);
        }
    }

    private void cleanUp(Reference<?> due) {
        if (due instanceof Tracked gone && tracked.remove(gone)) {
            gone.cleanUp.run();
            found.incrementAndGet();
        }
    }

    @Override
    public boolean search() {
        long before = found.get();
        synchronized (this) {
            if (found.get() > before) {
                return true; // by the one who was waited for
            }
            long used = uses.get();
            if (searchesInVain || tracked.isEmpty() || used == usesAtFruitless) {
                return false;
            }
            rest();
            long begin = System.nanoTime();
            collect();
            boolean fruitful = found.get() > before;
            usesAtFruitless = fruitful ? -1 : used;
            long now = System.nanoTime();
            restUntil = now + (fruitful ? 0 : Math.min(LONGEST_REST_NANOS, TIMES_TO_REST * (now - begin)));
            return fruitful;
        }
    }

    private void rest() {
        while (restUntil - System.nanoTime() > 0 && !Thread.currentThread().isInterrupted()) {
            LockSupport.parkNanos(this, restUntil - System.nanoTime());
        }
    }

    /** Has the garbage collector look, and cleans up after all that it finds. */
    private void collect() {
        ReferenceQueue<Object> told = new ReferenceQueue<>();
        PhantomReference<Object> witness = new PhantomReference<>(new Object(), told);
        System.gc();
        try {
            searchesInVain = told.remove(PATIENCE_MILLIS) == null;
            for (Reference<?> due = queue.remove(GAP_MILLIS); due != null; due = queue.remove(GAP_MILLIS)) {
                cleanUp(due);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            Reference.reachabilityFence(witness);
        }
    }

    private static final class Tracked extends PhantomReference<Object> {

        private final Runnable cleanUp;

        Tracked(Object referent, ReferenceQueue<Object> queue, Runnable cleanUp) {
            super(referent, queue);
            this.cleanUp = cleanUp;
        }
    }
}

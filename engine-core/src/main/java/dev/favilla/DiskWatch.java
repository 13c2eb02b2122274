package dev.favilla;

import dev.favilla.memory.MemoryReclaimer;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Has what nobody can reach any more looked for when much has come to lie on local disk: files weigh nothing in the heap,
 * and the garbage collector would not look for their sake. Used from any thread, between jobs.
 */
final class DiskWatch {

    private static final long STEP_BYTES = 1L << 30;
    private static final int STEPS_TO_LIMIT = 4;

    private final LongSupplier usedBytes;
    private final MemoryReclaimer reclaimer;
    private final long step;

    /** How much has to lie there for the next search. */
    private final AtomicLong next;

    /**
     * @param usedBytes how much lies there now
     * @param limitBytes how much may lie there
     */
    DiskWatch(LongSupplier usedBytes, MemoryReclaimer reclaimer, long limitBytes) {
        this.usedBytes = usedBytes;
        this.reclaimer = reclaimer;
        this.step = Math.max(1, Math.min(STEP_BYTES, limitBytes / STEPS_TO_LIMIT));
        this.next = new AtomicLong(step);
    }

    /** Searches if there is a step more than after the last search, or than the least since. */
    void look() {
        long now = usedBytes.getAsLong();
        long due = next.get();
        if (now < due) {
            next.compareAndSet(due, Math.min(due, now + step));
        } else if (next.compareAndSet(due, now + step)) { // others need not search for the same
            reclaimer.search();
        }
    }
}

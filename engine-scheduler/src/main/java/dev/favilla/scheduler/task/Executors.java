package dev.favilla.scheduler.task;

import dev.favilla.shuffle.ExecutorId;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The live executors and how many of their slots are taken. There are few of them. */
final class Executors {

    private final Map<ExecutorId, Slots> live = new LinkedHashMap<>();
    private int free;

    int count() {
        return live.size();
    }

    boolean isLive(ExecutorId id) {
        return live.containsKey(id);
    }

    /** Returns false if it was there already. */
    boolean add(ExecutorId id, int slots) {
        if (live.putIfAbsent(id, new Slots(id, slots)) != null) {
            return false;
        }
        free += slots;
        return true;
    }

    /** Returns false if it was not there. */
    boolean remove(ExecutorId id) {
        Slots slots = live.remove(id);
        if (slots == null) {
            return false;
        }
        free -= slots.total - slots.taken;
        return true;
    }

    /** Returns the executor with the smallest share of its slots taken, the first added of several, or null. */
    @Nullable
    ExecutorId leastLoaded() {
        if (free == 0) {
            return null;
        }
        Slots best = null;
        for (Slots slots : live.values()) {
            if (slots.taken < slots.total && (best == null || slots.isLessLoadedThan(best))) {
                best = slots;
            }
        }
        return best == null ? null : best.id;
    }

    void take(ExecutorId id) {
        Slots slots = live.get(id);
        if (slots != null) {
            slots.taken++;
            free--;
        }
    }

    void release(ExecutorId id) {
        Slots slots = live.get(id);
        if (slots != null) {
            slots.taken--;
            free++;
        }
    }

    private static final class Slots {
        private final ExecutorId id;
        private final int total;
        private int taken;

        Slots(ExecutorId id, int total) {
            this.id = id;
            this.total = total;
        }

        boolean isLessLoadedThan(Slots other) {
            return (long) taken * other.total < (long) other.taken * total;
        }
    }
}

package dev.favilla.scheduler.task;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The live executors and how many of their slots are taken. There are few of them. */
final class ExecutorSlots {

    private final Map<ExecutorId, Slots> live = new LinkedHashMap<>();

    /** Free slots of those that take tasks. */
    private int free;

    /** How many are being drained. */
    private int draining;

    int count() {
        return live.size();
    }

    boolean isLive(ExecutorId id) {
        return live.containsKey(id);
    }

    /** Returns whether it is there and is not being drained. */
    boolean takesTasks(ExecutorId id) {
        Slots slots = live.get(id);
        return slots != null && !slots.draining;
    }

    /** Returns the one of that name, if it takes tasks. */
    Optional<ExecutorId> named(String name) {
        return live.values().stream()
                .filter(slots -> !slots.draining && slots.id.name().equals(name))
                .map(slots -> slots.id)
                .findFirst();
    }

    /** Returns whether any takes tasks. */
    boolean anyTakesTasks() {
        for (Slots slots : live.values()) {
            if (!slots.draining) {
                return true;
            }
        }
        return false;
    }

    /** Returns false if it was there already. */
    boolean add(ExecutorId id, int slots) {
        if (live.putIfAbsent(id, new Slots(id, slots)) != null) {
            return false;
        }
        free += slots;
        return true;
    }

    /** Lets it take no more tasks. */
    void drain(ExecutorId id) {
        Slots slots = live.get(id);
        if (slots != null && !slots.draining) {
            free -= slots.free();
            slots.draining = true;
            draining++;
        }
    }

    /** Returns the executors that are being drained and run nothing. */
    List<ExecutorId> drained() {
        if (draining == 0) { // asked after every event
            return List.of();
        }
        return live.values().stream()
                .filter(slots -> slots.draining && slots.taken == 0)
                .map(slots -> slots.id)
                .toList();
    }

    /** Returns false if it was not there. */
    boolean remove(ExecutorId id) {
        Slots slots = live.remove(id);
        if (slots == null) {
            return false;
        }
        if (slots.draining) {
            draining--;
        } else {
            free -= slots.free();
        }
        return true;
    }

    boolean hasFree() {
        return free > 0;
    }

    boolean hasFree(ExecutorId id) {
        Slots slots = live.get(id);
        return slots != null && slots.isFree();
    }

    /** Returns the executor with the smallest share of its slots taken, the first added of several, or null. */
    @Nullable
    ExecutorId leastLoaded() {
        Slots best = free == 0 ? null : best(null);
        return best == null ? null : best.id;
    }

    /** Returns the least loaded one that is not {@code other}; {@code other} itself only where it is alone. */
    @Nullable
    ExecutorId leastLoadedBut(ExecutorId other) {
        Slots best = best(other);
        if (best == null && isAlone(other) && hasFree(other)) {
            return other;
        }
        return best == null ? null : best.id;
    }

    private boolean isAlone(ExecutorId id) {
        return live.values().stream().allMatch(slots -> slots.draining || slots.id.equals(id));
    }

    private @Nullable Slots best(@Nullable ExecutorId besides) {
        Slots best = null;
        for (Slots slots : live.values()) {
            if (slots.isFree() && !slots.id.equals(besides) && (best == null || slots.isLessLoadedThan(best))) {
                best = slots;
            }
        }
        return best;
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
            if (!slots.draining) {
                free++;
            }
        }
    }

    List<ExecutorStatus> status() {
        return live.values().stream()
                .map(slots -> new ExecutorStatus(slots.id, slots.total, slots.taken, slots.draining))
                .toList();
    }

    private static final class Slots {
        private final ExecutorId id;
        private final int total;
        private int taken;
        private boolean draining;

        Slots(ExecutorId id, int total) {
            this.id = id;
            this.total = total;
        }

        int free() {
            return total - taken;
        }

        boolean isFree() {
            return !draining && taken < total;
        }

        boolean isLessLoadedThan(Slots other) {
            return (long) taken * other.total < (long) other.taken * total;
        }
    }
}

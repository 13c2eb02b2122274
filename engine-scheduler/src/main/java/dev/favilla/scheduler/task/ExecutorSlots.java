package dev.favilla.scheduler.task;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The live executors, how many of their slots are taken, and what was launched there ahead of a free slot. There are few
 * of them.
 *
 * <p>Executors begin what they are given in order, so where an attempt in a slot ends, the first that was launched
 * ahead takes its place.
 */
final class ExecutorSlots {

    private final Map<ExecutorId, Slots> live = new LinkedHashMap<>();

    /** Free slots of those that take tasks. */
    private int free;

    /** How many are being drained. */
    private int draining;

    /** Attempts that were launched ahead and have no slot yet, on all of them. */
    private int ahead;

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
    boolean add(ExecutorId id, int slots, int mayWait) {
        if (live.putIfAbsent(id, new Slots(id, slots, mayWait)) != null) {
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
        ahead -= slots.ahead.size();
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

    /** Gives an attempt a slot, or where none is free has it wait for the first that is. */
    void take(TaskAttempt attempt) {
        Slots slots = live.get(attempt.executor());
        if (slots == null) {
            return;
        }
        if (slots.taken < slots.total) {
            slots.taken++;
            free--;
        } else {
            attempt.launchedAhead(true);
            slots.ahead.add(attempt);
            ahead++;
        }
    }

    /** Gives the slot of an attempt that has ended to the first that waits. */
    void release(TaskAttempt attempt) {
        Slots slots = live.get(attempt.executor());
        if (slots == null) {
            return;
        }
        TaskAttempt next = slots.ahead.isEmpty()
                ? null
                : attempt.isAhead() && slots.ahead.remove(attempt) ? attempt : slots.ahead.remove();
        if (next != null) {
            next.launchedAhead(false);
            ahead--;
        } else {
            slots.taken--;
            if (!slots.draining) {
                free++;
            }
        }
    }

    /** Returns the executor where fewest attempts wait for each slot and another may, the first added of several, or null. */
    @Nullable
    ExecutorId leastAhead() {
        Slots best = null;
        for (Slots slots : live.values()) {
            if (slots.mayWait() && (best == null || slots.hasFewerWaitingThan(best))) {
                best = slots;
            }
        }
        return best == null ? null : best.id;
    }

    /** Returns whether anything waits that was launched ahead. */
    boolean anyAhead() {
        return ahead > 0;
    }

    boolean anyDraining() {
        return draining > 0;
    }

    /** Returns what was launched ahead and waits: where executors are being drained, or everywhere. */
    List<TaskAttempt> ahead(boolean everywhere) {
        List<TaskAttempt> waiting = new ArrayList<>(ahead);
        for (Slots slots : live.values()) {
            if (everywhere || slots.draining) {
                waiting.addAll(slots.ahead);
            }
        }
        return waiting;
    }

    List<ExecutorStatus> status() {
        return live.values().stream()
                .map(slots -> new ExecutorStatus(slots.id, slots.total, slots.taken, slots.draining))
                .toList();
    }

    private static final class Slots {
        private final ExecutorId id;
        private final int total;
        private final int mostAhead;

        /** What was launched while all slots were taken, the oldest first. */
        private final Deque<TaskAttempt> ahead = new ArrayDeque<>(0);

        private int taken;
        private boolean draining;

        Slots(ExecutorId id, int total, int mostAhead) {
            this.id = id;
            this.total = total;
            this.mostAhead = mostAhead;
        }

        boolean mayWait() {
            return !draining && taken == total && ahead.size() < mostAhead;
        }

        boolean hasFewerWaitingThan(Slots other) {
            return (long) ahead.size() * other.total < (long) other.ahead.size() * total;
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

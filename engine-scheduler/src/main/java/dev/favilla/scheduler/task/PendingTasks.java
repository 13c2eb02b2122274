package dev.favilla.scheduler.task;

import java.util.BitSet;

/** Tasks that wait for a slot, a bit for each, taken in order. */
final class PendingTasks {

    private final BitSet waiting = new BitSet();

    /** No task before this one waits. */
    private int first;

    void add(int index) {
        waiting.set(index);
        first = Math.min(first, index);
    }

    void remove(int index) {
        waiting.clear(index);
    }

    void clear() {
        waiting.clear();
    }

    /** Returns the first task, negative if none waits. */
    int first() {
        int next = waiting.nextSetBit(first);
        if (next >= 0) {
            first = next;
        }
        return next;
    }

    boolean isEmpty() {
        return first() < 0;
    }
}

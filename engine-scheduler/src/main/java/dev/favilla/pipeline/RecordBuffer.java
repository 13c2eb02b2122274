package dev.favilla.pipeline;

import dev.favilla.lineage.Sink;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * Records in the order they were pushed, handed out once. A place is cleared as its record leaves, so that a consumed
 * record is not kept alive, and used again once all have left.
 */
final class RecordBuffer extends Sink implements Iterator<@Nullable Object> {

    private static final int FIRST_CAPACITY = 16;

    private static final @Nullable Object[] NONE = {};

    private @Nullable Object[] records = NONE;
    private int head;
    private int tail;

    @Override
    public boolean push(@Nullable Object record) {
        if (tail == records.length) {
            grow();
        }
        records[tail++] = record;
        return true;
    }

    private void grow() {
        records = tail == 0
                ? new @Nullable Object[FIRST_CAPACITY]
                : Arrays.copyOf(records, Math.addExact(tail, tail >> 1));
    }

    @Override
    public boolean hasNext() {
        return head < tail;
    }

    @Override
    public @Nullable Object next() {
        if (head == tail) {
            throw new NoSuchElementException("No more records: hasNext() is false.");
        }
        Object record = records[head];
        records[head++] = null;
        if (head == tail) {
            head = 0;
            tail = 0;
        }
        return record;
    }

    /** Returns the record that was pushed last and has not been handed out. */
    @Nullable
    Object last() {
        return records[tail - 1];
    }

    /** Forgets what was not handed out. */
    void clear() {
        Arrays.fill(records, head, tail, null);
        head = 0;
        tail = 0;
    }
}

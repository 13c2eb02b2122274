package dev.favilla.spill;

import dev.favilla.attempt.TaskScope;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * Walks over several runs at once in the order of their numbers: so what was finished part by part comes out in the order
 * in which it would have come without parts.
 *
 * <p>A run is a sequence of rows. A row is a number and, behind it, a fixed count of records. Within a run numbers never
 * fall, and no two runs have a number in common.
 *
 * <p><b>Cost.</b> At most {@value #FAN_IN} runs are open at once, and the records of one row are held. If there are more
 * runs, the smallest are first merged into one. Runs are deleted as soon as they are read.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 */
final class NumberedMerge implements AutoCloseable {

    /** How many runs are read at once. */
    static final int FAN_IN = 16;

    private static final int ROWS_PER_CHECK = 4096;

    private final List<Head> open = new ArrayList<>();
    private final PriorityQueue<Head> heads = new PriorityQueue<>(Comparator.comparingLong(Head::number));

    /** The one of the present row; goes back among the others when the next row is asked for. */
    private @Nullable Head present;

    private NumberedMerge() {}

    /**
     * Opens runs, which it takes over: it deletes them, read or not.
     *
     * @param width records in a row, beside its number
     */
    static NumberedMerge of(List<Run> runs, int width, TaskScope scope) {
        return open(reduce(runs, width, scope), width);
    }

    private static NumberedMerge open(List<Run> runs, int width) {
        NumberedMerge merge = new NumberedMerge();
        boolean opened = false;
        try {
            for (Run run : runs) {
                Head head = new Head(run, width);
                merge.open.add(head);
                merge.enqueue(head);
            }
            opened = true;
            return merge;
        } finally {
            if (!opened) {
                merge.close();
            }
        }
    }

    /** Merges runs until so few are left that they can be open at once. */
    private static List<Run> reduce(List<Run> runs, int width, TaskScope scope) {
        PriorityQueue<Run> bySize = new PriorityQueue<>(Comparator.comparingLong(Run::bytes));
        runs.stream().filter(run -> run.records() > 0).forEach(bySize::add);
        runs.stream().filter(run -> run.records() == 0).forEach(Run::delete);
        while (bySize.size() > FAN_IN) {
            int tooMany = bySize.size() - FAN_IN;
            List<Run> smallest = new ArrayList<>();
            while (smallest.size() <= tooMany && smallest.size() < FAN_IN) {
                smallest.add(bySize.remove());
            }
            bySize.add(mergeIntoOne(smallest, width, scope));
        }
        return List.copyOf(bySize);
    }

    private static Run mergeIntoOne(List<Run> runs, int width, TaskScope scope) {
        try (RunWriter merged = RunStore.of(scope).create();
                NumberedMerge rows = open(runs, width)) {
            for (int row = 0; rows.advance(); row++) {
                if ((row & (ROWS_PER_CHECK - 1)) == 0) {
                    scope.checkKilled();
                }
                merged.write(rows.number());
                for (int i = 0; i < width; i++) {
                    merged.write(rows.record(i));
                }
            }
            return merged.finish();
        }
    }

    /** Returns whether there is a further row. */
    boolean mayAdvance() {
        return !heads.isEmpty() || (present != null && present.hasNext());
    }

    /** Steps to the next row and returns whether there was one. */
    boolean advance() {
        Head before = present;
        if (before != null) {
            present = null;
            enqueue(before);
        }
        Head next = heads.poll();
        if (next != null) {
            next.readRecords();
        }
        present = next;
        return next != null;
    }

    private void enqueue(Head head) {
        if (head.readNumber()) {
            heads.add(head);
        } else {
            head.close();
        }
    }

    /** Returns the number of the present row. */
    long number() {
        return row().number;
    }

    /** Returns a record of the present row. */
    @Nullable
    Object record(int index) {
        return row().records[index];
    }

    private Head row() {
        if (present == null) {
            throw new IllegalStateException("There is no row: a bug in Favilla");
        }
        return present;
    }

    /** Deletes all runs; closing twice is harmless. */
    @Override
    public void close() {
        heads.clear();
        present = null;
        open.forEach(Head::close);
        open.clear();
    }

    /** A run and its next row. */
    private static final class Head implements AutoCloseable {

        private final Run run;
        private final RunReader reader;
        private final @Nullable Object[] records;
        private long number;

        Head(Run run, int width) {
            this.run = run;
            this.reader = run.open();
            this.records = new Object[width];
        }

        long number() {
            return number;
        }

        boolean hasNext() {
            return reader.hasNext();
        }

        boolean readNumber() {
            Arrays.fill(records, null);
            if (!reader.hasNext()) {
                return false;
            }
            number = (Long) Objects.requireNonNull(reader.next(), "a row without a number");
            return true;
        }

        /** Only when it is the row's turn: the records of one row are held at a time. */
        void readRecords() {
            for (int i = 0; i < records.length; i++) {
                records[i] = reader.next();
            }
        }

        @Override
        public void close() {
            Arrays.fill(records, null);
            reader.close();
            run.delete();
        }
    }
}

package dev.favilla.spill;

import dev.favilla.attempt.TaskScope;
import dev.favilla.value.StableHash;
import org.jspecify.annotations.Nullable;

/** One part of both sides of a join on disk, in the order in which the records came. */
final class JoinPart {

    /** Records between two looks at the kill flag; a power of two. */
    private static final int RECORDS_PER_CHECK = 4096;

    private final RunStore runs;
    private final boolean marked;

    private @Nullable RunWriter rightWriter;
    private @Nullable RunWriter leftWriter;
    private @Nullable Run right;
    private @Nullable Run left;

    private int firstHash;
    private boolean hasHash;
    private boolean manyHashes;

    /** @param type only some types write marks */
    JoinPart(RunStore runs, JoinType type) {
        this.runs = runs;
        this.marked = type.wantsRightAlone();
    }

    /** Appends a right record. */
    void addRight(@Nullable Object key, int hash, @Nullable Object value, long mark) {
        RunWriter to = rightWriter;
        if (to == null) {
            to = runs.create();
            rightWriter = to;
        }
        if (marked) {
            to.write(mark);
        }
        to.write(key);
        to.write(value);
        manyHashes |= hasHash && hash != firstHash;
        firstHash = hash;
        hasHash = true;
    }

    /** Says that there is no further right record. */
    void finishRight() {
        if (rightWriter != null) {
            right = rightWriter.finish();
            rightWriter = null;
        }
    }

    /** Appends a left record. */
    void addLeft(long number, @Nullable Object key, @Nullable Object value) {
        RunWriter to = leftWriter;
        if (to == null) {
            to = runs.create();
            leftWriter = to;
        }
        to.write(number);
        to.write(key);
        to.write(value);
    }

    /** Says that there is no further left record. */
    void finishLeft() {
        if (leftWriter != null) {
            left = leftWriter.finish();
            leftWriter = null;
        }
    }

    /** Returns whether a further level cuts it. */
    boolean canBeCut() {
        return manyHashes;
    }

    boolean hasLeft() {
        return left != null;
    }

    /** Returns the left records: number, key and value of each. */
    @Nullable
    Run left() {
        return left;
    }

    /** Reads the right records, and deletes them. */
    void readRight(TaskScope scope, RightRecords to) {
        Run run = right;
        if (run == null) {
            return;
        }
        try (RunReader in = run.open()) {
            for (int i = 1; in.hasNext(); i++) {
                long mark = marked ? NumberedRows.longOf(in.next()) : 0;
                to.right(mark, in.next(), in.next());
                look(scope, i);
            }
        }
        dropRight();
    }

    /** Reads the left records, and deletes them. */
    void readLeft(TaskScope scope, LeftRecords to) {
        Run run = left;
        if (run == null) {
            return;
        }
        try (RunReader in = run.open()) {
            for (int i = 1; in.hasNext(); i++) {
                long number = NumberedRows.longOf(in.next());
                Object key = in.next();
                to.left(number, key, StableHash.of(key), in.next());
                look(scope, i);
            }
        }
        run.delete();
        left = null;
    }

    private static void look(TaskScope scope, int records) {
        if ((records & (RECORDS_PER_CHECK - 1)) == 0) {
            scope.checkKilled();
        }
    }

    /** Deletes the right records unread. */
    void dropRight() {
        if (right != null) {
            right.delete();
            right = null;
        }
    }

    /** Takes right records. */
    @FunctionalInterface
    interface RightRecords {

        void right(long mark, @Nullable Object key, @Nullable Object value);
    }

    /** Takes left records. */
    @FunctionalInterface
    interface LeftRecords {

        void left(long number, @Nullable Object key, int hash, @Nullable Object value);
    }
}

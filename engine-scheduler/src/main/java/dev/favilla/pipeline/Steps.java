package dev.favilla.pipeline;

import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;

/**
 * Drives a cursor to its end, in steps that grow from {@value #FIRST_STEP} to
 * {@value Cursor#LARGEST_STEP} records: a slow first record is noticed early, and a long partition pays for a
 * look between steps once in thousands of records.
 */
final class Steps {

    private static final int FIRST_STEP = 16;

    private Steps() {}

    /** Pushes all records into {@code sink} until it wants no more, then ends it. */
    static void drive(Cursor cursor, Sink sink, TaskScope scope) throws Exception {
        int step = FIRST_STEP;
        do {
            scope.checkKilled();
            scope.faults().reach(FaultSite.RECORDS, "");
            int max = step;
            step = Math.min(2 * step, Cursor.LARGEST_STEP);
            if (!cursor.drive(sink, max)) {
                break;
            }
        } while (true);
        sink.end();
    }

    /**
     * Returns the records of {@code cursor} for code of others: bounded steps with a look at the kill flag at each.
     *
     * @param copies whether those that could be changed come as copies
     */
    static Cursor guarded(Cursor cursor, TaskScope scope, boolean copies) {
        return new Guarded(cursor, scope, copies);
    }

    private record Guarded(Cursor cursor, TaskScope scope, boolean copies) implements Cursor {

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            Sink taker = copies ? new OwnRecords(sink, scope) : sink;
            int left = max;
            boolean more = true;
            do {
                scope.checkKilled();
                scope.faults().reach(FaultSite.RECORDS, "");
                int step = Math.min(left, Cursor.LARGEST_STEP);
                more = cursor.drive(taker, step);
                left -= step;
            } while (more && left > 0);
            return more;
        }

        @Override
        public void close() {
            cursor.close();
        }
    }
}

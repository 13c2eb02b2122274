package dev.favilla.spill;

import dev.favilla.attempt.TaskScope;
import org.jspecify.annotations.Nullable;

/** The keys of a table that nothing has met. They can be moved out in the middle. */
final class TableRows extends NumberedRows {

    private final TaskScope scope;
    private final GroupTable table;
    private int next;
    private @Nullable NumberedRows moved;

    TableRows(TaskScope scope, GroupTable table) {
        this.scope = scope;
        this.table = table;
    }

    @Override
    boolean advance() {
        while (next < table.size()) {
            int entry = next++;
            if (isWanted(entry)) {
                set(table.mark(entry), table.key(entry), null, table.values(entry));
                return true;
            }
        }
        if (moved != null && moved.advance()) {
            moved.read();
            set(moved);
            return true;
        }
        close();
        return false;
    }

    private boolean isWanted(int entry) {
        return !GroupTable.isMet(table.mark(entry));
    }

    /** Moves out what was not stepped to yet, and returns how many bytes came free. */
    long moveOut() {
        long freed = table.bytes();
        moved = written();
        return freed;
    }

    /** Returns what was not stepped to yet from a run, and gives the table up. */
    NumberedRows written() {
        RunWriter out = RunStore.of(scope).create();
        for (int entry = next; entry < table.size(); entry++) {
            if (isWanted(entry)) {
                write(out, table.mark(entry), table.key(entry), null, table.values(entry));
            }
        }
        table.close();
        return of(out.finish());
    }

    @Override
    public void close() {
        table.close();
        if (moved != null) {
            moved.close();
        }
    }
}

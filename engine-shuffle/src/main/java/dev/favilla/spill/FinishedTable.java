package dev.favilla.spill;

import dev.favilla.attempt.TaskScope;
import dev.favilla.value.Primitive;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The table of an aggregation that is complete, before any key has left it. Who needs a table of the same keys takes this
 * one over, instead of building another of what leaves it one by one.
 *
 * <p>What makes other values of the accumulators on their way may be put between ({@link #mapped}). Numbers become other
 * numbers of their kind in their places. With the first value that is anything else the table is not to be taken over any
 * more: its keys are stepped through, so that what the values take is paid for, and may move out. Each function is called
 * once for each key, in order, whichever way it goes.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 */
public final class FinishedTable {

    private static final int CHECK_MASK = 4095;

    private final FoldTable table;
    private final AggregationTable.Leaving leaving;
    private final TaskScope scope;
    private final List<Mapping> mappings;

    /** The number of the key that is looked at. */
    private int entry;

    /** Whether that has left the table, as all before it. */
    private boolean stepping;

    /** For how many keys the functions were called before any of them has left. */
    private int done;

    /** What they made of the last of these, if that has no place in the table. */
    private @Nullable Object odd;

    private boolean hasOdd;
    private @Nullable Object value;

    FinishedTable(FoldTable table, AggregationTable.Leaving leaving, TaskScope scope) {
        this(table, leaving, scope, List.of());
    }

    private FinishedTable(FoldTable table, AggregationTable.Leaving leaving, TaskScope scope, List<Mapping> mappings) {
        this.table = table;
        this.leaving = leaving;
        this.scope = scope;
        this.mappings = mappings;
    }

    /** Makes a value of another. */
    @FunctionalInterface
    public interface Mapping {

        /**
         * Returns what takes the place of {@code value}.
         *
         * @param table tells the key of the value
         */
        @Nullable
        Object map(FinishedTable table, @Nullable Object value) throws Exception;
    }

    /** Returns the same keys with other values. Nothing is called yet, and nothing is done to this one. */
    public FinishedTable mapped(Mapping last) {
        List<Mapping> all = new ArrayList<>(mappings);
        all.add(last);
        return new FinishedTable(table, leaving, scope, all);
    }

    /**
     * Returns all keys with their values and gives the table up. Or returns null: then it is to be stepped through, from
     * the first key on. Asks for no memory.
     */
    @Nullable
    KeyTable takeOver() throws Exception {
        KeyTable entries = table.entries();
        if (!mappings.isEmpty() && !mapInPlace(entries)) {
            return null;
        }
        table.drop();
        return entries;
    }

    private boolean mapInPlace(KeyTable entries) throws Exception {
        Primitive kind = entries.valueKind();
        if (kind == null) {
            return false;
        }
        for (; entry < entries.size(); entry++) {
            look();
            Object now = map(kind.box(entries.number(entry)));
            done = entry + 1;
            if (now == null || !kind.has(now)) {
                odd = now;
                hasOdd = true;
                return false;
            }
            entries.setNumber(entry, kind.bits(now));
        }
        return true;
    }

    private @Nullable Object map(@Nullable Object accumulator) throws Exception {
        Object now = accumulator;
        for (Mapping mapping : mappings) {
            now = mapping.map(this, now);
        }
        return now;
    }

    private void look() {
        scope.glanceAtKill(); // for each: a function may take long, and swallow its interrupt
        if ((entry & CHECK_MASK) == 0) {
            scope.checkKilled();
        }
    }

    /** Steps to the next key, and returns whether there was one. */
    boolean advance() throws Exception {
        entry = stepping ? entry + 1 : 0;
        stepping = true;
        look();
        if (!leaving.advance()) {
            return false;
        }
        boolean isOdd = hasOdd && entry == done - 1;
        value = isOdd ? odd : entry < done ? leaving.accumulator() : map(leaving.accumulator());
        odd = isOdd ? null : odd;
        return true;
    }

    /** Returns the key that was stepped to, or whose value is mapped. */
    public @Nullable Object key() {
        return stepping ? leaving.key() : table.entries().key(entry);
    }

    /** Returns the hash of the key that was stepped to. */
    int hash() {
        return leaving.hash();
    }

    /** Returns the value of the key that was stepped to. */
    @Nullable
    Object value() {
        return value;
    }
}

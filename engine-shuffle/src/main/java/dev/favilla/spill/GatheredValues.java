package dev.favilla.spill;

import dev.favilla.memory.MemoryMeter;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The values of the keys of a table that gathers them: in rows, or in a run of its own if a group is large and memory was
 * refused. The table itself has keys and, of such a group, what writes its run.
 */
final class GatheredValues {

    /** A group that holds this fraction of all gathered values goes to a run of its own. */
    private static final int HOT_FRACTION = 4;

    /** Runs of groups that still grow, beside those of parts. */
    private static final int MOST_GROWING_GROUPS = 16;

    private final KeyTable table;
    private final LargeGroups groups;
    private final GroupedRows rows = new GroupedRows();
    private int growingGroups;

    GatheredValues(KeyTable table, LargeGroups groups) {
        this.table = table;
        this.groups = groups;
        groups.measureBy(rows);
    }

    GroupedRows rows() {
        return rows;
    }

    /** Returns how many groups have gone to runs of their own. */
    int growingGroups() {
        return growingGroups;
    }

    /** Adds a value to those of an entry, and returns by about how much all have grown. */
    long add(int entry, @Nullable Object value) {
        if (growingGroups > 0 && table.value(entry) instanceof LargeGroup.Writer large) {
            large.add(value);
            return 0;
        }
        return rows.add(entry, value);
    }

    /** Says that the last value has come, and pays for what it takes to put those of each key side by side. */
    void complete(MemoryMeter memory, LongSupplier held, Runnable perChunk) {
        memory.hold(() -> held.getAsLong() + rows.bytesToPlace());
        rows.place(table.size(), perChunk);
    }

    /** Returns the values of an entry once all are there: in a list, or as what writes their run. */
    Object valuesOf(int entry) {
        return table.value(entry) instanceof LargeGroup.Writer large ? large : rows.valuesOf(entry);
    }

    /** Returns about what they take. */
    long bytes() {
        return rows.bytes(table.size());
    }

    /** Returns how much each entry of the table counts. */
    EntryWeights weights() {
        return new EntryWeights(table, rows.counts(table.size()));
    }

    /**
     * Moves groups that hold much of all there is to runs of their own, as long as that is needed.
     *
     * @param held what table and values take
     * @param goal what they should take at most
     * @param cuttable whether keys can be told apart, so that all but the hot ones may move out otherwise
     */
    void moveHotGroups(LongSupplier held, long goal, boolean cuttable) {
        long[] counts = rows.counts(table.size());
        EntryWeights weights = new EntryWeights(table, counts);
        while (growingGroups < MOST_GROWING_GROUPS && held.getAsLong() > goal) {
            int largest = weights.heaviest();
            boolean last = !cuttable && table.size() - growingGroups == 1;
            if (weights.of(largest) == 0 || (!last && !isHot(counts[largest], counts))) {
                return;
            }
            LargeGroup.Writer large = groups.begin(List.of());
            int[] staying = IntStream.range(0, table.size()).toArray();
            staying[largest] = KeyTable.ABSENT;
            rows.moveOut(staying, (entry, value) -> large.add(value));
            table.setValue(largest, large);
            counts[largest] = 0;
            growingGroups++;
        }
    }

    private boolean isHot(long values, long[] counts) {
        return rows.bytesInList(values) >= LargeGroups.LARGE_BYTES
                && values >= Arrays.stream(counts).sum() / HOT_FRACTION;
    }

    /** Has the values leave of all entries but {@code kept}, which the table is about to {@linkplain KeyTable#retain keep}. */
    void moveOut(BitSet kept, GroupedRows.Leaving to) {
        int[] staying = new int[table.size()];
        Arrays.fill(staying, KeyTable.ABSENT);
        int next = 0;
        for (int entry = kept.nextSetBit(0); entry >= 0; entry = kept.nextSetBit(entry + 1)) {
            staying[entry] = next++;
        }
        rows.moveOut(staying, to);
    }
}

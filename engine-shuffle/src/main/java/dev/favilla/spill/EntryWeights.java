package dev.favilla.spill;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** How much the entries of a table count when parts of it have to move out, and which stay. */
final class EntryWeights {

    private final KeyTable table;
    private final long @Nullable [] values;

    /** @param values how many each entry has if values are gathered, so that it counts by them; else null */
    EntryWeights(KeyTable table, long @Nullable [] values) {
        this.table = table;
        this.values = values;
    }

    /** Returns how much an entry counts; 0 if it cannot be moved, since its values have been already. */
    long of(int entry) {
        if (values == null) {
            return 1;
        }
        return table.value(entry) instanceof LargeGroup.Writer ? 0 : 1 + values[entry];
    }

    /** Returns the entry that counts most. */
    int heaviest() {
        int heaviest = 0;
        for (int entry = 1; entry < table.size(); entry++) {
            heaviest = of(entry) > of(heaviest) ? entry : heaviest;
        }
        return heaviest;
    }

    /** Returns the parts to be moved out, the largest first, until they are about {@code share} of all. */
    BitSet largestParts(MovedParts parts, double share) {
        long[] weights = new long[parts.count()];
        long all = 0;
        for (int entry = 0; entry < table.size(); entry++) {
            long weight = of(entry);
            weights[parts.partOf(table.hash(entry))] += weight;
            all += weight;
        }
        BitSet chosen = new BitSet();
        double wanted = share * all;
        while (wanted > 0 && chosen.cardinality() < weights.length) {
            int largest = 0;
            for (int part = 0; part < weights.length; part++) {
                largest = weights[part] > weights[largest] ? part : largest;
            }
            chosen.set(largest);
            wanted -= weights[largest];
            weights[largest] = -1;
        }
        return chosen;
    }

    /** Returns what stays where some parts leave. */
    BitSet allBut(BitSet leaving, MovedParts parts) {
        BitSet kept = new BitSet(table.size());
        for (int entry = 0; entry < table.size(); entry++) {
            kept.set(entry, of(entry) == 0 || !leaving.get(parts.partOf(table.hash(entry))));
        }
        return kept;
    }

    /**
     * Returns what stays where no part can be cut: at least one key, or nothing would ever be finished.
     *
     * @param growingGroups how many keys stay in any case
     */
    BitSet firstHalf(int growingGroups) {
        BitSet kept = new BitSet(table.size());
        int movable = 0;
        for (int entry = 0; entry < table.size(); entry++) {
            movable += of(entry) == 0 ? 0 : 1;
        }
        int staying = growingGroups > 0 ? movable / 2 : (movable + 1) / 2;
        for (int entry = 0; entry < table.size(); entry++) {
            if (of(entry) == 0 || staying-- > 0) {
                kept.set(entry);
            }
        }
        return kept;
    }
}

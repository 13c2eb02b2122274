package dev.favilla.spill;

import dev.favilla.value.SizeEstimator;
import org.jspecify.annotations.Nullable;

/**
 * Estimates what gathered values take: as many as there are, each of the size of those seen so far. Values that have gone to
 * a {@link LargeGroup} take nothing.
 */
final class GroupSizes implements HeldSizes {

    /** A list with its array, of which the first places are in use. */
    private static final int BYTES_PER_LIST = 48;

    /** A reference, and the spare room behind it: lists grow by a half. */
    private static final int BYTES_PER_PLACE = 6;

    private final KeyTable table;
    private final SizeEstimator.Sampler seen = new SizeEstimator.Sampler();
    private long seenCount;
    private long values;
    private long lists;

    GroupSizes(KeyTable table) {
        this.table = table;
    }

    @Override
    public long created(int entry, @Nullable Object accumulator) {
        lists++;
        return BYTES_PER_LIST + count(GatherValues.values(accumulator).get(0));
    }

    @Override
    public long folded(int entry, @Nullable Object value) {
        return table.value(entry) instanceof LargeGroup.Writer ? 0 : count(value);
    }

    private long count(@Nullable Object value) {
        seenCount++;
        values++;
        return BYTES_PER_PLACE + seen.add(value);
    }

    @Override
    public long bytes() {
        return bytesOf(values) + lists * BYTES_PER_LIST;
    }

    /** Returns about what so many values take. */
    long bytesOf(long count) {
        return seenCount == 0 ? 0 : (long) (count * ((double) seen.bytes() / seenCount)) + count * BYTES_PER_PLACE;
    }

    @Override
    public void restart() {
        values = 0;
        lists = 0;
        for (int entry = 0; entry < table.size(); entry++) {
            int count = GatherValues.count(table.value(entry));
            lists += count == 0 ? 0 : 1;
            values += count;
        }
    }
}

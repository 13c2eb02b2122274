package dev.favilla.spill;

import java.util.ArrayList;
import org.jspecify.annotations.Nullable;

/**
 * All values of a key, in the order they came. An {@link AggregationTable} hands them out as a list, or, where that would
 * not fit, as an {@code Iterable} that reads them from local disk, anew each time, until the attempt ends.
 */
public record GatherValues() implements Combiner<@Nullable Object, @Nullable Object> {

    @Override
    public Object create(@Nullable Object value) {
        ArrayList<@Nullable Object> values = new ArrayList<>(2);
        values.add(value);
        return values;
    }

    @Override
    public @Nullable Object add(@Nullable Object accumulator, @Nullable Object value) {
        if (accumulator instanceof LargeGroup.Writer large) {
            large.add(value);
        } else {
            list(accumulator).add(value);
        }
        return accumulator;
    }

    @Override
    public @Nullable Object merge(@Nullable Object left, @Nullable Object right) {
        for (Object value : list(right)) {
            add(left, value);
        }
        return left;
    }

    /** Returns an accumulator that is not large. */
    @SuppressWarnings({"unchecked", "NullAway"}) // accumulators of this combiner are the lists that create made
    static ArrayList<@Nullable Object> list(@Nullable Object accumulator) {
        return (ArrayList<@Nullable Object>) accumulator;
    }
}

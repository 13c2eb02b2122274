package dev.favilla.spill;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All values of a key, in the order they came. An {@link AggregationTable} hands them out as a list, or, where that would
 * not fit, as an {@code Iterable} that reads them from local disk, anew each time, until the attempt ends. It keeps them in
 * {@link GroupedRows} until then, and in no list.
 */
public record GatherValues() implements Combiner<@Nullable Object, @Nullable Object> {

    @Override
    public Object create(@Nullable Object value) {
        List<@Nullable Object> values = new ArrayList<>(2);
        values.add(value);
        return values;
    }

    @Override
    public Object add(@Nullable Object accumulator, @Nullable Object value) {
        List<@Nullable Object> values = values(accumulator);
        values.add(value);
        return values;
    }

    @Override
    public Object merge(@Nullable Object left, @Nullable Object right) {
        List<@Nullable Object> values = values(left);
        values.addAll(values(right));
        return values;
    }

    /** Returns the values in an accumulator. */
    @SuppressWarnings({"unchecked", "NullAway"}) // accumulators of this combiner are lists
    static List<@Nullable Object> values(@Nullable Object accumulator) {
        return (List<@Nullable Object>) accumulator;
    }
}

package dev.favilla.spill;

import dev.favilla.value.Primitive;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All values of a key, in the order they came. An {@link AggregationTable} hands them out as a list, or, where that would
 * not fit, as an {@code Iterable} that reads them from local disk, anew each time, until the attempt ends.
 */
public record GatherValues() implements Combiner<@Nullable Object, @Nullable Object> {

    @Override
    public Object create(@Nullable Object value) {
        Primitive kind = Primitive.of(value);
        if (kind != null && value != null) {
            return new GatheredNumbers(kind, kind.bits(value));
        }
        ArrayList<@Nullable Object> values = new ArrayList<>(2);
        values.add(value);
        return values;
    }

    @Override
    public @Nullable Object add(@Nullable Object accumulator, @Nullable Object value) {
        if (accumulator instanceof GatheredNumbers numbers && numbers.add(value)) {
            return numbers;
        }
        if (accumulator instanceof LargeGroup.Writer large) {
            large.add(value);
            return large;
        }
        List<@Nullable Object> values = values(accumulator);
        List<@Nullable Object> growing = accumulator instanceof GatheredNumbers ? new ArrayList<>(values) : values;
        growing.add(value);
        return growing;
    }

    @Override
    public @Nullable Object merge(@Nullable Object left, @Nullable Object right) {
        Object all = left;
        for (Object value : values(right)) {
            all = add(all, value);
        }
        return all;
    }

    /** Returns the values in an accumulator that is not large, as they are now. */
    @SuppressWarnings({"unchecked", "NullAway"}) // accumulators of this combiner are what create and add have made
    static List<@Nullable Object> values(@Nullable Object accumulator) {
        return accumulator instanceof GatheredNumbers numbers
                ? numbers.asList()
                : (ArrayList<@Nullable Object>) accumulator;
    }

    /** Returns how many values there are in an accumulator; 0 if it is large. */
    static int count(@Nullable Object accumulator) {
        if (accumulator instanceof GatheredNumbers numbers) {
            return numbers.size();
        }
        return accumulator instanceof ArrayList<?> list ? list.size() : 0;
    }
}

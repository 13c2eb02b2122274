package dev.favilla.shuffle.hash;

import dev.favilla.shuffle.Combiner;
import org.jspecify.annotations.Nullable;

/** A combiner of any values and accumulators, null among them. */
final class Merging {

    private final Combiner<@Nullable Object, @Nullable Object> combiner;

    Merging(Combiner<@Nullable Object, @Nullable Object> combiner) {
        this.combiner = combiner;
    }

    @SuppressWarnings("NullAway") // does not see that the type arguments are nullable
    @Nullable
    Object create(@Nullable Object value) throws Exception {
        return combiner.create(value);
    }

    @SuppressWarnings("NullAway") // as above
    @Nullable
    Object add(@Nullable Object accumulator, @Nullable Object value) throws Exception {
        return combiner.add(accumulator, value);
    }

    @SuppressWarnings("NullAway") // as above
    @Nullable
    Object merge(@Nullable Object left, @Nullable Object right) throws Exception {
        return combiner.merge(left, right);
    }
}

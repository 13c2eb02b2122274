package dev.favilla.stats;

import java.io.Serializable;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** The smallest and the largest of some values; of equal ones the first. */
public record MinMax<T extends @Nullable Object>(T min, T max) implements Serializable {

    MinMax<T> with(T value, Comparator<? super T> order) {
        return with(new MinMax<>(value, value), order);
    }

    MinMax<T> with(MinMax<T> later, Comparator<? super T> order) {
        boolean smaller = order.compare(later.min, min) < 0;
        boolean larger = order.compare(later.max, max) > 0;
        return smaller || larger ? new MinMax<>(smaller ? later.min : min, larger ? later.max : max) : this;
    }
}

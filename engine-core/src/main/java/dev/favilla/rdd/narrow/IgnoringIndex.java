package dev.favilla.rdd.narrow;

import dev.favilla.function.IndexedPartitionFunction;
import dev.favilla.function.MapPartitionsFunction;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A function of a partition that does not ask for the partition's number.
 *
 * @param function the user's function
 */
public record IgnoringIndex<T extends @Nullable Object, R extends @Nullable Object>(
        MapPartitionsFunction<T, R> function) implements IndexedPartitionFunction<T, R> {

    @Override
    public Iterator<? extends R> call(int partition, Iterator<T> records) throws Exception {
        return function.call(records);
    }
}

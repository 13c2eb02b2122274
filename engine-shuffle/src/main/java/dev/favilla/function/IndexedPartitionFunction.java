package dev.favilla.function;

import java.io.Serializable;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Makes the records of a partition of the records of another, lazily, knowing the partition's number. */
@FunctionalInterface
public interface IndexedPartitionFunction<T extends @Nullable Object, R extends @Nullable Object> extends Serializable {

    Iterator<? extends R> call(int partition, Iterator<T> records) throws Exception;
}

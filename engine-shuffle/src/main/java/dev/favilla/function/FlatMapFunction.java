package dev.favilla.function;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Makes any number of records of one. */
@FunctionalInterface
public interface FlatMapFunction<T extends @Nullable Object, R extends @Nullable Object> extends Serializable {

    Iterable<? extends R> call(T record) throws Exception;
}

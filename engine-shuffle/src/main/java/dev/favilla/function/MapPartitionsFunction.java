package dev.favilla.function;

import java.io.Serializable;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Makes the records of a partition of the records of another, lazily. */
@FunctionalInterface
public interface MapPartitionsFunction<T extends @Nullable Object, R extends @Nullable Object> extends Serializable {

    Iterator<? extends R> call(Iterator<T> records) throws Exception;
}

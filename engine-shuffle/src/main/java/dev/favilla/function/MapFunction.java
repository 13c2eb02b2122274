package dev.favilla.function;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Makes one record of another. */
@FunctionalInterface
public interface MapFunction<T extends @Nullable Object, R extends @Nullable Object> extends Serializable {

    R call(T record) throws Exception;
}

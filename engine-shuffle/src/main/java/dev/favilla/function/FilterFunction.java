package dev.favilla.function;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Says whether a record is kept. */
@FunctionalInterface
public interface FilterFunction<T extends @Nullable Object> extends Serializable {

    boolean call(T record) throws Exception;
}

package dev.favilla.function;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Merges two values into one; associative, and commutative where the order of values is not fixed. */
@FunctionalInterface
public interface ReduceFunction<T extends @Nullable Object> extends Serializable {

    T call(T left, T right) throws Exception;
}

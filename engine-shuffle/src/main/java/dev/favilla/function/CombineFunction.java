package dev.favilla.function;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Adds a value to an accumulator, which it may change and return. */
@FunctionalInterface
public interface CombineFunction<C extends @Nullable Object, V extends @Nullable Object> extends Serializable {

    C call(C accumulator, V value) throws Exception;
}

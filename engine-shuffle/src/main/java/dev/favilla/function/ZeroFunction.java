package dev.favilla.function;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Makes an accumulator of no values, a new one each time if it can be changed. */
@FunctionalInterface
public interface ZeroFunction<C extends @Nullable Object> extends Serializable {

    C call() throws Exception;
}

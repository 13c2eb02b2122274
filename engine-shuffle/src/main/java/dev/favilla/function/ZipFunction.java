package dev.favilla.function;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Makes one value of two that belong together. */
@FunctionalInterface
public interface ZipFunction<T extends @Nullable Object, U extends @Nullable Object, R extends @Nullable Object>
        extends Serializable {

    R call(T left, U right) throws Exception;
}

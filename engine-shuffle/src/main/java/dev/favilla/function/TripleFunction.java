package dev.favilla.function;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Makes one value of three that belong together. */
@FunctionalInterface
public interface TripleFunction<
                A extends @Nullable Object,
                B extends @Nullable Object,
                C extends @Nullable Object,
                R extends @Nullable Object>
        extends Serializable {

    R call(A first, B second, C third) throws Exception;
}

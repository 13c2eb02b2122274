package dev.favilla.function;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/** Is called for each record, for its effect. */
@FunctionalInterface
public interface ForeachFunction<T extends @Nullable Object> extends Serializable {

    void call(T record) throws Exception;
}

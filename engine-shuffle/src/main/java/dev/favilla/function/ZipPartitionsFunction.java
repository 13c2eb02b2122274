package dev.favilla.function;

import java.io.Serializable;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Makes records of two partitions that lie side by side. */
@FunctionalInterface
public interface ZipPartitionsFunction<
                T extends @Nullable Object, U extends @Nullable Object, R extends @Nullable Object>
        extends Serializable {

    /** Returns what is made of both; each may be read once, and not to its end. */
    Iterator<? extends R> call(Iterator<T> left, Iterator<U> right) throws Exception;
}

package dev.favilla.stats;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * How many values become one, in parts that are merged. Used with {@code RDD.aggregate}, {@code PairRDD.aggregateByKey} and
 * {@code EngineContext.accumulator}; {@link Aggregates} has the common ones, which can be put together.
 *
 * <p>Values are added and parts merged in the order of their records, so {@link #merge} need not be commutative.
 *
 * @param <T> of the values
 * @param <A> of the parts; serializable as records are
 * @param <R> of the result
 */
public interface Aggregate<T extends @Nullable Object, A extends @Nullable Object, R extends @Nullable Object>
        extends Serializable {

    /** Returns a part of no values, a new one if it can be changed. */
    A zero() throws Exception;

    /** Adds a value. May change and return {@code part}. */
    A add(A part, T value) throws Exception;

    /** Joins two parts. May change and return {@code left}, whose values come first. */
    A merge(A left, A right) throws Exception;

    /** Returns what all values come to. */
    R finish(A part) throws Exception;
}

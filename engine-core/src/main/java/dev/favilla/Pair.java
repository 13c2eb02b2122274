package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.function.MapFunction;
import dev.favilla.function.TripleFunction;
import dev.favilla.function.ZipFunction;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * A key and a value. Both may be null.
 *
 * @param key what records are grouped, joined and placed by
 * @param value what belongs to it
 */
public record Pair<K extends @Nullable Object, V extends @Nullable Object>(K key, V value) implements Serializable {

    /** Returns the pair of {@code key} and {@code value}. */
    public static <K extends @Nullable Object, V extends @Nullable Object> Pair<K, V> of(K key, V value) {
        return new Pair<>(key, value);
    }

    /**
     * Returns {@code function} for pairs, which hands it their parts: for {@code map} and {@code mapValues}.
     *
     * <pre>{@code
     * flights.join(airports).mapValues(Pair.unpack((flight, airport) -> airport.city()));
     * }</pre>
     */
    public static <A extends @Nullable Object, B extends @Nullable Object, R extends @Nullable Object>
            MapFunction<Pair<A, B>, R> unpack(ZipFunction<? super A, ? super B, ? extends R> function) {
        return new Unpacking.Both<>(notNull(function, "function"));
    }

    /**
     * As {@link #unpack}, for pairs whose left part is a pair, as the values of two joins in a row are.
     *
     * <pre>{@code
     * orders.join(customers).join(addresses).mapValues(Pair.unpackLeft((order, customer, address) -> ...));
     * }</pre>
     */
    public static <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    C extends @Nullable Object,
                    R extends @Nullable Object>
            MapFunction<Pair<Pair<A, B>, C>, R> unpackLeft(
                    TripleFunction<? super A, ? super B, ? super C, ? extends R> function) {
        return new Unpacking.Left<>(notNull(function, "function"));
    }

    /**
     * As {@link #unpack}, for pairs whose right part is a pair, as the records of a join are.
     *
     * <pre>{@code
     * flights.join(airports).map(Pair.unpackRight((code, flight, airport) -> ...));
     * }</pre>
     */
    public static <
                    A extends @Nullable Object,
                    B extends @Nullable Object,
                    C extends @Nullable Object,
                    R extends @Nullable Object>
            MapFunction<Pair<A, Pair<B, C>>, R> unpackRight(
                    TripleFunction<? super A, ? super B, ? super C, ? extends R> function) {
        return new Unpacking.Right<>(notNull(function, "function"));
    }

    /** Returns for example {@code (whale,1150)}. */
    @Override
    public String toString() {
        return "(" + key + "," + value + ")";
    }
}

package dev.favilla;

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

    /** Returns for example {@code (whale,1150)}. */
    @Override
    public String toString() {
        return "(" + key + "," + value + ")";
    }
}

package dev.favilla.serializer;

import org.jspecify.annotations.Nullable;

/** Hashes that are the same in every run. */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class StableHash {

    private StableHash() {}

    public static int of(@Nullable Object key) {
        throw new UnsupportedOperationException();
    }

    public static long content(@Nullable Object value) {
        throw new UnsupportedOperationException();
    }

    public static boolean hasContent(@Nullable Object value) {
        throw new UnsupportedOperationException();
    }

    public static long mix(long bits) {
        throw new UnsupportedOperationException();
    }
}

package dev.favilla.serializer;

import org.jspecify.annotations.Nullable;

/** Proves deep immutability. */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class Immutability {

    private Immutability() {}

    public static boolean isDeeplyImmutable(@Nullable Object value) {
        throw new UnsupportedOperationException();
    }

    /** Per-thread fast path. */
    public static final class Checker {

        public boolean check(@Nullable Object value) {
            return isDeeplyImmutable(value);
        }
    }
}

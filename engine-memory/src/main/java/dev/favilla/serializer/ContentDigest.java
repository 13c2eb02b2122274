package dev.favilla.serializer;

import org.jspecify.annotations.Nullable;

/**
 * Tells whether the same values came out of two runs: 64 bits of everything a value contains, for any value that
 * travels or is kept.
 *
 * <p><b>Threads.</b> Belongs to one thread.
 */
public final class ContentDigest {

    /** Returns bits that depend on all of the value's content and its class. */
    public long of(@Nullable Object value) {
        return StableHash.contentOrZero(value);
    }
}

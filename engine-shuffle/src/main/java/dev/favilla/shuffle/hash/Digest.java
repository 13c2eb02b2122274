package dev.favilla.shuffle.hash;

import dev.favilla.serializer.StableHash;
import org.jspecify.annotations.Nullable;

/** What one record adds to the digest of a map output. Sums do not depend on the order of their terms. */
final class Digest {

    private Digest() {}

    /**
     * Returns the term of one record, different for another reducer, key or value.
     *
     * @param keyHash the hash of its key; 0 if the key has none
     * @param value contributes if its class has a content hash
     */
    static long of(int reducer, long keyHash, @Nullable Object value) {
        long content = StableHash.contentOrZero(value);
        // The odd factor keeps (reducer, key) pairs apart that a plain sum would confuse.
        return StableHash.mix(StableHash.mix(keyHash + (reducer + 1) * 0x9e3779b97f4a7c15L) + content);
    }
}

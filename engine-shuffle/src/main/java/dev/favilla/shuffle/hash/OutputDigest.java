package dev.favilla.shuffle.hash;

import dev.favilla.digest.ContentDigest;
import dev.favilla.serializer.Serializer;
import dev.favilla.spill.TextRows;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import org.jspecify.annotations.Nullable;

/**
 * The digest of one map output: of which records it sent to which reducer, in any order. Belongs to the thread of its
 * attempt.
 */
final class OutputDigest {

    // Odd factors keep (reducer, key, value) apart where a plain sum would confuse them.
    private static final long OF_REDUCER = 0x9e3779b97f4a7c15L;
    private static final long OF_KEY = 0xd6e8feb86659fd93L;

    private final ContentDigest contents;
    private long sum;

    /**
     * @param serializer of the records
     * @param attemptId of the attempt that sends them
     */
    OutputDigest(Serializer serializer, long attemptId) {
        this.contents = new ContentDigest(serializer, attemptId);
    }

    /** Adds a record. Of the key all counts, not only what its equality looks at. */
    void add(int reducer, @Nullable Object key, @Nullable Object value) {
        // The sum does not depend on the order of its terms.
        sum += StableHash.mix((reducer + 1) * OF_REDUCER + contents.of(key) * OF_KEY + contents.of(value));
    }

    /** As {@link #add(int, Object, Object)}, of a text that is in its row, with its number. */
    void add(int reducer, TextRows rows, int row, Primitive values) {
        long key = contents.ofLatin1(rows.hash(row), rows.length(row), rows.firstFour(row), rows.lastFour(row));
        long value = contents.of(values.box(rows.number(row)));
        sum += StableHash.mix((reducer + 1) * OF_REDUCER + key * OF_KEY + value);
    }

    long value() {
        return sum;
    }
}

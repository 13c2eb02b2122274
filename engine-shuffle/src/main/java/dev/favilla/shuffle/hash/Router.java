package dev.favilla.shuffle.hash;

import dev.favilla.attempt.TaskScope;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.shuffle.TaskPartitioner;
import dev.favilla.value.StableHash;
import org.jspecify.annotations.Nullable;

/**
 * Hashes keys and picks their reducers, hashing each key only once.
 *
 * <p>Where records merge by key, or are placed by hash, every key must have a stable hash, whatever the partitioner. A
 * shuffle that only moves records with a partitioner of its own asks of its keys no more than that partitioner does.
 */
final class Router {

    private static final int LONGEST_KEY_TEXT = 100;

    private final Partitioner partitioner;
    private final @Nullable HashPartitioner hashPartitioner;
    private final int numReducers;
    private final boolean mustHash;

    Router(ShuffleSpec spec, TaskScope scope) {
        partitioner = spec.partitioner() instanceof TaskPartitioner own ? own.forTask(scope) : spec.partitioner();
        hashPartitioner = partitioner instanceof HashPartitioner known ? known : null;
        numReducers = spec.numReducers();
        mustHash = hashPartitioner != null || spec.aggregator().isPresent();
    }

    /**
     * Returns the stable hash of a key where it must have one, else 0.
     *
     * @throws dev.favilla.value.UnsupportedKeyException if it must have one and has none
     */
    int hash(@Nullable Object key) {
        return mustHash ? StableHash.of(key) : 0;
    }

    /**
     * Returns the reducer of {@code key}.
     *
     * @param hash what {@link #hash} returned for it
     * @throws IllegalArgumentException if the partitioner answers something that is no partition
     */
    int reducer(@Nullable Object key, int hash) {
        if (hashPartitioner != null) {
            return hashPartitioner.partitionOfHash(hash);
        }
        int reducer = partitioner.partition(key);
        if (reducer < 0 || reducer >= numReducers) {
            throw new IllegalArgumentException("Partitioner " + textOf(partitioner) + " put key " + textOf(key)
                    + " in partition " + reducer + ", expected 0 to " + (numReducers - 1));
        }
        return reducer;
    }

    /** Returns whether reducers follow from hashes alone. */
    boolean isByHash() {
        return hashPartitioner != null;
    }

    /** User objects may throw when asked for their text, and the text may be long. */
    private static String textOf(@Nullable Object userObject) {
        String text;
        try {
            text = String.valueOf(userObject);
        } catch (RuntimeException e) { // the error being reported matters more
            text = "of class "
                    + (userObject == null ? "null" : userObject.getClass().getName());
        }
        return text.length() <= LONGEST_KEY_TEXT ? text : text.substring(0, LONGEST_KEY_TEXT) + "...";
    }
}

package dev.favilla.serializer;

import org.jspecify.annotations.Nullable;

/** Sizes of records on the heap. */
@SuppressWarnings({"DoNotCallSuggester", "UnusedVariable"})
public final class SizeEstimator {

    public long estimate(@Nullable Object record) {
        throw new UnsupportedOperationException();
    }

    /** Estimates many by sampling. */
    public static final class Sampler {

        public void add(@Nullable Object record) {
            throw new UnsupportedOperationException();
        }

        public long bytes() {
            throw new UnsupportedOperationException();
        }
    }
}

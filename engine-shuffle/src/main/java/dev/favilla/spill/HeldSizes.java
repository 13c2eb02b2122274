package dev.favilla.spill;

import org.jspecify.annotations.Nullable;

/** Estimates what the accumulators of a table take. Told of each change, after it. */
interface HeldSizes {

    /**
     * Counts the new accumulator of entry {@code entry}.
     *
     * @return by how much all have grown at most
     */
    long created(int entry, @Nullable Object accumulator);

    /**
     * Counts a value, or an accumulator, folded into the accumulator of entry {@code entry}.
     *
     * @return by how much all have grown at most
     */
    long folded(int entry, @Nullable Object value);

    /** Returns about what all of them take. */
    long bytes();

    /** Begins again with what is in the table now; what was learned stays. */
    void restart();
}

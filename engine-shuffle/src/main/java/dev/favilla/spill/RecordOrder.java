package dev.favilla.spill;

import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * By what records are sorted: by a key of theirs.
 *
 * <p>User code may be called by {@link #compare}; what it throws comes out as it is, so implementations say there which
 * operation and which records it belongs to.
 */
public interface RecordOrder extends Comparator<@Nullable Object> {

    /** How keys compare, as far as a sorter can make use of that. */
    enum Kind {
        /** As their class says. */
        NATURAL,
        /** The other way round. */
        REVERSED,
        /** As a comparator of the user's says. */
        OTHER
    }

    /** Returns how keys compare. */
    Kind kind();

    /** Returns what of a record is compared. */
    @Nullable
    Object key(@Nullable Object record);

    /** Returns what a record has beside its key, which is looked at before it is needed; null if that is not known. */
    default @Nullable Object rest(@Nullable Object record) {
        return null;
    }

    /**
     * Returns what to throw when {@link #compare} was found to contradict itself.
     *
     * @param detail in what way
     */
    RuntimeException contradiction(String detail);
}

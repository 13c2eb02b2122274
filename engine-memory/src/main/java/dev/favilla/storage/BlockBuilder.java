package dev.favilla.storage;

import org.jspecify.annotations.Nullable;

/** A block being computed by one attempt, on that attempt's thread. */
public interface BlockBuilder {

    /**
     * Appends a record. Once this returns false the block does not fit: what was collected is given back, the block
     * will not be kept, and further calls do nothing.
     */
    boolean add(@Nullable Object record);

    /** Says that all records were added. A block never completed is never visible. */
    void complete();
}

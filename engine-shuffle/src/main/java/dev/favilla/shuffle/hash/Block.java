package dev.favilla.shuffle.hash;

/** A run of records that one map attempt sent to one reducer, in the order it sent them. Immutable. */
sealed interface Block permits ObjectBlock, SerializedBlock, FetchedBlock {

    /** Returns how many records there are, at least 1. */
    int records();

    /** Returns how many bytes they take; estimated where records stay references. */
    long bytes();
}

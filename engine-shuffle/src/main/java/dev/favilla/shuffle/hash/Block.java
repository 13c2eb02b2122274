package dev.favilla.shuffle.hash;

/** A run of records that one map attempt sent to one reducer, in the order it sent them. Immutable. */
sealed interface Block
        permits ObjectBlock, PrimitiveBlock, MixedBlock, TextBlock, SerializedBlock, DiskBlock, FetchedBlock {

    /** Returns how many records there are, at least 1. */
    int records();

    /** Returns how many bytes they take where they lie; estimated where records stay references. */
    long bytes();

    /** Returns how many bytes of memory the block takes. */
    default long heldBytes() {
        return bytes();
    }
}

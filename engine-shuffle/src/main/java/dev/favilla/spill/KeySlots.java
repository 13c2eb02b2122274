package dev.favilla.spill;

import dev.favilla.value.Primitive;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/** Where a {@link KeyTable} has its entries, numbered in the order their keys were first seen. */
abstract class KeySlots {

    /** How many entries there are. */
    int size;

    /** Returns the number of the entry of {@code key}, or {@link KeyTable#ABSENT}. */
    abstract int find(@Nullable Object key, int hash);

    /** Returns whether such an entry can be kept here. */
    abstract boolean takes(@Nullable Object key, @Nullable Object value);

    /** Returns whether a key found no free slot and is not found for that: nothing can be kept here any longer. */
    abstract boolean isCrowded();

    /**
     * Adds an entry for a key that has none.
     *
     * @return about what the key takes beside the arrays
     */
    abstract long insert(@Nullable Object key, int hash, @Nullable Object value);

    @Nullable
    abstract Object key(int entry);

    abstract int hash(int entry);

    @Nullable
    abstract Object value(int entry);

    abstract void setValue(int entry, @Nullable Object value);

    /** Returns the kind of all values if they are kept as numbers, or null if they are references. */
    @Nullable
    abstract Primitive valueKind();

    /** Returns the bits of a value that is kept as a number. */
    abstract long number(int entry);

    abstract void setNumber(int entry, long bits);

    /** Lets go of an entry that was handed on. Keys can no longer be found. */
    abstract void forget(int entry);

    /** Drops all entries but {@code kept}, which move together in their order. Keeps its arrays. */
    abstract void retain(BitSet kept);

    /** Makes the arrays smaller if most of what they have room for has left. */
    abstract void trim();

    /** Returns whether the next entry makes the arrays grow. */
    abstract boolean isFull();

    /** Has the next entry not make the arrays grow. */
    abstract void makeRoom();

    /** Returns how many keys found no free slot. */
    abstract int crowdedKeys();

    /** Returns what the arrays take. */
    abstract long arrayBytes();

    /** Returns about what the keys take that are not in the arrays. */
    abstract long keyBytes();
}

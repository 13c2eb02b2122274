package dev.favilla.spill;

import dev.favilla.value.Primitive;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * One value for each key, numbered in the order their keys were first seen; {@link #retain} closes the gaps of those that
 * leave. What the tables of this package have in common; it counts what it takes, and pays for nothing.
 *
 * <p>The first key and its value decide how entries are kept: {@linkplain PrimitiveSlots numbers} as they are,
 * {@linkplain TextSlots texts} as bits if the table is asked to, anything else {@linkplain ObjectSlots by reference}. What is
 * of another class later has all kept by reference.
 *
 * <p><b>Hashes.</b> A hash is mixed before it picks a slot. The keys of one reducer agree in their hash modulo the number
 * of reducers; slots chosen by the same bits would put them all into one corner of the index.
 */
final class KeyTable {

    /** Returned for a key that has no entry. */
    static final int ABSENT = -1;

    /** Null before the first key. */
    private @Nullable KeySlots slots;

    /** The same, where keys are numbers. */
    private @Nullable PrimitiveSlots primitives;

    /** The same, where keys are texts and values are numbers. */
    private @Nullable TextSlots texts;

    private final boolean packsTexts;

    /** A table that keeps texts by reference. */
    KeyTable() {
        this(false);
    }

    /** @param packsTexts whether keys that are texts become others, equal to them, where values are numbers */
    KeyTable(boolean packsTexts) {
        this.packsTexts = packsTexts;
    }

    /** Returns the number of the entry of {@code key}, or {@link #ABSENT}. */
    int find(@Nullable Object key, int hash) {
        KeySlots known = slots;
        return known == null ? ABSENT : known.find(key, hash);
    }

    /**
     * Adds an entry for a key that has none.
     *
     * @return about what the key takes
     */
    long insert(@Nullable Object key, int hash, @Nullable Object value) {
        KeySlots known = slots == null ? begin(key, value) : slots;
        if (!known.takes(key, value)) {
            return dissolve(known).insert(key, hash, value) + arrayBytes();
        }
        long growth = known.insert(key, hash, value);
        return growth + settle(known);
    }

    private KeySlots begin(@Nullable Object key, @Nullable Object value) {
        primitives = PrimitiveSlots.forKeysLike(key, value);
        texts = packsTexts ? TextSlots.forEntriesLike(key, value) : null;
        KeySlots typed = primitives == null ? texts : primitives;
        KeySlots chosen = typed == null ? new ObjectSlots(Primitive.of(value)) : typed;
        slots = chosen;
        return chosen;
    }

    /**
     * Returns the entries of keys of that kind whose values are numbers of that kind, or null if there are others, or if
     * such keys are not found by their bits.
     */
    @Nullable
    PrimitiveSlots primitives(Primitive keys, Primitive values) {
        if (!keys.hasBitsForEquality()) {
            return null;
        }
        if (slots == null) {
            primitives = new PrimitiveSlots(keys, values);
            slots = primitives;
        }
        PrimitiveSlots typed = primitives;
        return typed != null && typed.keyKind() == keys && typed.valueKind() == values ? typed : null;
    }

    /** Returns the entries if their keys are numbers of that kind, whatever their values are; else null. */
    @Nullable
    PrimitiveSlots primitives(Primitive keys) {
        PrimitiveSlots typed = primitives;
        return typed != null && typed.keyKind() == keys ? typed : null;
    }

    /** Returns the entries if their keys are texts and their values numbers of that kind, or null if there are others. */
    @Nullable
    TextSlots texts(Primitive values) {
        if (slots == null && packsTexts) {
            texts = new TextSlots(values);
            slots = texts;
        }
        TextSlots typed = texts;
        return typed != null && typed.valueKind() == values ? typed : null;
    }

    /** Returns the entries as rows if they are kept so, each in the row of its number; else null. Not to be changed. */
    @Nullable
    TextRows textRows() {
        TextSlots typed = texts;
        return typed == null ? null : typed.rows();
    }

    /** Returns the kind of all values if they are in the table's arrays, as numbers; else null. */
    @Nullable
    Primitive valueKind() {
        KeySlots known = slots;
        return known == null ? null : known.valueKind();
    }

    /** Returns the bits of a value that is a number in the table's arrays. */
    long number(int entry) {
        return slots().number(entry);
    }

    void setNumber(int entry, long bits) {
        slots().setNumber(entry, bits);
    }

    /**
     * To be called when an entry was added to {@link #primitives} or {@link #texts}.
     *
     * @return by how much the table has grown, where that is not to be seen beforehand
     */
    long settle(KeySlots typed) {
        if (!typed.isCrowded()) {
            return 0;
        }
        dissolve(typed);
        return arrayBytes();
    }

    private KeySlots dissolve(KeySlots typed) {
        ObjectSlots objects = new ObjectSlots(typed.valueKind());
        for (int entry = 0; entry < typed.size; entry++) {
            objects.insert(typed.key(entry), typed.hash(entry), typed.value(entry));
        }
        primitives = null;
        texts = null;
        slots = objects;
        return objects;
    }

    private KeySlots slots() {
        KeySlots known = slots;
        if (known == null) {
            throw new IllegalStateException("There are no entries");
        }
        return known;
    }

    int size() {
        KeySlots known = slots;
        return known == null ? 0 : known.size;
    }

    @Nullable
    Object key(int entry) {
        return slots().key(entry);
    }

    int hash(int entry) {
        return slots().hash(entry);
    }

    @Nullable
    Object value(int entry) {
        return slots().value(entry);
    }

    void setValue(int entry, @Nullable Object value) {
        TextSlots packed = texts;
        if (packed != null && !packed.takesValue(value)) {
            dissolve(packed);
        }
        slots().setValue(entry, value);
    }

    /** Lets go of an entry that was handed on. Keys can no longer be found. */
    void forget(int entry) {
        slots().forget(entry);
    }

    /** Drops all entries but {@code kept}, which move together in their order. Keeps its arrays. */
    void retain(BitSet kept) {
        if (slots != null) {
            slots.retain(kept);
            settle(slots);
        }
    }

    /** Makes the arrays smaller if most of what they have room for has left. */
    void trim() {
        if (slots != null) {
            slots.trim();
            settle(slots);
        }
    }

    /** Returns whether the next entry makes the arrays grow. */
    boolean isFull() {
        KeySlots known = slots;
        return known != null && known.isFull();
    }

    /** Has the next entry not make the arrays grow. */
    void makeRoom() {
        if (slots != null) {
            slots.makeRoom();
            settle(slots);
        }
    }

    /** Returns how many keys found no free slot. */
    int crowdedKeys() {
        KeySlots known = slots;
        return known == null ? 0 : known.crowdedKeys();
    }

    /** Returns what the table takes, without what keys and values take beside its arrays. */
    long arrayBytes() {
        KeySlots known = slots;
        return known == null ? 0 : known.arrayBytes();
    }

    /** Returns about what the keys take that are not in the arrays. */
    long keyBytes() {
        KeySlots known = slots;
        return known == null ? 0 : known.keyBytes();
    }
}

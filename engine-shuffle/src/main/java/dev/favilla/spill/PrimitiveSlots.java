package dev.favilla.spill;

import dev.favilla.value.Primitive;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keys that are numbers of one kind, in a {@code long[]}, with values that are numbers of one kind, too, right behind
 * their keys, or else references. An open-addressed index has the number of the entry and nothing else: the key is looked
 * at itself.
 *
 * <p>A key of another kind, or one that finds no free slot within {@value #MAX_PROBES} steps, is not taken: what is here
 * goes to an {@link ObjectSlots} then.
 */
final class PrimitiveSlots extends KeySlots {

    /** For so many keys at once a processor can wait; more would only take more memory. */
    static final int BATCH = 64;

    private static final int MAX_PROBES = 128;
    private static final int FIRST_SLOTS = 64;
    private static final int MOST_SLOTS = 1 << 30;
    private static final int REFERENCE_BYTES = 4;

    private final Primitive keyKind;

    /** Null if values are references. */
    private @Nullable Primitive valueKind;

    /** Entry number plus one; 0 is free. */
    private int[] index = new int[FIRST_SLOTS];

    /** The key of an entry and, if values are numbers, its value: one lies where the other was looked for. */
    private long[] words;

    /** The place of an entry in {@link #words} is its number shifted by this: 1 if values are numbers, else 0. */
    private int shift;

    /** For how many entries there is room. */
    private int room = FIRST_SLOTS / 2;

    /** Empty if values are numbers. */
    private @Nullable Object[] references;

    private boolean crowded;

    PrimitiveSlots(Primitive keyKind, @Nullable Primitive valueKind) {
        this.keyKind = keyKind;
        this.valueKind = valueKind;
        this.shift = valueKind == null ? 0 : 1;
        this.words = new long[room << shift];
        this.references = new Object[valueKind == null ? room : 0];
    }

    /** Returns slots for keys and values like these, or null if the key is no number that is found by its bits. */
    static @Nullable PrimitiveSlots forKeysLike(@Nullable Object key, @Nullable Object value) {
        Primitive kind = Primitive.of(key);
        return kind == null || !kind.hasBitsForEquality() ? null : new PrimitiveSlots(kind, Primitive.of(value));
    }

    Primitive keyKind() {
        return keyKind;
    }

    @Override
    @Nullable
    Primitive valueKind() {
        return valueKind;
    }

    @Override
    int find(@Nullable Object key, int hash) {
        return key != null && keyKind.has(key) ? find(keyKind.bits(key)) : KeyTable.ABSENT;
    }

    int find(long key) {
        int mask = index.length - 1;
        int slot = firstSlot(key);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            int found = index[slot];
            if (found == 0) {
                return KeyTable.ABSENT;
            }
            if (words[(found - 1) << shift] == key) {
                return found - 1;
            }
            slot = (slot + 1) & mask;
        }
        return KeyTable.ABSENT; // all that are here were placed within so many steps
    }

    /**
     * Looks for several keys. What is read for one does not depend on what was found for another, so that a processor waits
     * for the memory of many of them at once.
     *
     * @param records keys and something else in turn
     * @param from the place of the first key
     * @param count how many keys; best about {@value #BATCH}
     * @return the numbers of their entries, or {@link KeyTable#ABSENT}
     */
    int[] findAll(long[] records, int from, int count) {
        int[] found = new int[count];
        int[] known = index;
        for (int i = 0; i < count; i++) {
            found[i] = known[firstSlot(records[from + 2 * i])] - 1;
        }
        long[] all = words;
        for (int i = 0; i < count; i++) {
            int entry = found[i];
            long key = records[from + 2 * i];
            if (entry != KeyTable.ABSENT && all[entry << shift] != key) {
                found[i] = find(key);
            }
        }
        return found;
    }

    /** The top bits of a product by the golden ratio: all bits of the key have a say in them. */
    private int firstSlot(long key) {
        return (int) (((key ^ (key >>> 32)) * 0x9e3779b97f4a7c15L) >>> (Long.numberOfLeadingZeros(index.length) + 1));
    }

    @Override
    boolean takes(@Nullable Object key, @Nullable Object value) {
        return keyKind.has(key);
    }

    @Override
    long insert(@Nullable Object key, int hash, @Nullable Object value) {
        makeRoom();
        long bits = keyKind.bits(Objects.requireNonNull(key));
        words[size++ << shift] = bits;
        setValue(size - 1, value);
        place(size - 1, bits);
        return 0;
    }

    /** Adds an entry for a key that has none, where values are numbers. */
    void insert(long key, long value) {
        makeRoom();
        words[2 * size] = key;
        words[2 * size + 1] = value;
        place(size++, key);
    }

    private void place(int entry, long key) {
        int mask = index.length - 1;
        int slot = firstSlot(key);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            if (index[slot] == 0) {
                index[slot] = entry + 1;
                return;
            }
            slot = (slot + 1) & mask;
        }
        crowded = true;
    }

    @Override
    boolean isCrowded() {
        return crowded;
    }

    @Override
    @Nullable
    Object key(int entry) {
        return keyKind.box(words[entry << shift]);
    }

    @Override
    int hash(int entry) {
        return keyKind.hash(words[entry << shift]);
    }

    @Override
    @Nullable
    Object value(int entry) {
        return valueKind == null ? references[entry] : valueKind.box(words[2 * entry + 1]);
    }

    @Override
    long number(int entry) {
        return words[2 * entry + 1];
    }

    @Override
    void setNumber(int entry, long value) {
        words[2 * entry + 1] = value;
    }

    @Override
    void setValue(int entry, @Nullable Object value) {
        if (valueKind != null) {
            if (value != null && valueKind.has(value)) {
                words[2 * entry + 1] = valueKind.bits(value);
                return;
            }
            dissolve(valueKind);
        }
        references[entry] = value;
    }

    /** Makes references of the values. */
    private void dissolve(Primitive kind) {
        long[] keys = new long[room];
        references = new Object[room];
        for (int entry = 0; entry < size; entry++) {
            keys[entry] = words[2 * entry];
            references[entry] = kind.box(words[2 * entry + 1]);
        }
        words = keys;
        shift = 0;
        valueKind = null;
    }

    @Override
    void forget(int entry) {
        if (valueKind == null) {
            references[entry] = null;
        }
    }

    @Override
    void retain(BitSet kept) {
        int moved = 0;
        for (int entry = kept.nextSetBit(0); entry >= 0; entry = kept.nextSetBit(entry + 1)) {
            System.arraycopy(words, entry << shift, words, moved << shift, 1 << shift);
            if (valueKind == null) {
                references[moved] = references[entry];
            }
            moved++;
        }
        if (valueKind == null) {
            Arrays.fill(references, moved, size, null);
        }
        size = moved;
        indexAll(index.length);
    }

    private void indexAll(int slots) {
        if (slots == index.length) {
            Arrays.fill(index, 0);
        } else {
            index = new int[slots];
        }
        for (int entry = 0; entry < size; entry++) {
            place(entry, words[entry << shift]);
        }
    }

    @Override
    void trim() {
        int enough = Math.max(FIRST_SLOTS / 2, Integer.highestOneBit(Math.max(1, size)) * 4);
        if (enough * 2 <= room) {
            resize(enough);
        }
    }

    private void resize(int entries) {
        room = entries;
        words = Arrays.copyOf(words, entries << shift);
        if (valueKind == null) {
            references = Arrays.copyOf(references, entries);
        }
        indexAll(2 * entries);
    }

    @Override
    boolean isFull() {
        return size == room;
    }

    @Override
    void makeRoom() {
        if (!isFull()) {
            return;
        }
        if (index.length == MOST_SLOTS) {
            throw new IllegalStateException(
                    "More than " + size + " distinct keys in one partition; use more partitions");
        }
        resize(2 * room);
    }

    @Override
    int crowdedKeys() {
        return 0;
    }

    @Override
    long arrayBytes() {
        return (long) Integer.BYTES * index.length
                + (long) Long.BYTES * words.length
                + (long) REFERENCE_BYTES * references.length;
    }

    @Override
    long keyBytes() {
        return 0;
    }
}

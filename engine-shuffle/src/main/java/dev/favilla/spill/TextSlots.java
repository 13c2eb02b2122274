package dev.favilla.spill;

import dev.favilla.value.Primitive;
import dev.favilla.value.SizeEstimator;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Keys that are texts, with values that are numbers of one kind, as {@link TextRows}. An open-addressed index has some
 * bits of the mixed hash next to the number of the entry; what is found there leads to one row, and to no object.
 *
 * <p>A key that is no text, a value that is no such number, or a key that finds no free slot within {@value #MAX_PROBES}
 * steps is not taken: what is here goes to an {@link ObjectSlots} then.
 */
final class TextSlots extends KeySlots {

    /** For so many texts at once a processor can wait; more would only take more memory. */
    static final int BATCH = 64;

    private static final int MAX_PROBES = 128;
    private static final int FIRST_SLOTS = 64;
    private static final int MOST_SLOTS = 1 << 29;

    private final Primitive valueKind;

    /**
     * Entry number plus one in as many bits as a slot's number has, above it the lowest bits of the mixed hash, of which the
     * highest choose the slot; 0 is free. Half as large as an index with whole hashes, of which less leaves the cache.
     */
    private int[] index = new int[FIRST_SLOTS];

    private final TextRows rows = new TextRows(FIRST_SLOTS / 2);

    /** The text that is looked for. */
    private final TextRows wanted = new TextRows(1);

    /** Of texts that are kept by reference. */
    private SizeEstimator.Sampler keySizes = new SizeEstimator.Sampler();

    private boolean crowded;

    TextSlots(Primitive valueKind) {
        this.valueKind = valueKind;
    }

    /** Returns slots for keys and values like these, or null if they are not of the kinds that are kept here. */
    static @Nullable TextSlots forEntriesLike(@Nullable Object key, @Nullable Object value) {
        Primitive kind = Primitive.of(value);
        return kind != null && key instanceof String ? new TextSlots(kind) : null;
    }

    @Override
    boolean takes(@Nullable Object key, @Nullable Object value) {
        return key instanceof String && valueKind.has(value);
    }

    @Override
    int find(@Nullable Object key, int hash) {
        if (!(key instanceof String text)) {
            return KeyTable.ABSENT;
        }
        int mixed = ObjectSlots.mix(hash);
        int mask = index.length - 1;
        int slot = firstSlot(mixed);
        int tag = tag(mixed);
        boolean packed = false;
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            int found = index[slot];
            if (found == 0) {
                return KeyTable.ABSENT;
            }
            if ((found & ~mask) == tag) {
                if (!packed) {
                    wanted.set(0, text, hash, 0);
                    packed = true;
                }
                int entry = (found & mask) - 1;
                if (rows.isSame(entry, wanted, 0)) {
                    return entry;
                }
            }
            slot = (slot + 1) & mask;
        }
        return KeyTable.ABSENT; // all that are here were placed within so many steps
    }

    /** As {@link #find(Object, int)}, of the text of a row. */
    int find(TextRows texts, int row) {
        int mixed = ObjectSlots.mix(texts.hash(row));
        int mask = index.length - 1;
        int slot = firstSlot(mixed);
        int tag = tag(mixed);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            int found = index[slot];
            if (found == 0) {
                return KeyTable.ABSENT;
            }
            int entry = (found & mask) - 1;
            if ((found & ~mask) == tag && rows.isSame(entry, texts, row)) {
                return entry;
            }
            slot = (slot + 1) & mask;
        }
        return KeyTable.ABSENT;
    }

    /**
     * Looks for the texts of several rows. What is read for one does not depend on what was found for another, so that a
     * processor waits for the memory of many of them at once.
     *
     * @param count how many; best about {@value #BATCH}
     * @return the numbers of their entries, or {@link KeyTable#ABSENT}
     */
    int[] findAll(TextRows texts, int from, int count) {
        int[] found = new int[count];
        findAll(texts, from, count, found);
        return found;
    }

    /** As {@link #findAll(TextRows, int, int)}, to an array that has room for them. */
    void findAll(TextRows texts, int from, int count, int[] found) {
        int[] known = index;
        int mask = known.length - 1;
        for (int i = 0; i < count; i++) {
            found[i] = (known[firstSlot(ObjectSlots.mix(texts.hash(from + i)))] & mask) - 1;
        }
        for (int i = 0; i < count; i++) {
            int entry = found[i];
            if (entry != KeyTable.ABSENT && !rows.isSame(entry, texts, from + i)) {
                found[i] = find(texts, from + i);
            }
        }
    }

    @Override
    long insert(@Nullable Object key, int hash, @Nullable Object value) {
        makeRoom();
        rows.set(size, (String) Objects.requireNonNull(key), hash, valueKind.bits(Objects.requireNonNull(value)));
        return placeLast();
    }

    /** Adds an entry for the text of a row, which has none, with the number of that row. */
    long insert(TextRows texts, int row) {
        makeRoom();
        rows.copy(size, texts, row);
        return placeLast();
    }

    private long placeLast() {
        place(size);
        size++;
        return sizeOfKey(size - 1);
    }

    private long sizeOfKey(int entry) {
        return rows.isByReference(entry) ? keySizes.add(rows.text(entry)) : 0;
    }

    private void place(int entry) {
        int mixed = ObjectSlots.mix(rows.hash(entry));
        int mask = index.length - 1;
        int slot = firstSlot(mixed);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            if (index[slot] == 0) {
                index[slot] = tag(mixed) | (entry + 1);
                return;
            }
            slot = (slot + 1) & mask;
        }
        crowded = true;
    }

    private int firstSlot(int mixed) {
        return mixed >>> (Integer.numberOfLeadingZeros(index.length) + 1);
    }

    private int tag(int mixed) {
        return mixed << -(Integer.numberOfLeadingZeros(index.length) + 1);
    }

    @Override
    boolean isCrowded() {
        return crowded;
    }

    @Override
    String key(int entry) {
        return rows.text(entry);
    }

    @Override
    int hash(int entry) {
        return rows.hash(entry);
    }

    @Override
    Object value(int entry) {
        return valueKind.box(rows.number(entry));
    }

    @Override
    void setValue(int entry, @Nullable Object value) {
        rows.setNumber(entry, valueKind.bits(Objects.requireNonNull(value)));
    }

    /** Returns what the entries are, each in the row of its number; not to be changed. */
    TextRows rows() {
        return rows;
    }

    /** Returns whether a value is of the kind that is kept here. */
    boolean takesValue(@Nullable Object value) {
        return valueKind.has(value);
    }

    @Override
    Primitive valueKind() {
        return valueKind;
    }

    @Override
    long number(int entry) {
        return rows.number(entry);
    }

    @Override
    void setNumber(int entry, long bits) {
        rows.setNumber(entry, bits);
    }

    @Override
    void forget(int entry) {
        rows.forget(entry, entry + 1);
    }

    @Override
    void retain(BitSet kept) {
        int moved = 0;
        keySizes = new SizeEstimator.Sampler();
        for (int entry = kept.nextSetBit(0); entry >= 0; entry = kept.nextSetBit(entry + 1)) {
            rows.copy(moved, rows, entry);
            sizeOfKey(moved);
            moved++;
        }
        rows.forget(moved, size);
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
            place(entry);
        }
    }

    @Override
    void trim() {
        int enough = Math.max(FIRST_SLOTS / 2, Integer.highestOneBit(Math.max(1, size)) * 4);
        if (enough * 2 <= rows.room()) {
            resize(enough);
        }
    }

    private void resize(int room) {
        rows.resize(room);
        indexAll(2 * room);
    }

    @Override
    boolean isFull() {
        return size == rows.room();
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
        resize(2 * rows.room());
    }

    @Override
    int crowdedKeys() {
        return 0;
    }

    @Override
    long arrayBytes() {
        return (long) Integer.BYTES * index.length + rows.arrayBytes();
    }

    @Override
    long keyBytes() {
        return keySizes.bytes();
    }
}

package dev.favilla.spill;

import dev.favilla.value.Primitive;
import dev.favilla.value.SizeEstimator;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys of any kind, by reference, with values that are numbers of one kind, or else references, too.
 *
 * <p>Entries lie densely in the order of first sight; an open-addressed index beside them finds a key's entry. An index
 * slot holds the whole mixed hash next to the number of the entry, so a probe leaves the index only for a key whose hash
 * is equal.
 *
 * <p><b>Collisions.</b> A key that finds no free slot within {@value #MAX_PROBES} steps goes to a {@link HashMap}
 * instead, which keeps comparable keys of equal hash in a tree: floods of such keys stay logarithmic. Keys with equal
 * hashes that cannot be compared are found, one by one.
 */
final class ObjectSlots extends KeySlots {

    /** Hardly ever reached by hashes that spread, at a load of at most a half. */
    static final int MAX_PROBES = 128;

    private static final int FIRST_SLOTS = 64;
    private static final int MOST_SLOTS = 1 << 30;

    private static final int REFERENCE_BYTES = 4;

    /** A tree node of a hash map with its place, and a boxed number. */
    private static final int BYTES_PER_CROWDED_KEY = 80;

    /** Mixed hash in the upper half, entry number plus one in the lower; 0 is free. */
    private long[] index = new long[FIRST_SLOTS];

    /** Null if values are references. */
    private @Nullable Primitive valueKind;

    /** 2 if keys and values come in turn, 1 if values are elsewhere. */
    private int stride;

    private @Nullable Object[] entries;

    /** Empty if values are references. */
    private long[] numbers;

    private int[] hashes = new int[FIRST_SLOTS / 2];
    private SizeEstimator.Sampler keySizes = new SizeEstimator.Sampler();

    /** The entries of keys that found no free slot. Made when first needed, which is next to never. */
    private @Nullable Map<@Nullable Object, Integer> crowded;

    /** @param valueKind the kind of the first value; null if values are references */
    ObjectSlots(@Nullable Primitive valueKind) {
        this.valueKind = valueKind;
        this.stride = valueKind == null ? 2 : 1;
        this.entries = new Object[stride * hashes.length];
        this.numbers = new long[valueKind == null ? 0 : hashes.length];
    }

    @Override
    boolean takes(@Nullable Object key, @Nullable Object value) {
        return true;
    }

    @Override
    boolean isCrowded() {
        return false;
    }

    @Override
    int find(@Nullable Object key, int hash) {
        int mixed = mix(hash);
        int mask = index.length - 1;
        int slot = firstSlot(mixed);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            long found = index[slot];
            if (found == 0) {
                return KeyTable.ABSENT;
            }
            if ((int) (found >>> Integer.SIZE) == mixed && same(key, entries[stride * entryIn(found)])) {
                return entryIn(found);
            }
            slot = (slot + 1) & mask;
        }
        return findCrowded(key);
    }

    private int findCrowded(@Nullable Object key) {
        Integer entry = crowded == null ? null : crowded.get(key);
        return entry == null ? KeyTable.ABSENT : entry;
    }

    @Override
    long insert(@Nullable Object key, int hash, @Nullable Object value) {
        if (isFull()) {
            grow();
        }
        entries[stride * size] = key;
        hashes[size] = hash;
        place(size, mix(hash));
        size++;
        setValue(size - 1, value);
        return keySizes.add(key);
    }

    private void place(int entry, int mixed) {
        long wanted = ((long) mixed << Integer.SIZE) | (entry + 1);
        int mask = index.length - 1;
        int slot = firstSlot(mixed);
        for (int probe = 0; probe < MAX_PROBES; probe++) {
            if (index[slot] == 0) {
                index[slot] = wanted;
                return;
            }
            slot = (slot + 1) & mask;
        }
        if (crowded == null) {
            crowded = new HashMap<>();
        }
        crowded.put(entries[stride * entry], entry);
    }

    private void grow() {
        if (index.length == MOST_SLOTS) {
            throw new IllegalStateException(
                    "More than " + size + " distinct keys in one partition; use more partitions");
        }
        long[] before = index;
        Map<@Nullable Object, Integer> crowdedBefore = crowded;
        index = new long[before.length * 2];
        crowded = null;
        resize(2 * hashes.length);
        for (long slot : before) { // in order of the upper hash bits, so both indexes are walked from front to back
            if (slot != 0) {
                place(entryIn(slot), (int) (slot >>> Integer.SIZE));
            }
        }
        if (crowdedBefore != null) {
            for (int entry : crowdedBefore.values()) {
                place(entry, mix(hashes[entry]));
            }
        }
    }

    private void resize(int room) {
        entries = Arrays.copyOf(entries, stride * room);
        hashes = Arrays.copyOf(hashes, room);
        if (valueKind != null) {
            numbers = Arrays.copyOf(numbers, room);
        }
    }

    private int firstSlot(int mixed) {
        return mixed >>> (Integer.numberOfLeadingZeros(index.length) + 1);
    }

    private static int entryIn(long slot) {
        return (int) slot - 1;
    }

    private static boolean same(@Nullable Object wanted, @Nullable Object found) {
        return wanted == found || (wanted != null && wanted.equals(found));
    }

    /** The finalizer of MurmurHash3: a bijection, so mixed hashes are equal exactly if the hashes are. */
    static int mix(int hash) {
        int h = hash;
        h = (h ^ (h >>> 16)) * 0x85ebca6b;
        h = (h ^ (h >>> 13)) * 0xc2b2ae35;
        return h ^ (h >>> 16);
    }

    @Override
    @Nullable
    Object key(int entry) {
        return entries[stride * entry];
    }

    @Override
    int hash(int entry) {
        return hashes[entry];
    }

    @Override
    @Nullable
    Object value(int entry) {
        return valueKind == null ? entries[2 * entry + 1] : valueKind.box(numbers[entry]);
    }

    @Override
    void setValue(int entry, @Nullable Object value) {
        if (valueKind != null) {
            if (value != null && valueKind.has(value)) {
                numbers[entry] = valueKind.bits(value);
                return;
            }
            dissolve(valueKind);
        }
        entries[2 * entry + 1] = value;
    }

    /** Makes references of the values. */
    private void dissolve(Primitive kind) {
        @Nullable Object[] keys = entries;
        entries = new Object[2 * hashes.length];
        for (int entry = 0; entry < size; entry++) {
            entries[2 * entry] = keys[entry];
            entries[2 * entry + 1] = kind.box(numbers[entry]);
        }
        stride = 2;
        numbers = new long[0];
        valueKind = null;
    }

    @Override
    @Nullable
    Primitive valueKind() {
        return valueKind;
    }

    @Override
    long number(int entry) {
        return numbers[entry];
    }

    @Override
    void setNumber(int entry, long bits) {
        numbers[entry] = bits;
    }

    @Override
    void forget(int entry) {
        Arrays.fill(entries, stride * entry, stride * (entry + 1), null);
    }

    @Override
    void retain(BitSet kept) {
        int moved = 0;
        for (int entry = kept.nextSetBit(0); entry >= 0; entry = kept.nextSetBit(entry + 1)) {
            System.arraycopy(entries, stride * entry, entries, stride * moved, stride);
            hashes[moved] = hashes[entry];
            if (valueKind != null) {
                numbers[moved] = numbers[entry];
            }
            moved++;
        }
        Arrays.fill(entries, stride * moved, stride * size, null);
        Arrays.fill(index, 0);
        crowded = null;
        size = moved;
        keySizes = new SizeEstimator.Sampler();
        for (int entry = 0; entry < size; entry++) {
            place(entry, mix(hashes[entry]));
            keySizes.add(entries[stride * entry]);
        }
    }

    @Override
    void trim() {
        int room = Math.max(FIRST_SLOTS / 2, Integer.highestOneBit(Math.max(1, size)) * 4);
        if (room * 2 > hashes.length) {
            return;
        }
        resize(room);
        index = new long[room * 2];
        crowded = null;
        for (int entry = 0; entry < size; entry++) {
            place(entry, mix(hashes[entry]));
        }
    }

    @Override
    boolean isFull() {
        return size == hashes.length;
    }

    @Override
    void makeRoom() {
        if (isFull()) {
            grow();
        }
    }

    @Override
    int crowdedKeys() {
        return crowded == null ? 0 : crowded.size();
    }

    @Override
    long arrayBytes() {
        return (long) Long.BYTES * (index.length + numbers.length)
                + (long) REFERENCE_BYTES * entries.length
                + (long) Integer.BYTES * hashes.length
                + (long) BYTES_PER_CROWDED_KEY * crowdedKeys();
    }

    @Override
    long keyBytes() {
        return keySizes.bytes();
    }
}

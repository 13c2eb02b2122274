package dev.favilla.spill;

import dev.favilla.value.SizeEstimator;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Keys and values of any kind, by reference.
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

    /** Index slot, two references and one hash per entry, each entry having two slots. */
    private static final int BYTES_PER_SLOT = Long.BYTES + Integer.BYTES + Integer.BYTES / 2;

    /** A tree node of a hash map with its place, and a boxed number. */
    private static final int BYTES_PER_CROWDED_KEY = 80;

    /** Mixed hash in the upper half, entry number plus one in the lower; 0 is free. */
    private long[] index = new long[FIRST_SLOTS];

    /** Key and value in turn. */
    private @Nullable Object[] entries = new Object[FIRST_SLOTS];

    private int[] hashes = new int[FIRST_SLOTS / 2];
    private SizeEstimator.Sampler keySizes = new SizeEstimator.Sampler();

    /** The entries of keys that found no free slot. Made when first needed, which is next to never. */
    private @Nullable Map<@Nullable Object, Integer> crowded;

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
            if ((int) (found >>> Integer.SIZE) == mixed && same(key, entries[2 * entryIn(found)])) {
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
        entries[2 * size] = key;
        entries[2 * size + 1] = value;
        hashes[size] = hash;
        place(size, mix(hash));
        size++;
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
        crowded.put(entries[2 * entry], entry);
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
        entries = Arrays.copyOf(entries, entries.length * 2);
        hashes = Arrays.copyOf(hashes, hashes.length * 2);
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
    private static int mix(int hash) {
        int h = hash;
        h = (h ^ (h >>> 16)) * 0x85ebca6b;
        h = (h ^ (h >>> 13)) * 0xc2b2ae35;
        return h ^ (h >>> 16);
    }

    @Override
    @Nullable
    Object key(int entry) {
        return entries[2 * entry];
    }

    @Override
    int hash(int entry) {
        return hashes[entry];
    }

    @Override
    @Nullable
    Object value(int entry) {
        return entries[2 * entry + 1];
    }

    @Override
    void setValue(int entry, @Nullable Object value) {
        entries[2 * entry + 1] = value;
    }

    @Override
    void forget(int entry) {
        entries[2 * entry] = null;
        entries[2 * entry + 1] = null;
    }

    @Override
    void retain(BitSet kept) {
        int moved = 0;
        for (int entry = kept.nextSetBit(0); entry >= 0; entry = kept.nextSetBit(entry + 1)) {
            entries[2 * moved] = entries[2 * entry];
            entries[2 * moved + 1] = entries[2 * entry + 1];
            hashes[moved] = hashes[entry];
            moved++;
        }
        Arrays.fill(entries, 2 * moved, 2 * size, null);
        Arrays.fill(index, 0);
        crowded = null;
        size = moved;
        keySizes = new SizeEstimator.Sampler();
        for (int entry = 0; entry < size; entry++) {
            place(entry, mix(hashes[entry]));
            keySizes.add(entries[2 * entry]);
        }
    }

    @Override
    void trim() {
        int room = Math.max(FIRST_SLOTS / 2, Integer.highestOneBit(Math.max(1, size)) * 4);
        if (room * 2 > hashes.length) {
            return;
        }
        entries = Arrays.copyOf(entries, room * 2);
        hashes = Arrays.copyOf(hashes, room);
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
        return (long) index.length * BYTES_PER_SLOT + (long) crowdedKeys() * BYTES_PER_CROWDED_KEY;
    }

    @Override
    long keyBytes() {
        return keySizes.bytes();
    }
}

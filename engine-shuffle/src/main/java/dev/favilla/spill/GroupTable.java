package dev.favilla.spill;

import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.memory.Spillable;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.value.SizeEstimator;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All values of each key, in the order they came, to be looked up by key once the last has come.
 *
 * <p>The only value of a key lies in the table itself; a second one makes an array for them. Most tables that are joined
 * with have one value for a key.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 *
 * <p><b>Moving out.</b> The table pays for what it holds, but is no {@link Spillable} itself: {@link HashJoin} is, which knows where the keys that leave go on.
 *
 * <p><b>Failures.</b> A refusal of memory ends the attempt; what was added so far is in the table then, and held until
 * {@link #close}.
 */
public final class GroupTable implements AutoCloseable {

    private static final long[] NO_MARKS = {};
    private static final int FIRST_MARKS = 32;

    /** Said of a key that something has met; the rest of the mark is the caller's. */
    private static final long MET = 1;

    private final @Nullable RecordCopier copier;
    private final MemoryMeter memory;
    private final LongSupplier held = this::bytes;

    /** Whether each key has a mark. */
    private final boolean marked;

    /** The value of each key, or its {@link Group}, which no user has. */
    private KeyTable table = new KeyTable();

    private long[] marks = NO_MARKS;
    private SizeEstimator.Sampler valueSizes = new SizeEstimator.Sampler();
    private long groupBytes;

    /** By how much the table has grown since memory was last asked for. */
    private long grown;

    /**
     * @param copier makes what enters the attempt's own; null if it is already, as what a shuffle hands out
     * @param account the attempt's
     */
    public GroupTable(@Nullable RecordCopier copier, MemoryAccount account) {
        this(copier, account, null, false);
    }

    /**
     * @param mover has keys leave it when memory is refused; null if they stay
     * @param marked whether each key has a mark
     */
    GroupTable(@Nullable RecordCopier copier, MemoryAccount account, @Nullable Spillable mover, boolean marked) {
        this.copier = copier;
        this.memory = new MemoryMeter(account, mover);
        this.marked = marked;
    }

    /**
     * Adds a value to those of its key.
     *
     * @param hash the key's {@linkplain dev.favilla.value.StableHash#of stable hash}
     */
    public void add(@Nullable Object key, int hash, @Nullable Object value) {
        prepare();
        put(key, hash, value, 0);
    }

    /** Asks for the memory of what comes next, if it is time to; while it asks, what is here may be moved out. */
    void prepare() {
        memory.grow(grown, held);
        grown = 0;
        if (table.isFull()) {
            memory.hold(this::bytesToGrow);
            table.makeRoom();
        }
    }

    /** Old and new arrays, while one is copied to the other, unless it was moved out and need not grow. */
    private long bytesToGrow() {
        return bytes() + (table.isFull() ? 2 * table.arrayBytes() : 0);
    }

    /**
     * Adds a value without asking for memory.
     *
     * @param mark an even number, for a key that is new
     */
    void put(@Nullable Object key, int hash, @Nullable Object value, long mark) {
        Object kept = own(value);
        int entry = table.find(key, hash);
        if (entry == KeyTable.ABSENT) {
            grown += insert(own(key), hash, kept, mark);
        } else {
            append(entry, kept);
        }
        grown += valueSizes.add(kept);
    }

    private @Nullable Object own(@Nullable Object record) {
        return copier == null ? record : copier.isolate(record);
    }

    private long insert(@Nullable Object key, int hash, @Nullable Object value, long mark) {
        int entry = table.size();
        long growth = table.insert(key, hash, value);
        if (marked) {
            if (entry == marks.length) {
                marks = Arrays.copyOf(marks, Math.max(FIRST_MARKS, 2 * entry));
            }
            marks[entry] = mark;
        }
        return growth;
    }

    private void append(int entry, @Nullable Object value) {
        Object known = table.value(entry);
        long growth;
        if (known instanceof Group group) {
            growth = group.add(value);
        } else {
            Group group = new Group(known, value);
            growth = group.bytes();
            table.setValue(entry, group);
        }
        groupBytes += growth;
        grown += growth;
    }

    /** Returns about what the table takes. */
    long bytes() {
        return table.arrayBytes()
                + table.keyBytes()
                + valueSizes.bytes()
                + groupBytes
                + (long) Long.BYTES * marks.length;
    }

    /** Says that the last value has come, and pays for all of them. */
    public void complete() {
        memory.hold(held);
    }

    /** Returns the values of a key, of which there are none if the key is not in the table. */
    public Values values(@Nullable Object key, int hash) {
        return values(find(key, hash));
    }

    /** Returns the number of a key, or {@link KeyTable#ABSENT}. */
    int find(@Nullable Object key, int hash) {
        return table.find(key, hash);
    }

    /** Returns the values of the key of that number. */
    Values values(int entry) {
        Object found = entry == KeyTable.ABSENT ? null : table.value(entry);
        Group group = found instanceof Group several ? several : null;
        int count = entry == KeyTable.ABSENT ? 0 : group == null ? 1 : group.size;
        // Made in one place, so that the compiler sees that it need not be made at all.
        return new Values(found, group == null ? null : group.values, count);
    }

    /** Returns the key of that number. */
    @Nullable
    Object key(int entry) {
        return table.key(entry);
    }

    /** Returns the mark of the key of that number: as it was put, plus 1 if something has met it. */
    long mark(int entry) {
        return marked ? marks[entry] : 0;
    }

    /** Says that something has met the key of that number. */
    void meet(int entry) {
        marks[entry] |= MET;
    }

    static boolean isMet(long mark) {
        return (mark & MET) != 0;
    }

    /** Returns how many keys there are. */
    public int size() {
        return table.size();
    }

    /** Returns how many values there are of each {@link SpillPart} of {@code level}. */
    long[] valuesByPart(int level) {
        long[] values = new long[SpillPart.COUNT];
        for (int entry = 0; entry < table.size(); entry++) {
            values[SpillPart.of(table.hash(entry), level)] +=
                    table.value(entry) instanceof Group group ? group.size : 1;
        }
        return values;
    }

    /** Hands the keys of the parts {@code leaving} of {@code level} to {@code to}, and returns how many bytes came free. */
    long moveOut(BitSet leaving, int level, Leaving to) {
        long before = bytes();
        KeyTable all = table;
        long[] allMarks = marks;
        table = new KeyTable();
        marks = NO_MARKS;
        valueSizes = new SizeEstimator.Sampler();
        groupBytes = 0;
        for (int entry = 0; entry < all.size(); entry++) {
            int hash = all.hash(entry);
            long mark = marked ? allMarks[entry] : 0;
            if (leaving.get(SpillPart.of(hash, level))) {
                to.leave(all.key(entry), hash, mark, valuesOf(all.value(entry)));
            } else {
                insert(all.key(entry), hash, all.value(entry), mark);
                sampleAgain(all.value(entry));
            }
        }
        long after = table.size() == 0 ? 0 : bytes();
        memory.shrinkTo(after);
        return Math.max(0, before - after);
    }

    private static Values valuesOf(@Nullable Object found) {
        return found instanceof Group group ? new Values(null, group.values, group.size) : new Values(found, null, 1);
    }

    private void sampleAgain(@Nullable Object found) {
        if (found instanceof Group group) {
            groupBytes += group.bytes();
            for (int i = 0; i < group.size; i++) {
                valueSizes.add(group.values[i]);
            }
        } else {
            valueSizes.add(found);
        }
    }

    /** Drops everything and gives all memory back; closing twice is harmless. */
    @Override
    public void close() {
        table = new KeyTable();
        marks = NO_MARKS;
        valueSizes = new SizeEstimator.Sampler();
        groupBytes = 0;
        memory.close();
    }

    /** Takes keys that leave, each with its values, in the order in which they were first seen. */
    @FunctionalInterface
    interface Leaving {

        void leave(@Nullable Object key, int hash, long mark, Values values);
    }

    /** The values of one key, in the order they came. */
    public static final class Values implements Iterator<@Nullable Object> {

        private final @Nullable Object single;
        private final @Nullable Object @Nullable [] several;
        private final int count;
        private int next;

        private Values(@Nullable Object single, @Nullable Object @Nullable [] several, int count) {
            this.single = single;
            this.several = several;
            this.count = count;
        }

        @Override
        public boolean hasNext() {
            return next < count;
        }

        @Override
        public @Nullable Object next() {
            if (next >= count) {
                throw new NoSuchElementException("There are " + count + " values of this key, and all were handed out");
            }
            int index = next++;
            return several == null ? single : several[index];
        }
    }

    /** The values of a key that has more than one. */
    private static final class Group {

        private static final int FIRST_VALUES = 4;
        private static final int REFERENCE_BYTES = 4;

        /** This object and the header of its array. */
        private static final int HEADER_BYTES = 24 + 16;

        private @Nullable Object[] values = new Object[FIRST_VALUES];
        private int size = 2;

        Group(@Nullable Object first, @Nullable Object second) {
            values[0] = first;
            values[1] = second;
        }

        /** Adds a value and returns by how many bytes the array grew, mostly 0. */
        long add(@Nullable Object value) {
            long before = bytes();
            if (size == values.length) {
                values = Arrays.copyOf(values, size + (size >> 1) + 2);
            }
            values[size++] = value;
            return bytes() - before;
        }

        long bytes() {
            return HEADER_BYTES + (long) REFERENCE_BYTES * values.length;
        }
    }
}

package dev.favilla.spill;

import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.memory.Spillable;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.value.Primitive;
import dev.favilla.value.SizeEstimator;
import dev.favilla.value.StableHash;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * All values of each key, in the order they came, to be looked up by key once the last has come.
 *
 * <p>The only value of a key lies in the table itself; a second one makes an array for them, or a chain of {@link
 * FurtherNumbers} where all values are numbers of one kind. Most tables that are joined with have one value for a key.
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

    /** Null unless values are numbers in the table, and some key has several. */
    private @Nullable FurtherNumbers further;

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
        Primitive kind = table.valueKind();
        if (kind != null && !kind.has(kept)) {
            dissolve(kind);
        }
        if (entry == KeyTable.ABSENT) {
            grown += insert(own(key), hash, kept, mark);
        } else {
            append(entry, kept);
        }
        if (table.valueKind() == null) {
            grown += valueSizes.add(kept);
        }
    }

    /**
     * Adds numbers by their keys as long as they can be looked for together, asking for memory as {@link #prepare} does.
     *
     * @param firstMark the next one is greater by 2
     * @return where the rest begins
     */
    int putTogether(Primitive keys, Primitive values, long[] records, int from, int to, long firstMark) {
        PrimitiveSlots numbers = table.primitives(keys, values);
        if (numbers == null) {
            return from;
        }
        int[] found = numbers.findAll(records, 2 * from, to - from);
        for (int i = from; i < to; i++) {
            prepare();
            if (table.primitives(keys, values) != numbers) {
                return i; // it has moved out meanwhile, or is kept in another way
            }
            int entry = found[i - from];
            if (entry == KeyTable.ABSENT) {
                put(keys, records[2 * i], values, records[2 * i + 1], firstMark + 2L * (i - from));
            } else {
                append(entry, records[2 * i + 1]);
            }
        }
        return to;
    }

    /** As {@link #put(Object, int, Object, long)}, of numbers. */
    void put(Primitive keys, long key, Primitive values, long value, long mark) {
        PrimitiveSlots numbers = table.primitives(keys, values);
        if (numbers == null) {
            Object boxed = keys.box(key);
            put(boxed, StableHash.of(boxed), values.box(value), mark);
            return;
        }
        int entry = numbers.find(key);
        if (entry == KeyTable.ABSENT) {
            keepMark(table.size(), mark);
            numbers.insert(key, value);
            grown += table.settle(numbers);
        } else {
            append(entry, value);
        }
    }

    /**
     * Takes a table of one value for each key as its own, where it has none yet.
     *
     * @param keepsValues whether they are looked at
     */
    void adopt(KeyTable taken, boolean keepsValues) {
        table = taken;
        for (int entry = 0; entry < taken.size(); entry++) {
            keepMark(entry, 2L * entry);
        }
        if (taken.valueKind() == null) {
            for (int entry = 0; entry < taken.size(); entry++) {
                Object kept = keepsValues ? own(taken.value(entry)) : null;
                taken.setValue(entry, kept);
                valueSizes.add(kept);
            }
        }
        memory.hold(held);
    }

    private @Nullable Object own(@Nullable Object record) {
        return copier == null ? record : copier.isolate(record);
    }

    private long insert(@Nullable Object key, int hash, @Nullable Object value, long mark) {
        keepMark(table.size(), mark);
        return table.insert(key, hash, value);
    }

    private void keepMark(int entry, long mark) {
        if (marked) {
            if (entry == marks.length) {
                marks = Arrays.copyOf(marks, Math.max(FIRST_MARKS, 2 * entry));
            }
            marks[entry] = mark;
        }
    }

    private void append(int entry, @Nullable Object value) {
        Primitive kind = table.valueKind();
        if (kind != null && value != null && kind.has(value)) {
            append(entry, kind.bits(value));
            return;
        }
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

    private void append(int entry, long number) {
        FurtherNumbers numbers = further;
        if (numbers == null) {
            numbers = new FurtherNumbers();
            further = numbers;
        }
        long before = numbers.bytes();
        numbers.add(entry, number);
        grown += numbers.bytes() - before;
    }

    /** Makes objects of numbers, before one comes that is of another kind. */
    private void dissolve(Primitive kind) {
        long before = bytes();
        FurtherNumbers numbers = further;
        further = null;
        for (int entry = 0; entry < table.size(); entry++) {
            int second = numbers == null ? FurtherNumbers.NONE : numbers.first(entry);
            if (numbers != null && second != FurtherNumbers.NONE) {
                Group group = new Group(table.value(entry), kind.box(numbers.number(second)));
                for (int row = numbers.after(second); row != FurtherNumbers.NONE; row = numbers.after(row)) {
                    group.add(kind.box(numbers.number(row)));
                }
                table.setValue(entry, group);
            }
            sampleAgain(table.value(entry));
        }
        grown += bytes() - before;
    }

    /** Returns about what the table takes. */
    long bytes() {
        return table.arrayBytes()
                + table.keyBytes()
                + valueSizes.bytes()
                + groupBytes
                + (further == null ? 0 : further.bytes())
                + (long) Long.BYTES * marks.length;
    }

    /** Says that the last value has come, and pays for all of them. */
    public void complete() {
        memory.hold(held);
    }

    /** Returns what is in the table, which is complete, as one that {@code other} pays for and that outlives the attempt. */
    GroupTable movedTo(MemoryAccount other) {
        memory.moveTo(other, bytes());
        GroupTable moved = new GroupTable(null, other);
        moved.table = table;
        moved.further = further;
        return moved;
    }

    /** Returns the values of a key, of which there are none if the key is not in the table. */
    public Values values(@Nullable Object key, int hash) {
        return values(find(key, hash));
    }

    /** Returns the number of a key, or {@link KeyTable#ABSENT}. */
    int find(@Nullable Object key, int hash) {
        return table.find(key, hash);
    }

    /** Returns the numbers of keys that are numbers; null if they are not found by their bits. */
    int @Nullable [] findTogether(Primitive keys, long[] records, int from, int to) {
        PrimitiveSlots numbers = table.primitives(keys);
        return numbers == null ? null : numbers.findAll(records, 2 * from, to - from);
    }

    /** Returns the values of the key of that number. */
    Values values(int entry) {
        return values(table, further, entry);
    }

    private static Values values(KeyTable table, @Nullable FurtherNumbers further, int entry) {
        boolean present = entry != KeyTable.ABSENT;
        Primitive kind = present ? table.valueKind() : null;
        long number = kind == null ? 0 : table.number(entry);
        int row = kind == null || further == null ? FurtherNumbers.NONE : further.first(entry);
        Object found = present && kind == null ? table.value(entry) : null;
        Group group = found instanceof Group several ? several : null;
        int count = present ? group == null ? 1 : group.size : 0;
        // Made in one place, so that the compiler sees that it need not be made at all.
        return new Values(kind, number, further, row, found, group == null ? null : group.values, count);
    }

    /** Returns the key of that number. */
    @Nullable
    Object key(int entry) {
        return table.key(entry);
    }

    /** Returns the hash of the key of that number. */
    int hash(int entry) {
        return table.hash(entry);
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
            values[SpillPart.of(table.hash(entry), level)] += countOf(entry);
        }
        return values;
    }

    private int countOf(int entry) {
        if (table.valueKind() != null) {
            return 1 + (further == null ? 0 : further.count(entry));
        }
        return table.value(entry) instanceof Group group ? group.size : 1;
    }

    /** Hands the keys of the parts {@code leaving} of {@code level} to {@code to}, and returns how many bytes came free. */
    long moveOut(BitSet leaving, int level, Leaving to) {
        long before = bytes();
        KeyTable all = table;
        long[] allMarks = marks;
        FurtherNumbers allFurther = further;
        restart();
        for (int entry = 0; entry < all.size(); entry++) {
            int hash = all.hash(entry);
            long mark = marked ? allMarks[entry] : 0;
            if (leaving.get(SpillPart.of(hash, level))) {
                to.leave(all.key(entry), hash, mark, values(all, allFurther, entry));
            } else if (all.valueKind() == null) {
                insert(all.key(entry), hash, all.value(entry), mark);
                sampleAgain(all.value(entry));
            } else {
                Values values = values(all, allFurther, entry);
                insert(all.key(entry), hash, values.next(), mark);
                while (values.hasNext()) {
                    append(table.size() - 1, values.next());
                }
            }
        }
        long after = table.size() == 0 ? 0 : bytes();
        memory.shrinkTo(after);
        return Math.max(0, before - after);
    }

    private void restart() {
        table = new KeyTable();
        further = null;
        marks = NO_MARKS;
        valueSizes = new SizeEstimator.Sampler();
        groupBytes = 0;
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
        restart();
        memory.close();
    }

    /** Takes keys that leave, each with its values, in the order in which they were first seen. */
    @FunctionalInterface
    interface Leaving {

        void leave(@Nullable Object key, int hash, long mark, Values values);
    }

    /** The values of one key, in the order they came. */
    public static final class Values implements Iterator<@Nullable Object> {

        /** Null if the values are objects; then there are no numbers, else no objects. */
        private final @Nullable Primitive kind;

        private final long first;
        private final @Nullable FurtherNumbers further;

        /** The row of the next number. */
        private int row;

        private final @Nullable Object single;
        private final @Nullable Object @Nullable [] several;

        /** How many objects there are, or 1 for the first number. */
        private final int count;

        private int next;

        private Values(
                @Nullable Primitive kind,
                long first,
                @Nullable FurtherNumbers further,
                int row,
                @Nullable Object single,
                @Nullable Object @Nullable [] several,
                int count) {
            this.kind = kind;
            this.first = first;
            this.further = further;
            this.row = row;
            this.single = single;
            this.several = several;
            this.count = count;
        }

        @Override
        public boolean hasNext() {
            return next < count || row != FurtherNumbers.NONE;
        }

        @Override
        public @Nullable Object next() {
            if (next < count) {
                int index = next++;
                return kind != null ? kind.box(first) : several == null ? single : several[index];
            }
            int here = row;
            if (kind == null || further == null || here == FurtherNumbers.NONE) {
                throw new NoSuchElementException("All values of this key were handed out");
            }
            row = further.after(here);
            return kind.box(further.number(here));
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

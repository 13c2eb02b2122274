package dev.favilla.spill;

import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.value.SizeEstimator;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * All values of each key, in the order they came, to be looked up by key once the last has come.
 *
 * <p>The only value of a key lies in the table itself; a second one makes an array for them. Most tables that are joined
 * with have one value for a key.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 *
 * <p><b>Failures.</b> A refusal of memory ends the attempt; what was added so far is in the table then, and held until
 * {@link #close}.
 */
public final class GroupTable implements AutoCloseable {

    /** Values between two looks at the account; a power of two. */
    private static final int VALUES_PER_CHECK = 32;

    private final @Nullable RecordCopier copier;
    private final MemoryMeter memory;

    /** The value of each key, or its {@link Group}, which no user has. */
    private KeyTable table = new KeyTable();

    private SizeEstimator.Sampler valueSizes = new SizeEstimator.Sampler();
    private long groupBytes;
    private int added;

    /**
     * @param copier makes what enters the attempt's own; null if it is already, as what a shuffle hands out
     * @param account the attempt's
     */
    public GroupTable(@Nullable RecordCopier copier, MemoryAccount account) {
        this.copier = copier;
        this.memory = new MemoryMeter(account);
    }

    /**
     * Adds a value to those of its key.
     *
     * @param hash the key's {@linkplain dev.favilla.value.StableHash#of stable hash}
     */
    public void add(@Nullable Object key, int hash, @Nullable Object value) {
        Object kept = own(value);
        int entry = table.find(key, hash);
        if (entry == KeyTable.ABSENT) {
            insert(own(key), hash, kept);
        } else {
            append(entry, kept);
        }
        valueSizes.add(kept);
        if ((++added & (VALUES_PER_CHECK - 1)) == 0) {
            memory.hold(bytes());
        }
    }

    private @Nullable Object own(@Nullable Object record) {
        return copier == null ? record : copier.isolate(record);
    }

    private void insert(@Nullable Object key, int hash, @Nullable Object value) {
        if (table.isFull()) {
            memory.hold(bytes() + 2 * table.arrayBytes()); // old and new arrays, while one is copied to the other
        }
        table.insert(key, hash, value);
    }

    private void append(int entry, @Nullable Object value) {
        Object known = table.value(entry);
        if (known instanceof Group group) {
            groupBytes += group.add(value);
        } else {
            Group group = new Group(known, value);
            groupBytes += group.bytes();
            table.setValue(entry, group);
        }
    }

    private long bytes() {
        return table.arrayBytes() + table.keyBytes() + valueSizes.bytes() + groupBytes;
    }

    /** Says that the last value has come, and pays for all of them. */
    public void complete() {
        memory.hold(bytes());
    }

    /** Returns the values of a key, of which there are none if the key is not in the table. */
    public Values values(@Nullable Object key, int hash) {
        int entry = table.find(key, hash);
        Object found = entry == KeyTable.ABSENT ? null : table.value(entry);
        Group group = found instanceof Group several ? several : null;
        int count = entry == KeyTable.ABSENT ? 0 : group == null ? 1 : group.size;
        // Made in one place, so that the compiler sees that it need not be made at all.
        return new Values(found, group == null ? null : group.values, count);
    }

    /** Returns how many keys there are. */
    public int size() {
        return table.size();
    }

    /** Drops everything and gives all memory back; closing twice is harmless. */
    @Override
    public void close() {
        table = new KeyTable();
        valueSizes = new SizeEstimator.Sampler();
        groupBytes = 0;
        memory.close();
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

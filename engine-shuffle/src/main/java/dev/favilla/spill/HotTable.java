package dev.favilla.spill;

import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.value.Primitive;
import java.util.BitSet;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A small table of accumulators by key, in which some keys stay while others leave: {@link #addIfPresent} says whether a
 * key is there, and a new one is to be {@linkplain #admit admitted}. Accumulators leave in the order in which their keys
 * came.
 *
 * <p>Nothing is moved out of it to make room: which keys it has decides which records merge, and that must not depend on
 * memory. So its owner keeps it small, by its number of keys and by {@link #heldBytes}.
 *
 * <p><b>Sharing.</b> What the table keeps and the combiner may change is the attempt's own: a source may use one object for
 * many records, and a cached record belongs to others too, so both are copied.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 *
 * <p><b>Failures.</b> What the combiner throws reaches the caller. A refusal of memory ends the attempt; the records
 * folded so far are in the table then, and none is half folded. Both leave memory held until {@link #close}.
 */
public final class HotTable implements AutoCloseable {

    /** Returned for a key that is not in the table. */
    public static final int ABSENT = KeyTable.ABSENT;

    private final Combiner<@Nullable Object, @Nullable Object> combiner;
    private final NumberFold numberFold;
    private final RecordCopier copier;
    private final MemoryMeter memory;

    private KeyTable table = new KeyTable(true);
    private AccumulatorSizes accumulators = new AccumulatorSizes(table);
    private final LongSupplier look = this::look;
    private long heldBytes;

    /**
     * @param copier makes what enters the attempt's own
     * @param account the attempt's
     */
    public HotTable(Combiner<@Nullable Object, @Nullable Object> combiner, RecordCopier copier, MemoryAccount account) {
        this.combiner = combiner;
        this.numberFold = new NumberFold(combiner);
        this.copier = copier;
        this.memory = new MemoryMeter(account);
    }

    /**
     * Folds a value into the accumulator of its key if that is in the table.
     *
     * @return how many keys in the table came before this one, or {@link #ABSENT} if it is not there
     */
    public int addIfPresent(@Nullable Object key, int hash, @Nullable Object value) throws Exception {
        int entry = table.find(key, hash);
        if (entry != ABSENT) {
            fold(entry, value);
        }
        return entry;
    }

    /** Starts an accumulator with the first value of a key that is not in the table. */
    public void admit(@Nullable Object key, int hash, @Nullable Object value) throws Exception {
        insert(own(key), hash, combiner.create(own(value)));
    }

    /** Returns whether texts with numbers of a kind can be looked for together and are kept as rows. */
    public boolean takesTexts(Primitive values) {
        return numberFold.does(values) && table.texts(values) != null;
    }

    /**
     * Looks for the texts of the first {@code count} rows. What is read for one does not depend on what was found for
     * another, so a processor waits for the memory of many of them at once.
     *
     * @param values the kind of the rows' numbers, which the table takes
     * @param found gets what there is to be said of each row to {@link #addIfPresent(int, TextRows, int, Primitive)}, until
     *     keys leave the table
     */
    public void findAll(TextRows rows, int count, Primitive values, int[] found) {
        Objects.requireNonNull(table.texts(values)).findAll(rows, 0, count, found);
    }

    /**
     * As {@link #addIfPresent(Object, int, Object)}, of a text and a number in a row.
     *
     * @param known where the text is in the table; {@link #ABSENT} if that has to be looked for again
     */
    public int addIfPresent(int known, TextRows rows, int row, Primitive values) throws Exception {
        TextSlots entries = table.texts(values);
        if (entries == null) {
            return addIfPresent(rows.text(row), rows.hash(row), values.box(rows.number(row)));
        }
        int entry = known == ABSENT ? entries.find(rows, row) : known;
        if (entry != ABSENT) {
            numberFold.fold(entries, entry, rows.number(row));
        }
        return entry;
    }

    /** As {@link #admit(Object, int, Object)}, of a text and a number in a row. */
    public void admit(TextRows rows, int row, Primitive values) {
        TextSlots entries = table.texts(values);
        Object accumulator = values.box(rows.number(row));
        if (entries == null) {
            insert(rows.text(row), rows.hash(row), accumulator);
            return;
        }
        makeRoom();
        int entry = table.size();
        long growth = entries.insert(rows, row) + table.settle(entries);
        memory.grow(growth + accumulators.created(entry, accumulator), look);
    }

    private void fold(int entry, @Nullable Object value) throws Exception {
        if (numberFold.fold(table, entry, value)) {
            return;
        }
        Object isolated = own(value);
        table.setValue(entry, combiner.add(table.value(entry), isolated));
        memory.grow(accumulators.folded(entry, isolated), look);
    }

    private @Nullable Object own(@Nullable Object record) {
        return copier.isolate(record);
    }

    private void insert(@Nullable Object key, int hash, @Nullable Object accumulator) {
        makeRoom();
        int entry = table.size();
        long growth = table.insert(key, hash, accumulator);
        memory.grow(growth + accumulators.created(entry, accumulator), look);
    }

    private void makeRoom() {
        if (table.isFull()) {
            memory.hold(bytes() + 2 * table.arrayBytes()); // old and new arrays, while one is copied to the other
        }
    }

    private long look() {
        heldBytes = bytes();
        return heldBytes;
    }

    /** Returns about what the table took when that was last looked at; follows from what was folded alone. */
    public long heldBytes() {
        return heldBytes;
    }

    private long bytes() {
        return table.arrayBytes() + table.keyBytes() + accumulators.bytes();
    }

    /** Returns how many keys there are. */
    public int size() {
        return table.size();
    }

    /** Returns how many keys are slow to find, since their hashes are like those of others. */
    public int crowdedKeys() {
        return table.crowdedKeys();
    }

    /** Has all keys leave. Nothing can be folded any more; the memory is given back as they go. */
    public Leaving drain() {
        memory.hold(bytes());
        return new Leaving(null);
    }

    /**
     * Has all keys leave but those that {@code staying} has by their number in the order of first sight. Nothing can be
     * folded until the last has left; then those that stay are numbered anew, in the same order.
     */
    public Leaving drainAllBut(BitSet staying) {
        return new Leaving(staying);
    }

    private void retain(BitSet kept) {
        table.retain(kept);
        accumulators.restart();
        heldBytes = bytes();
        memory.hold(heldBytes);
    }

    /** Gives back about the memory of {@code left} entries. */
    private void release(int left) {
        double staying = (double) (table.size() - left) / Math.max(1, table.size());
        memory.hold(table.arrayBytes() + (long) (staying * (table.keyBytes() + accumulators.bytes())));
    }

    /** Drops everything and gives all memory back; closing twice is harmless. */
    @Override
    public void close() {
        table = new KeyTable(true);
        accumulators = new AccumulatorSizes(table);
        memory.close();
    }

    /** Keys on their way out, each with its accumulator, in the order in which they were first seen. */
    public final class Leaving {

        /** Entries that leave between two looks at the account; a power of two. */
        private static final int ENTRIES_PER_RELEASE = 1024;

        /** Null if none stays. */
        private final @Nullable BitSet staying;

        private int next;
        private int left;
        private boolean ended;

        /** What was stepped to; {@link #ABSENT} before the first step and after the last. */
        private int current = ABSENT;

        private Leaving(@Nullable BitSet staying) {
            this.staying = staying;
            this.next = leavingFrom(0);
        }

        private int leavingFrom(int entry) {
            return staying == null ? entry : staying.nextClearBit(entry);
        }

        /** Returns whether there is a further key. */
        public boolean mayAdvance() {
            return next < table.size();
        }

        /** Steps to the next key, which the table then knows no longer, and returns whether there was one. */
        public boolean advance() {
            if (current != ABSENT) {
                table.forget(current);
            }
            if (!mayAdvance()) {
                current = ABSENT;
                if (!ended) {
                    ended = true;
                    end();
                }
                return false;
            }
            current = next;
            next = leavingFrom(next + 1);
            if ((++left & (ENTRIES_PER_RELEASE - 1)) == 0) {
                release(left);
            }
            return true;
        }

        private void end() {
            if (staying == null) {
                close();
            } else {
                retain(staying);
                next = table.size();
            }
        }

        /** Returns the key that was stepped to. */
        public @Nullable Object key() {
            return table.key(current);
        }

        /** Returns rows of which {@link #row} is the key and its accumulator; null if they are not kept so. */
        public @Nullable TextRows texts() {
            return table.textRows();
        }

        /** Returns which of {@link #texts} it is. */
        public int row() {
            return current;
        }

        /** Returns the kind of all accumulators if they are kept as numbers, else null. */
        public @Nullable Primitive kind() {
            return table.valueKind();
        }

        /** Returns its hash. */
        public int hash() {
            return table.hash(current);
        }

        /** Returns its accumulator. */
        public @Nullable Object accumulator() {
            return table.value(current);
        }
    }
}

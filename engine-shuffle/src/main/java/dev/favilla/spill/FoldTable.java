package dev.favilla.spill;

import dev.favilla.attempt.Metric;
import dev.favilla.memory.Bytes;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.memory.Spillable;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Comparator;
import java.util.List;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * One accumulator for each key, of which parts move to local disk when memory is refused. A key whose part has moved out
 * is not in the table any more: its later rows go to the part's run unmerged, behind its accumulator, and are folded in
 * the same order when the part is read back into a table of the next level.
 *
 * <p>While all is in memory the place of an entry is its number. After that each entry has the number of the row that it
 * began with, and so has each row that is moved out: what was folded part by part is put in order by it.
 *
 * <p>Beyond the last level nothing tells the keys of a part apart but themselves. There the keys that came last are
 * moved out, and all others that come after them; what is left is read back again. Each time some keys are finished.
 *
 * <p>Memory is asked for before a row is looked at, or after it was folded, never in between; and user code cannot make
 * anything move.
 */
final class FoldTable implements Spillable, AutoCloseable {

    /** A request moves out at least this fraction of the table: walking over it should pay. */
    private static final int LEAST_FRACTION = 8;

    private final Folding folding;
    private final Combiner<@Nullable Object, @Nullable Object> combiner;
    private final NumberFold numberFold;
    private final @Nullable RecordCopier copier;
    private final int level;
    private final MemoryMeter memory;
    private final LongSupplier needed = this::neededBytes;

    private KeyTable table = new KeyTable(true);
    private AccumulatorSizes sizes;

    /** The values of all keys, if they are gathered: there are no accumulators then. Else null. */
    private final @Nullable GatheredValues gathered;

    /** Null while places are numbers. */
    private long @Nullable [] numbers;

    private long nextNumber;
    private @Nullable MovedParts moved;

    /** In the middle of an operation, or handed over to whoever drains it: nothing can be moved out. */
    private boolean busy;

    /** Moves out what is left once this is drained; null as long as it is not, or if nothing is moved out then. */
    private @Nullable Spillable drained;

    /**
     * @param copier makes what enters the attempt's own; null if it is already
     * @param level 0 for what comes from outside, which is numbered here; above it rows come with their numbers
     */
    FoldTable(Folding folding, @Nullable RecordCopier copier, int level) {
        this.folding = folding;
        this.combiner = folding.combiner();
        this.numberFold = new NumberFold(combiner);
        this.copier = copier;
        this.level = level;
        this.memory = new MemoryMeter(folding.scope().memory(), this);
        this.numbers = level == 0 ? null : new long[16];
        LargeGroups groups = folding.groups();
        this.gathered = groups == null ? null : new GatheredValues(table, groups);
        this.sizes = new AccumulatorSizes(table);
        folding.scope().memory().register(this);
    }

    // --- folding

    void add(@Nullable Object key, int hash, @Nullable Object value) throws Exception {
        makeRoomFor(value);
        int entry = table.find(key, hash);
        if (entry != KeyTable.ABSENT) {
            fold(entry, value);
        } else if (moved == null) {
            begin(key, hash, value);
        } else {
            put(nextNumber++, false, key, hash, value);
        }
    }

    /**
     * As {@link #add(Object, int, Object)}, of keys and values that are numbers, in turn, in their order.
     *
     * @param first which pair of {@code records} is the first that counts
     * @param end which pair is the first that does no longer
     */
    void addAll(Primitive keys, Primitive values, long[] records, int first, int end) throws Exception {
        for (int from = 2 * first; from < 2 * end; from += 2 * PrimitiveSlots.BATCH) {
            int to = Math.min(2 * end, from + 2 * PrimitiveSlots.BATCH);
            for (int i = gathered == null ? from : gatherTogether(keys, values, records, from, to); i < to; i += 2) {
                addNumbers(keys, records[i], values, records[i + 1]);
            }
        }
    }

    private void addNumbers(Primitive keys, long key, Primitive values, long value) throws Exception {
        Object boxed = keys.box(key);
        add(boxed, StableHash.of(boxed), values.box(value));
    }

    /** Gathers as many as can be looked for together, and returns where the rest begins. */
    private int gatherTogether(Primitive keys, Primitive values, long[] records, int from, int to) throws Exception {
        PrimitiveSlots entries = hasMovedOut() ? null : table.primitives(keys);
        GroupedRows into = gathered == null ? null : gathered.rows();
        if (entries == null || into == null || !into.takes(values)) {
            return from;
        }
        int[] found = entries.findAll(records, from, (to - from) / 2);
        for (int i = from; i < to; i += 2) {
            int entry = found[(i - from) / 2];
            if (entry != KeyTable.ABSENT && !into.isFull()) {
                into.addNumber(entry, records[i + 1]);
                continue;
            }
            addNumbers(keys, records[i], values, records[i + 1]); // one before it may have been of the same key
            if (hasMovedOut() || table.primitives(keys) != entries) {
                return i + 2; // its entries have moved
            }
        }
        return to;
    }

    void merge(@Nullable Object key, int hash, @Nullable Object later) throws Exception {
        if (gathered != null) {
            for (Object value : GatherValues.values(later)) {
                add(key, hash, value);
            }
            return;
        }
        makeRoom();
        int entry = table.find(key, hash);
        if (entry != KeyTable.ABSENT) {
            join(entry, later);
        } else if (moved == null) {
            insert(key, hash, later);
        } else {
            put(nextNumber++, true, key, hash, later);
        }
    }

    /** As {@link #merge(Object, int, Object)}, of a key and an accumulator that are numbers. */
    void merge(Primitive keys, long key, Primitive values, long later) throws Exception {
        makeRoom();
        PrimitiveSlots entries = numbersOf(keys, values);
        if (entries == null) {
            Object boxed = keys.box(key);
            merge(boxed, StableHash.of(boxed), values.box(later));
            return;
        }
        int entry = entries.find(key);
        if (entry == KeyTable.ABSENT) {
            entries.insert(key, later);
            memory.grow(table.settle(entries), needed);
        } else if (!numberFold.fold(table, entry, values, later)) {
            join(entry, values.box(later));
        }
    }

    /**
     * As {@link #merge(Primitive, long, Primitive, long)}, of keys and accumulators in turn, in their order.
     *
     * @param first which pair of {@code records} is the first that counts
     * @param end which pair is the first that does no longer
     */
    void mergeAll(Primitive keys, Primitive values, long[] records, int first, int end) throws Exception {
        for (int from = 2 * first; from < 2 * end; from += 2 * PrimitiveSlots.BATCH) {
            int to = Math.min(2 * end, from + 2 * PrimitiveSlots.BATCH);
            for (int i = mergeTogether(keys, values, records, from, to); i < to; i += 2) {
                merge(keys, records[i], values, records[i + 1]);
            }
        }
    }

    /** Merges as many as can be looked for together, and returns where the rest begins. */
    private int mergeTogether(Primitive keys, Primitive values, long[] records, int from, int to) throws Exception {
        PrimitiveSlots entries = numberFold.does(values) ? numbersOf(keys, values) : null;
        if (entries == null) {
            return from;
        }
        int[] found = entries.findAll(records, from, (to - from) / 2);
        for (int i = from; i < to; i += 2) {
            int entry = found[(i - from) / 2];
            if (entry != KeyTable.ABSENT) {
                numberFold.fold(entries, entry, records[i + 1]);
                continue;
            }
            merge(keys, records[i], values, records[i + 1]); // one before it may have been of the same key
            if (numbersOf(keys, values) != entries) {
                return i + 2; // its entries have moved
            }
        }
        return to;
    }

    private @Nullable PrimitiveSlots numbersOf(Primitive keys, Primitive values) {
        return moved == null && gathered == null ? table.primitives(keys, values) : null;
    }

    /**
     * As {@link #merge(Object, int, Object)}, of keys that are texts, each with an accumulator that is a number, in their
     * order.
     *
     * @param count how many rows
     */
    void mergeAll(Primitive values, TextRows rows, int count) throws Exception {
        for (int from = 0; from < count; from += TextSlots.BATCH) {
            int to = Math.min(count, from + TextSlots.BATCH);
            for (int i = mergeTogether(values, rows, from, to); i < to; i++) {
                merge(values, rows, i);
            }
        }
    }

    /** Merges as many as can be looked for together, and returns where the rest begins. */
    private int mergeTogether(Primitive values, TextRows rows, int from, int to) throws Exception {
        TextSlots entries = numberFold.does(values) ? textsOf(values) : null;
        if (entries == null) {
            return from;
        }
        int[] found = entries.findAll(rows, from, to - from);
        for (int i = from; i < to; i++) {
            int entry = found[i - from];
            if (entry != KeyTable.ABSENT) {
                numberFold.fold(entries, entry, rows.number(i));
                continue;
            }
            merge(values, rows, i); // one before it may have been of the same key
            if (textsOf(values) != entries) {
                return i + 1; // its entries have moved
            }
        }
        return to;
    }

    private void merge(Primitive values, TextRows rows, int row) throws Exception {
        makeRoom();
        TextSlots entries = textsOf(values);
        if (entries == null) {
            merge(rows.text(row), rows.hash(row), values, rows.number(row));
            return;
        }
        int entry = entries.find(rows, row);
        if (entry == KeyTable.ABSENT) {
            long growth = entries.insert(rows, row);
            memory.grow(growth + table.settle(entries), needed);
        } else if (!numberFold.fold(table, entry, values, rows.number(row))) {
            join(entry, values.box(rows.number(row)));
        }
    }

    private @Nullable TextSlots textsOf(Primitive values) {
        return moved == null && gathered == null ? table.texts(values) : null;
    }

    /** As {@link #merge(Object, int, Object)}, of an accumulator that is a number. */
    void merge(@Nullable Object key, int hash, Primitive values, long later) throws Exception {
        makeRoom();
        int entry = table.find(key, hash);
        if (entry == KeyTable.ABSENT && moved == null && gathered == null) {
            insert(key, hash, values.box(later));
        } else if (entry == KeyTable.ABSENT || !numberFold.fold(table, entry, values, later)) {
            merge(key, hash, values.box(later));
        }
    }

    /** Takes a row that has a number. */
    void put(long number, boolean accumulated, @Nullable Object key, int hash, @Nullable Object payload)
            throws Exception {
        makeRoomFor(payload);
        int entry = table.find(key, hash);
        if (entry != KeyTable.ABSENT) {
            if (accumulated) {
                join(entry, payload);
            } else {
                fold(entry, payload);
            }
        } else if (moved != null && moved.has(moved.partOf(hash))) {
            moved.write(hash, number, accumulated, key, payload);
        } else {
            keepNumber(number);
            if (accumulated) {
                insert(own(key), hash, payload);
            } else {
                begin(key, hash, payload);
            }
        }
    }

    /** Adds an entry for a key with its first value. */
    private void begin(@Nullable Object key, int hash, @Nullable Object value) throws Exception {
        if (gathered == null) {
            insert(own(key), hash, create(value));
        } else {
            insert(own(key), hash, null);
            memory.grow(gathered.add(table.size() - 1, own(value)), needed);
        }
    }

    private void fold(int entry, @Nullable Object value) throws Exception {
        if (gathered != null) {
            memory.grow(gathered.add(entry, own(value)), needed);
            return;
        }
        if (numberFold.fold(table, entry, value)) {
            return;
        }
        Object isolated = own(value);
        busy = true;
        table.setValue(entry, combiner.add(table.value(entry), isolated));
        busy = false;
        memory.grow(sizes.folded(entry, isolated), needed);
    }

    private void join(int entry, @Nullable Object later) throws Exception {
        if (numberFold.fold(table, entry, later)) {
            return;
        }
        busy = true;
        table.setValue(entry, combiner.merge(table.value(entry), later));
        busy = false;
        memory.grow(sizes.folded(entry, later), needed);
    }

    private @Nullable Object create(@Nullable Object value) throws Exception {
        Object isolated = own(value);
        busy = true;
        Object accumulator = combiner.create(isolated);
        busy = false;
        return accumulator;
    }

    private @Nullable Object own(@Nullable Object record) {
        return copier == null ? record : copier.isolate(record);
    }

    private void insert(@Nullable Object key, int hash, @Nullable Object accumulator) {
        int entry = table.size();
        long growth = table.insert(key, hash, accumulator);
        memory.grow(growth + (gathered == null ? sizes.created(entry, accumulator) : 0), needed);
    }

    private void keepNumber(long number) {
        long[] known = numbers();
        if (table.size() == known.length) {
            known = Arrays.copyOf(known, 2 * known.length);
            numbers = known;
        }
        known[table.size()] = number;
    }

    // --- memory

    /** Sees that a further key finds a place, before anything is done to the table. */
    private void makeRoom() {
        if (table.isFull()) {
            memory.hold(needed);
        }
    }

    /** As {@link #makeRoom}, and that so does a value if it is gathered. */
    private void makeRoomFor(@Nullable Object value) {
        makeRoom();
        if (gathered != null) {
            gathered.rows().makeRoomFor(value, memory, needed);
        }
    }

    /** What is held, and old and new arrays while one is copied to the other. */
    private long neededBytes() {
        return bytes() + (table.isFull() ? 2 * table.arrayBytes() : 0);
    }

    private long bytes() {
        return table.arrayBytes()
                + table.keyBytes()
                + (gathered == null ? sizes.bytes() : gathered.bytes())
                + (numbers == null ? 0 : (long) Long.BYTES * numbers.length);
    }

    /** Says that the last row has come, pays for all that is held, and puts what is gathered where it is handed out. */
    void complete() {
        if (gathered == null) {
            memory.hold(needed);
        } else {
            gathered.complete(memory, needed, folding.scope()::checkKilled);
        }
        busy = true;
    }

    @Override
    public long spillableBytes() {
        if (drained != null) {
            return drained.spillableBytes();
        }
        return busy || table.size() == 0 ? 0 : bytes();
    }

    @Override
    public long spill(long bytes) {
        if (drained != null) {
            return drained.spill(bytes);
        }
        if (busy || table.size() == 0) {
            return 0;
        }
        busy = true; // and stays so if this fails
        long before = bytes();
        moveOut(before - Math.max(bytes, before / LEAST_FRACTION), before);
        long freed = memory.shrinkTo(bytes());
        folding.scope().metrics().add(Metric.MEMORY_BYTES_SPILLED, freed);
        busy = false;
        return freed;
    }

    @Override
    public String describe() {
        return "a table of " + table.size() + " keys (" + Bytes.format(bytes()) + ")";
    }

    // --- moving out

    /** @param goal what the table should take at most */
    private void moveOut(long goal, long before) {
        if (gathered != null) {
            gathered.moveHotGroups(this::bytes, goal, level < SpillPart.LEVELS);
        }
        if (bytes() <= goal) {
            return;
        }
        if (moved == null) {
            moved = new MovedParts(folding, level);
            numbers();
        }
        EntryWeights weights = gathered == null ? new EntryWeights(table, null) : gathered.weights();
        BitSet kept = level < SpillPart.LEVELS
                ? weights.allBut(weights.largestParts(moved, (double) (before - goal) / Math.max(1, before)), moved)
                : weights.firstHalf(growingGroups());
        if (gathered == null) {
            for (int entry = kept.nextClearBit(0); entry < table.size(); entry = kept.nextClearBit(entry + 1)) {
                write(entry, true, table.value(entry), moved);
            }
        } else {
            MovedParts to = moved;
            gathered.moveOut(kept, (entry, value) -> write(entry, false, value, to));
        }
        retain(kept);
    }

    private long[] numbers() {
        if (numbers == null) {
            numbers = new long[Math.max(16, table.size())];
            Arrays.setAll(numbers, i -> i);
            nextNumber = table.size();
        }
        return numbers;
    }

    private void write(int entry, boolean accumulated, @Nullable Object payload, MovedParts to) {
        folding.checkKilled();
        to.write(table.hash(entry), numbers()[entry], accumulated, table.key(entry), payload);
    }

    private void retain(BitSet kept) {
        long[] known = numbers();
        int moving = 0;
        for (int entry = kept.nextSetBit(0); entry >= 0; entry = kept.nextSetBit(entry + 1)) {
            known[moving++] = known[entry];
        }
        table.retain(kept);
        table.trim();
        numbers = Arrays.copyOf(known, Math.max(16, moving));
        if (gathered == null) {
            sizes.restart();
        }
    }

    // --- taking out

    boolean hasMovedOut() {
        return moved != null || growingGroups() > 0;
    }

    private int growingGroups() {
        return gathered == null ? 0 : gathered.growingGroups();
    }

    int size() {
        return table.size();
    }

    KeyTable entries() {
        return table;
    }

    /** Returns what an entry has, once nothing is folded any more. */
    @Nullable
    Object accumulator(int entry) {
        return gathered == null ? table.value(entry) : gathered.valuesOf(entry);
    }

    /** Lets go of an entry that was handed on, as all before it were. */
    void forget(int entry) {
        table.forget(entry);
        if (gathered != null) {
            gathered.rows().forget(entry);
        }
    }

    /** Returns the number of an entry. */
    long number(int entry) {
        return numbers == null ? entry : numbers[entry];
    }

    /**
     * Puts entries that are to be taken in the order of their numbers. They lie so already but beyond the last level, where
     * keys may move out in several turns.
     */
    int[] inOrder(int first) {
        int[] order = IntStream.range(first, table.size()).toArray();
        boolean ascending = level < SpillPart.LEVELS
                || IntStream.range(first + 1, table.size()).allMatch(entry -> number(entry - 1) < number(entry));
        return ascending
                ? order
                : Arrays.stream(order)
                        .boxed()
                        .sorted(Comparator.comparingLong(this::number))
                        .mapToInt(Integer::intValue)
                        .toArray();
    }

    /**
     * Says that nothing is folded any more, and that nothing is to be moved out but by whoever takes entries.
     *
     * @param taker moves out what it has not taken; null if nothing is moved out
     */
    void handOver(@Nullable Spillable taker) {
        busy = true;
        drained = taker;
    }

    /** Returns about what it takes. */
    long heldBytes() {
        return bytes();
    }

    /** Gives back about the memory of {@code left} entries that were taken. */
    void release(int left) {
        double staying = (double) (table.size() - left) / Math.max(1, table.size());
        long besideArrays = table.keyBytes() + (gathered == null ? sizes.bytes() : 0);
        long values = gathered == null ? 0 : gathered.bytes();
        memory.hold(table.arrayBytes() + (long) (staying * besideArrays) + values);
    }

    /** Returns the parts that were moved out, complete. */
    List<MovedParts.Part> finishParts() {
        MovedParts parts = moved;
        moved = null;
        return parts == null ? List.of() : parts.finish();
    }

    /** Drops everything and gives all memory back; returns how much. */
    long drop() {
        busy = true;
        table = new KeyTable(true);
        sizes = new AccumulatorSizes(table);
        if (gathered != null) {
            gathered.rows().clear();
        }
        numbers = null;
        return memory.shrinkTo(0);
    }

    @Override
    public void close() {
        folding.scope().memory().unregister(this);
        drop();
        MovedParts parts = moved;
        moved = null;
        if (parts != null) {
            parts.close();
        }
    }
}

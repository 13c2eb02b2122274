package dev.favilla.spill;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.Bytes;
import dev.favilla.memory.MemoryMeter;
import dev.favilla.memory.Spillable;
import dev.favilla.serializer.SerializationException;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import java.util.List;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The values of each key in each of several inputs, which come one after the other. Keys leave in the order in which they
 * were first seen.
 *
 * <p>While all fits, the values of an input lie in arrays of their own, and there is no object for a key, or for a value that
 * is a number: see {@link GroupedRows}.
 *
 * <p><b>More than fits.</b> When memory is refused all of it moves to local disk, value by value, and is put from there into
 * an {@link AggregationTable}, which takes what comes later, too, and knows how to move out by parts. The groups and
 * their order are the same. What has not left yet may move so, too.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 *
 * <p><b>Failures.</b> As of an {@link AggregationTable}.
 */
public final class CoGroupTable implements Spillable, AutoCloseable {

    private static final int ROWS_PER_CHECK = 4096;
    private static final Long NO_VALUE = 0L;

    private final TaskScope scope;
    private final int inputs;
    private final MemoryMeter memory;
    private final LongSupplier held = this::bytes;

    /** The keys, in the order of first sight. Their values are in the rows. */
    private KeyTable keys = new KeyTable();

    private List<GroupedRows> rows;

    /** About by how much the rows have grown since memory was last asked for. */
    private long grown;

    /** The values that were moved out, until they are needed again. */
    private @Nullable Run moved;

    /** What has taken the place of keys and rows after they were moved out. */
    private @Nullable AggregationTable folded;

    private AggregationTable.@Nullable Leaving leaving;

    /** The entry that leaves next. */
    private int next;

    /** Whether values lie where they leave. */
    private boolean placed;

    private @Nullable Object key;
    private List<? extends Iterable<@Nullable Object>> values = List.of();

    /** @param inputs how many there are */
    public CoGroupTable(int inputs, TaskScope scope) {
        this.scope = scope;
        this.inputs = inputs;
        this.memory = new MemoryMeter(scope.memory(), this);
        this.rows = GroupedRows.empty(inputs);
        scope.memory().register(this);
    }

    // ---------------------------------------------------------------- taking in

    /**
     * Adds a value of an input to those of its key. Both are the attempt's own.
     *
     * @param hash the key's {@linkplain StableHash#of stable hash}
     */
    public void add(int input, @Nullable Object newKey, int hash, @Nullable Object value) throws Exception {
        if (hasLeftMemory() || !makeRoom() || !makeRoomFor(input, value)) {
            folded().add(newKey, hash, new TaggedValue(input, value));
            return;
        }
        int entry = keys.find(newKey, hash);
        if (entry == KeyTable.ABSENT) {
            entry = keys.size();
            grown += keys.insert(newKey, hash, NO_VALUE);
        }
        grown += rows.get(input).add(entry, value);
        pay();
    }

    /** As {@link #add}, of keys and values that are numbers: see {@link dev.favilla.shuffle.EntrySink#pushNumbers}. */
    public void addAll(int input, Primitive ofKeys, Primitive ofValues, long[] records, int from, int to)
            throws Exception {
        int at = from;
        while (at < to) {
            int end = Math.min(to, at + PrimitiveSlots.BATCH);
            at = hasLeftMemory() ? at : addTogether(input, ofKeys, ofValues, records, at, end);
            for (; at < end; at++) {
                Object boxed = ofKeys.box(records[2 * at]);
                add(input, boxed, StableHash.of(boxed), ofValues.box(records[2 * at + 1]));
            }
        }
    }

    /** Adds as many as can be looked for together, and returns where the rest begins. */
    private int addTogether(int input, Primitive ofKeys, Primitive ofValues, long[] records, int from, int to) {
        PrimitiveSlots entries = keys.primitives(ofKeys, Primitive.LONG);
        GroupedRows of = rows.get(input);
        if (entries == null || !of.takes(ofValues)) {
            return from;
        }
        int[] found = entries.findAll(records, 2 * from, to - from);
        for (int i = from; i < to; i++) {
            int entry = found[i - from];
            if (entry == KeyTable.ABSENT) {
                if (!makeRoom()) {
                    return i;
                }
                entry = enter(entries, records[2 * i]);
                if (entry == KeyTable.ABSENT) {
                    return i;
                }
            }
            of.makeRoom(memory, held);
            if (hasLeftMemory()) {
                giveBackIfMoved();
                return i;
            }
            of.addNumber(entry, records[2 * i + 1]);
        }
        return to;
    }

    /** Returns the entry of a key, which may be new; absent if keys are no longer kept as numbers after that. */
    private int enter(PrimitiveSlots entries, long newKey) {
        int known = entries.find(newKey); // it may have come a moment ago
        if (known != KeyTable.ABSENT) {
            return known;
        }
        entries.insert(newKey, NO_VALUE);
        keys.settle(entries);
        return entries.isCrowded() ? KeyTable.ABSENT : entries.size - 1;
    }

    private boolean hasLeftMemory() {
        return moved != null || folded != null;
    }

    /** Sees that a further key finds a place; returns false if all has been moved out meanwhile. */
    private boolean makeRoom() {
        if (keys.isFull()) {
            memory.hold(() -> bytes() + 2 * keys.arrayBytes());
            keys.makeRoom();
            giveBackIfMoved();
        }
        return !hasLeftMemory();
    }

    /** As {@link #makeRoom}, of a value. */
    private boolean makeRoomFor(int input, @Nullable Object value) {
        rows.get(input).makeRoomFor(value, memory, held);
        giveBackIfMoved();
        return !hasLeftMemory();
    }

    private void pay() {
        memory.grow(grown, held);
        grown = 0;
        giveBackIfMoved();
    }

    /** What was asked for is not needed if all has been moved out meanwhile. */
    private void giveBackIfMoved() {
        if (hasLeftMemory()) {
            memory.shrinkTo(0);
        }
    }

    private long bytes() {
        long bytes = keys.arrayBytes() + keys.keyBytes();
        for (GroupedRows each : rows) {
            bytes += each.bytes(keys.size());
        }
        return keys.size() == 0 ? 0 : bytes;
    }

    // ---------------------------------------------------------------- handing out

    /** Steps to the next key, once all inputs are in; returns whether there was one. */
    public boolean advance() throws Exception {
        if (!placed && !hasLeftMemory()) {
            place();
        }
        if (hasLeftMemory()) {
            return advanceFolded();
        }
        if (next >= keys.size()) {
            close();
            return false;
        }
        int entry = next++;
        key = keys.key(entry);
        values = valuesOf(entry);
        return true;
    }

    /** Says that all are in, pays for them, and puts the values of each key side by side. */
    private void place() {
        memory.hold(() ->
                bytes() + rows.stream().mapToLong(GroupedRows::bytesToPlace).sum());
        giveBackIfMoved();
        if (!hasLeftMemory()) {
            rows.forEach(each -> each.place(keys.size(), scope::checkKilled));
            placed = true;
        }
    }

    private List<List<@Nullable Object>> valuesOf(int entry) {
        @SuppressWarnings({"unchecked", "rawtypes"}) // made here, and filled with nothing else
        List<@Nullable Object>[] all = new List[inputs];
        for (int input = 0; input < inputs; input++) {
            all[input] = rows.get(input).valuesOf(entry);
            rows.get(input).forget(entry);
        }
        return List.of(all);
    }

    private boolean advanceFolded() throws Exception {
        AggregationTable.Leaving groups = leaving;
        if (groups == null) {
            groups = folded().drain();
            leaving = groups;
        }
        if (!groups.advance()) {
            close();
            return false;
        }
        key = groups.key();
        values = TaggedValue.split(groups.accumulator(), inputs);
        return true;
    }

    /** Returns the key that was stepped to. */
    public @Nullable Object key() {
        return key;
    }

    /** Returns its values in each input. */
    public List<? extends Iterable<@Nullable Object>> values() {
        return values;
    }

    // ---------------------------------------------------------------- moving out

    @Override
    public long spillableBytes() {
        return next >= keys.size() ? 0 : bytes();
    }

    @Override
    public long spill(long bytes) {
        if (spillableBytes() == 0) {
            return 0;
        }
        RunStore store = RunStore.of(scope);
        try (RunWriter run = store.create()) {
            for (int input = 0; input < inputs; input++) {
                int number = input; // rows come input by input, so keys are seen in the same order as before
                rows.get(input).forEach((entry, value) -> write(run, entry, number, value));
            }
            for (int entry = next; placed && entry < keys.size(); entry++) {
                writePlaced(run, entry);
            }
            moved = run.finish();
        } catch (SerializationException e) {
            throw new Folding(new GatherValues(), scope).notMoved(e);
        }
        long freed = drop();
        scope.metrics().add(Metric.MEMORY_BYTES_SPILLED, freed);
        return freed;
    }

    private void writePlaced(RunWriter run, int entry) {
        for (int input = 0; input < inputs; input++) {
            for (Object value : rows.get(input).valuesOf(entry)) {
                write(run, entry, input, value);
            }
        }
    }

    private void write(RunWriter run, int entry, int input, @Nullable Object value) {
        run.write(keys.key(entry));
        run.write(new TaggedValue(input, value));
    }

    /** Returns what takes the values now, with those that were moved out. */
    private AggregationTable folded() throws Exception {
        AggregationTable known = folded;
        if (known != null) {
            return known;
        }
        AggregationTable table = new AggregationTable(new GatherValues(), null, scope);
        folded = table;
        Run run = moved;
        moved = null;
        if (run != null) {
            putInto(table, run);
        }
        return table;
    }

    private void putInto(AggregationTable table, Run run) throws Exception {
        int taken = 0;
        try (RunReader values = run.open()) {
            while (values.hasNext()) {
                if (++taken % ROWS_PER_CHECK == 0) {
                    scope.checkKilled();
                }
                Object ofValue = values.next();
                table.add(ofValue, StableHash.of(ofValue), values.next());
            }
        }
        run.delete();
    }

    private long drop() {
        keys = new KeyTable();
        rows = GroupedRows.empty(inputs);
        grown = 0;
        return memory.shrinkTo(0);
    }

    @Override
    public String describe() {
        return "groups of " + keys.size() + " keys (" + Bytes.format(bytes()) + ")";
    }

    /** Drops everything and gives all memory back; closing twice is harmless. */
    @Override
    public void close() {
        scope.memory().unregister(this);
        drop();
        next = 0;
        if (folded != null) {
            folded.close();
        }
    }
}

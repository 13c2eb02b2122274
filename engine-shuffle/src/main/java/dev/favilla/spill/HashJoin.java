package dev.favilla.spill;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.Bytes;
import dev.favilla.memory.Spillable;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Joins a left side, which streams past, with a right side, which is held by key. Rows come in the order of the left, and
 * for each in the order of the right; right keys that nothing met follow, in the order in which they were first seen.
 *
 * <p>First {@link #addRight} all right records, {@link #completeRight}, then {@link #addLeft} the left ones, and at last
 * {@link #emitRest} until there is no more.
 *
 * <p><b>Moving out.</b> When memory is refused, the largest {@link SpillPart}s of the right side go to disk, where later
 * records of their keys follow them. From then on rows cannot be handed out as they are found: left records of those parts
 * are numbered and go to disk too, and so do the rows of the parts that are in memory still. At the end each part is
 * joined by itself, which may cut it again; its rows, in the order of their numbers, become a run; and merging the runs
 * by number gives the same rows in the same order as enough memory would have. A part whose keys have one hash cannot
 * be cut; see {@link ComparedRows}.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 */
public final class HashJoin implements Spillable, AutoCloseable {

    private final TaskScope scope;
    private final JoinType type;
    private final JoinedRows rows;

    /** How often what comes was cut before; what is joined below the top is always numbered. */
    private final int level;

    private final GroupTable table;

    /** By number, those that were moved out; null as long as none was. */
    private @Nullable JoinPart @Nullable [] parts;

    /** The rows of parts in memory, once they are numbered; made with the first. */
    private @Nullable RunWriter found;

    private boolean rightComplete;
    private long rightKeys;
    private long leftRecords;

    /** The part that is being handed out cannot be moved. */
    private boolean handingOut;

    private int handedOutHash;

    private @Nullable TableRows remaining;
    private @Nullable NumberedRows matched;
    private @Nullable NumberedRows unmatched;

    /**
     * @param copier makes what is held the attempt's own; null if it is already, as what a shuffle hands out
     * @param rows where rows go
     */
    public HashJoin(TaskScope scope, @Nullable RecordCopier copier, JoinType type, JoinedRows rows) {
        this(scope, copier, type, rows, 0);
    }

    private HashJoin(TaskScope scope, @Nullable RecordCopier copier, JoinType type, JoinedRows rows, int level) {
        this.scope = scope;
        this.type = type;
        this.rows = rows;
        this.level = level;
        this.table = new GroupTable(copier, scope.memory(), this, type.wantsRightAlone());
        scope.memory().register(this);
    }

    // ---------------------------------------------------------------- the right side

    /**
     * Takes a right record.
     *
     * @param hash the key's {@linkplain dev.favilla.value.StableHash#of stable hash}
     */
    public void addRight(@Nullable Object key, int hash, @Nullable Object value) {
        addRight(key, hash, type.needsKeysOnly() ? null : value, 2 * rightKeys++);
    }

    /** As {@link #addRight(Object, int, Object)}, of numbers: see {@link dev.favilla.shuffle.EntrySink#pushNumbers}. */
    public void addRight(Primitive keys, Primitive values, long[] records, int from, int to) {
        int at = from;
        while (at < to) {
            int end = Math.min(to, at + PrimitiveSlots.BATCH);
            int next = parts != null || type.needsKeysOnly()
                    ? at
                    : table.putTogether(keys, values, records, at, end, 2 * rightKeys);
            rightKeys += next - at;
            for (at = next; at < end; at++) {
                addRight(keys, records[2 * at], values, records[2 * at + 1]);
            }
        }
    }

    private void addRight(Primitive keys, long key, Primitive values, long value) {
        if (parts != null || type.needsKeysOnly()) {
            Object boxed = keys.box(key);
            addRight(boxed, StableHash.of(boxed), values.box(value));
            return;
        }
        table.prepare();
        if (parts == null) {
            table.put(keys, key, values, value, 2 * rightKeys++);
        } else {
            addRight(keys, key, values, value); // which may have been moved out meanwhile
        }
    }

    /**
     * Takes right records that an aggregation has come to: its table as it is, if there are no others yet.
     *
     * @return false if there are; then nothing is done
     */
    public boolean takeRight(FinishedTable finished) throws Exception {
        if (rightKeys > 0 || parts != null) {
            return false;
        }
        KeyTable taken = finished.takeOver();
        if (taken == null) {
            while (finished.advance()) {
                addRight(finished.key(), finished.hash(), finished.value());
            }
            return true;
        }
        rightKeys = taken.size();
        table.adopt(taken, !type.needsKeysOnly());
        return true;
    }

    /** @param mark twice a number by which keys come in the order in which they were first seen, plus 1 if it was met */
    private void addRight(@Nullable Object key, int hash, @Nullable Object value, long mark) {
        JoinPart part = part(hash);
        if (part == null) {
            table.prepare();
            part = part(hash); // which may have been moved out meanwhile
        }
        if (part != null) {
            part.addRight(key, hash, value, mark);
        } else if (!type.needsKeysOnly() || table.find(key, hash) == KeyTable.ABSENT) {
            table.put(key, hash, value, mark);
        }
    }

    /** Says that the last right record has come. */
    public void completeRight() {
        table.complete();
        rightComplete = true;
        forEachPart(JoinPart::finishRight);
    }

    private @Nullable JoinPart part(int hash) {
        return parts == null ? null : parts[SpillPart.of(hash, level)];
    }

    // ---------------------------------------------------------------- the left side

    /**
     * Takes a left record.
     *
     * @param hash the key's {@linkplain dev.favilla.value.StableHash#of stable hash}
     * @return whether more are wanted
     */
    public boolean addLeft(@Nullable Object key, int hash, @Nullable Object left) throws Exception {
        if (parts != null) {
            addLeft(leftRecords++, key, hash, left);
            return true;
        }
        int entry = meet(table.find(key, hash));
        return !type.wantsLeft(entry != KeyTable.ABSENT) || handOut(key, left, entry);
    }

    /**
     * As {@link #addLeft(Object, int, Object)}, of numbers: see {@link dev.favilla.shuffle.EntrySink#pushNumbers}.
     *
     * @return after how many of them more were wanted
     */
    public int addLeft(Primitive keys, Primitive values, long[] records, int from, int to) throws Exception {
        for (int at = from; at < to; at += PrimitiveSlots.BATCH) {
            int end = Math.min(to, at + PrimitiveSlots.BATCH);
            int[] found = parts == null ? table.findTogether(keys, records, at, end) : null;
            for (int i = at; i < end; i++) {
                boolean wanted = (found == null || parts != null) // since a row was handed out, perhaps
                        ? addLeft(keys, records[2 * i], values, records[2 * i + 1])
                        : addLeft(keys, records[2 * i], values, records[2 * i + 1], meet(found[i - at]));
                if (!wanted) {
                    return i - from;
                }
            }
        }
        return to - from;
    }

    private boolean addLeft(Primitive keys, long key, Primitive values, long left) throws Exception {
        Object boxed = keys.box(key);
        return addLeft(boxed, StableHash.of(boxed), values.box(left));
    }

    private boolean addLeft(Primitive keys, long key, Primitive values, long left, int entry) throws Exception {
        return !type.wantsLeft(entry != KeyTable.ABSENT) || handOut(keys.box(key), values.box(left), entry);
    }

    private boolean handOut(@Nullable Object key, @Nullable Object left, int entry) throws Exception {
        handingOut = entry != KeyTable.ABSENT;
        handedOutHash = handingOut ? table.hash(entry) : 0;
        boolean wanted = rows.matched(key, left, rights(entry));
        handingOut = false;
        return wanted;
    }

    /** Notes that something has met an entry, if it is one, and returns it. */
    private int meet(int entry) {
        if (entry != KeyTable.ABSENT && type.wantsRightAlone()) {
            table.meet(entry);
        }
        return entry;
    }

    private GroupTable.Values rights(int entry) {
        return table.values(type.needsKeysOnly() ? KeyTable.ABSENT : entry);
    }

    private void addLeft(long number, @Nullable Object key, int hash, @Nullable Object left) {
        JoinPart part = part(hash);
        if (part != null) {
            part.addLeft(number, key, left);
            return;
        }
        int entry = meet(table.find(key, hash));
        if (type.wantsLeft(entry != KeyTable.ABSENT)) {
            RunWriter to = found;
            if (to == null) {
                to = RunStore.of(scope).create();
                found = to;
            }
            NumberedRows.write(to, number, key, left, rights(entry));
        }
    }

    // ---------------------------------------------------------------- what is left at the end

    /**
     * Hands out, once the last left record has come, the rows of about {@code max} records.
     *
     * @return whether there may be more; false once they are exhausted or no more are wanted
     */
    public boolean emitRest(int max) throws Exception {
        NumberedRows withLeft = matched;
        NumberedRows alone = unmatched;
        if (withLeft == null || alone == null) {
            Rest rest = parts == null ? restInMemory() : restOnDisk();
            withLeft = NumberedRows.merged(rest.matched, scope);
            alone = NumberedRows.merged(rest.unmatched, scope);
            matched = withLeft;
            unmatched = alone;
        }
        boolean wanted = true;
        for (int i = 0; wanted && i < max; i++) {
            if (withLeft.advance()) {
                wanted = rows.matched(withLeft.key(), withLeft.left(), withLeft.rights());
            } else if (alone.advance()) {
                wanted = rows.unmatched(alone.key(), alone.rights());
            } else {
                return false;
            }
        }
        return wanted;
    }

    private Rest restInMemory() {
        Rest rest = new Rest();
        if (type.wantsRightAlone()) {
            remaining = new TableRows(scope, table);
            rest.unmatched.add(remaining);
        }
        return rest;
    }

    private Rest restOnDisk() {
        Rest rest = new Rest();
        if (found != null) {
            rest.matched.add(NumberedRows.of(found.finish()));
            found = null;
        }
        if (type.wantsRightAlone() && table.size() > 0) {
            rest.unmatched.add(new TableRows(scope, table).written());
        }
        table.close();
        forEachPart(part -> join(part, rest));
        parts = null;
        return rest;
    }

    /** Joins one part by itself. */
    private void join(JoinPart part, Rest into) {
        scope.checkKilled();
        part.finishLeft();
        if (!part.hasLeft() && !type.wantsRightAlone()) {
            part.dropRight();
        } else if (part.canBeCut()) {
            try (HashJoin nested = new HashJoin(scope, null, type, rows, level + 1)) {
                part.readRight(scope, (mark, key, value) -> nested.addRight(key, StableHash.of(key), value, mark));
                nested.completeRight();
                part.readLeft(scope, nested::addLeft);
                into.add(nested.restOnDisk());
            }
        } else {
            ComparedRows compared = new ComparedRows(scope, type, part);
            into.matched.add(compared);
            if (type.wantsRightAlone()) {
                into.unmatched.add(compared.unmatched());
            }
        }
    }

    private void forEachPart(Consumer<JoinPart> action) {
        if (parts != null) {
            for (JoinPart part : parts) {
                if (part != null) {
                    action.accept(part);
                }
            }
        }
    }

    // ---------------------------------------------------------------- moving out

    @Override
    public long spill(long bytes) {
        if (table.size() == 0) {
            return 0;
        }
        long freed = remaining != null ? remaining.moveOut() : moveParts(choose(bytes));
        scope.metrics().add(Metric.MEMORY_BYTES_SPILLED, freed);
        return freed;
    }

    /** Chooses the parts with the most values, but not the one that is being handed out. */
    private BitSet choose(long bytes) {
        long[] values = table.valuesByPart(level);
        long all = 0;
        for (long each : values) {
            all += each;
        }
        if (handingOut) {
            values[SpillPart.of(handedOutHash, level)] = 0;
        }
        double bytesEach = (double) table.bytes() / all;
        BitSet chosen = new BitSet(SpillPart.COUNT);
        long leaving = 0;
        int largest = largest(values);
        while (values[largest] > 0 && leaving * bytesEach < bytes) {
            chosen.set(largest);
            leaving += values[largest];
            values[largest] = 0;
            largest = largest(values);
        }
        return chosen;
    }

    private static int largest(long[] values) {
        int largest = 0;
        for (int part = 1; part < values.length; part++) {
            if (values[part] > values[largest]) {
                largest = part;
            }
        }
        return largest;
    }

    private long moveParts(BitSet leaving) {
        if (leaving.isEmpty()) {
            return 0;
        }
        @Nullable JoinPart[] out = parts == null ? new JoinPart[SpillPart.COUNT] : parts;
        parts = out;
        for (int number = leaving.nextSetBit(0); number >= 0; number = leaving.nextSetBit(number + 1)) {
            out[number] = new JoinPart(RunStore.of(scope), type);
        }
        long freed = table.moveOut(leaving, level, (key, hash, mark, values) -> {
            JoinPart part = part(hash);
            while (part != null && values.hasNext()) {
                part.addRight(key, hash, values.next(), mark);
            }
        });
        if (rightComplete) {
            forEachPart(JoinPart::finishRight);
        }
        return freed;
    }

    @Override
    public long spillableBytes() {
        return table.size() == 0 ? 0 : table.bytes();
    }

    @Override
    public String describe() {
        return "a table of " + table.size() + " keys to join with (" + Bytes.format(table.bytes()) + ")";
    }

    /** Drops everything and gives all memory back; closing twice is harmless. */
    @Override
    public void close() {
        scope.memory().unregister(this);
        table.close();
        if (matched != null) {
            matched.close();
        }
        if (unmatched != null) {
            unmatched.close();
        }
    }

    /** What is to be merged at the end. */
    private static final class Rest {

        private final List<NumberedRows> matched = new ArrayList<>();
        private final List<NumberedRows> unmatched = new ArrayList<>();

        void add(Rest part) {
            matched.addAll(part.matched);
            unmatched.addAll(part.unmatched);
        }
    }
}

package dev.favilla.spill;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.Spillable;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * One accumulator for each key, into which the values of that key, or accumulators of earlier tables, are folded in the
 * order they come. Accumulators leave in the order in which their keys were first seen.
 *
 * <p><b>More than fits.</b> When memory is refused parts of it move to local disk, and come back one by one when all has
 * been folded. Neither the order in which a key's rows are folded nor that in which keys leave depends on it: the result
 * is the same, bit for bit. While all fits nothing is done for this.
 *
 * <p><b>Sharing.</b> What the table keeps and the combiner may change is the attempt's own: a source may use one object for
 * many records, and a cached record belongs to others too, so both are copied. Received accumulators need no copy: by
 * reference only deeply immutable ones arrive, which nothing can change, and any other was read from bytes for this
 * attempt.
 *
 * <p><b>Threads.</b> Belongs to its attempt.
 *
 * <p><b>Failures.</b> What the combiner throws reaches the caller, as does what the disk and the serializer throw when
 * something has to be moved out: each ends the attempt. Memory is refused for good only where a single accumulator does
 * not fit. All leave memory held until {@link #close}, and runs until the attempt ends.
 */
public final class AggregationTable implements AutoCloseable {

    private final Folding folding;
    private final FoldTable table;
    private @Nullable Leaving leaving;

    /**
     * @param copier makes what enters the attempt's own; null if it is already, as what a shuffle hands out
     * @param scope the attempt's, which pays, and has a place for runs
     */
    public AggregationTable(
            Combiner<@Nullable Object, @Nullable Object> combiner, @Nullable RecordCopier copier, TaskScope scope) {
        this.folding = new Folding(combiner, scope);
        this.table = new FoldTable(folding, copier, 0);
    }

    /**
     * Folds a value into the accumulator of its key, which it starts if the key is new.
     *
     * @param hash the key's {@linkplain dev.favilla.value.StableHash#of stable hash}
     */
    public void add(@Nullable Object key, int hash, @Nullable Object value) throws Exception {
        table.add(key, hash, value);
    }

    /**
     * As {@link #add(Object, int, Object)}, of keys and values that are numbers, in their order.
     *
     * @param records the bits of key, value, key, value, ...
     * @param first which of these pairs is the first that counts
     * @param end which is the first that does no longer
     */
    public void addAll(Primitive keys, Primitive values, long[] records, int first, int end) throws Exception {
        table.addAll(keys, values, records, first, end);
    }

    /** Joins an accumulator of later rows with that of its key, whose accumulator it becomes if the key is new. */
    public void merge(@Nullable Object key, int hash, @Nullable Object later) throws Exception {
        table.merge(key, hash, later);
    }

    /**
     * As {@link #merge(Object, int, Object)}, of keys and accumulators that are numbers, in their order.
     *
     * @param records the bits of key, accumulator, key, accumulator, ...
     * @param first which of these pairs is the first that counts
     * @param end which is the first that does no longer
     */
    public void mergeAll(Primitive keys, Primitive accumulators, long[] records, int first, int end) throws Exception {
        table.mergeAll(keys, accumulators, records, first, end);
    }

    /**
     * As {@link #merge(Object, int, Object)}, of keys that are texts, each with an accumulator that is a number, in their
     * order.
     *
     * @param accumulators the kind of the numbers
     * @param count how many rows
     */
    public void mergeAll(Primitive accumulators, TextRows rows, int count) throws Exception {
        table.mergeAll(accumulators, rows, count);
    }

    /** As {@link #merge(Object, int, Object)}, of an accumulator that is a number. */
    public void merge(@Nullable Object key, int hash, Primitive values, long later) throws Exception {
        table.merge(key, hash, values, later);
    }

    /**
     * Has all keys leave. Nothing can be folded any more. The memory is given back as they go, and all of it at once if
     * others of the attempt need it.
     */
    public Leaving drain() throws Exception {
        table.complete();
        Leaving all = table.hasMovedOut() ? new Leaving(readBack()) : new Leaving(null);
        leaving = all;
        return all;
    }

    /** Folds what was moved out, part by part, and returns all accumulators in order. */
    private NumberedRows readBack() throws Exception {
        List<NumberedRows> results = new ArrayList<>();
        Deque<MovedParts.Part> parts = new ArrayDeque<>();
        settle(table, results, parts);
        while (!parts.isEmpty()) {
            MovedParts.Part part = parts.pop();
            try (FoldTable again = new FoldTable(folding, null, part.level())) {
                fold(part.run(), again);
                again.complete();
                settle(again, results, parts);
            }
        }
        return NumberedRows.merged(results, folding.scope());
    }

    private void fold(Run run, FoldTable into) throws Exception {
        try (RunReader rows = run.open()) {
            while (rows.hasNext()) {
                folding.checkKilled();
                long number = (Long) Objects.requireNonNull(rows.next(), "a row without a number");
                Object key = rows.next();
                into.put(Math.max(number, ~number), number >= 0, key, StableHash.of(key), rows.next());
            }
        }
        run.delete();
    }

    /** Writes what is left in a table, which is finished, and notes what is to be read back of the rest. */
    private void settle(FoldTable done, List<NumberedRows> results, Deque<MovedParts.Part> parts) {
        done.handOver(null);
        done.finishParts().forEach(parts::push);
        if (done.size() > 0) {
            results.add(writeFrom(done, 0));
        }
        done.drop();
    }

    private NumberedRows writeFrom(FoldTable done, int first) {
        try (RunWriter run = folding.store().create()) {
            KeyTable entries = done.entries();
            for (int entry : done.inOrder(first)) {
                folding.writeResult(run, done.number(entry), entries.key(entry), done.accumulator(entry));
            }
            return NumberedRows.of(run.finish());
        }
    }

    /** Drops everything and gives all memory back; closing twice is harmless. */
    @Override
    public void close() {
        Leaving last = leaving;
        leaving = null;
        if (last != null) {
            last.end();
        }
        table.close();
    }

    /** Keys on their way out, each with its accumulator, in the order in which they were first seen. */
    public final class Leaving {

        /** Entries that leave between two looks at the account; a power of two. */
        private static final int ENTRIES_PER_RELEASE = 1024;

        /** Null while entries are taken from the table. */
        private @Nullable NumberedRows rest;

        private int next;

        private @Nullable Object key;
        private int hash;
        private @Nullable Object accumulator;

        private Leaving(@Nullable NumberedRows merged) {
            this.rest = merged;
            if (merged == null) {
                table.handOver(new Rest());
            }
        }

        /** Returns whether there is a further key. */
        public boolean mayAdvance() {
            return rest == null ? next < table.size() : rest.mayAdvance();
        }

        /** Steps to the next key, which is known no longer then, and returns whether there was one. */
        public boolean advance() {
            boolean found = rest == null ? takeFromTable() : takeFrom(rest);
            if (!found) {
                AggregationTable.this.close();
            }
            return found;
        }

        private boolean takeFromTable() {
            if (next >= table.size()) {
                return false;
            }
            KeyTable entries = table.entries();
            key = entries.key(next);
            hash = entries.hash(next);
            accumulator = table.accumulator(next);
            table.forget(next);
            if ((++next & (ENTRIES_PER_RELEASE - 1)) == 0) {
                table.release(next);
            }
            return true;
        }

        private boolean takeFrom(NumberedRows merged) {
            folding.checkKilled();
            if (!merged.advance()) {
                return false;
            }
            key = merged.key();
            hash = StableHash.of(key);
            accumulator = folding.result(merged.left());
            return true;
        }

        /** What has not left yet moves to a run as a whole, from which it leaves then. */
        private final class Rest implements Spillable {

            @Override
            public long spillableBytes() {
                return rest != null || next >= table.size() ? 0 : table.heldBytes();
            }

            @Override
            public long spill(long bytes) {
                if (spillableBytes() == 0) {
                    return 0;
                }
                rest = NumberedRows.merged(List.of(writeFrom(table, next)), folding.scope());
                long freed = table.drop();
                folding.scope().metrics().add(Metric.MEMORY_BYTES_SPILLED, freed);
                return freed;
            }
        }

        /** Returns the table as one that can be taken over; null if a key has left, or something has moved out. */
        public @Nullable FinishedTable whole() {
            return rest != null || next > 0 || folding.groups() != null
                    ? null
                    : new FinishedTable(table, this, folding.scope());
        }

        private void end() {
            key = null;
            accumulator = null;
            if (rest != null) {
                rest.close();
            }
        }

        /** Returns the key that was stepped to. */
        public @Nullable Object key() {
            return key;
        }

        /** Returns its hash. */
        public int hash() {
            return hash;
        }

        /** Returns its accumulator. */
        public @Nullable Object accumulator() {
            return accumulator;
        }
    }
}

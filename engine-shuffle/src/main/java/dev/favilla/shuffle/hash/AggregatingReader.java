package dev.favilla.shuffle.hash;

import dev.favilla.attempt.TaskScope;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.EntrySink;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.spill.AggregationTable;
import dev.favilla.spill.FinishedTable;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import org.jspecify.annotations.Nullable;

/**
 * Merges everything that was sent to one reducer by key, on the first step, and then hands on each key with its
 * accumulator, in the order in which the keys were first seen.
 *
 * <p>Records are folded in map order and, within a map output, in the order they were sent: the result depends on the
 * map outputs only. An entry is let go when it is handed on.
 */
final class AggregatingReader implements ShuffleReader {

    /** Records between two looks at the kill flag; a power of two. */
    private static final int RECORDS_PER_CHECK = 4096;

    private final BlockCursor cursor;
    private final AggregationTable table;
    private final ShortRuns runs = new ShortRuns();
    private final boolean receivesAccumulators;
    private final TaskScope scope;

    /** Null until the table is built. */
    private AggregationTable.@Nullable Leaving leaving;

    AggregatingReader(BlockCursor cursor, Aggregator aggregator, TaskScope scope) {
        this.cursor = cursor;
        // No copier: what arrives is deeply immutable, or was read from bytes for this attempt.
        this.table = new AggregationTable(aggregator.combiner().forTask(scope), null, scope);
        this.receivesAccumulators = aggregator.mapSide();
        this.scope = scope;
    }

    @Override
    public boolean drive(EntrySink sink, int max) throws Exception {
        AggregationTable.Leaving entries = leaving;
        if (entries == null) {
            build();
            entries = table.drain();
            leaving = entries;
            FinishedTable whole = entries.whole();
            if (whole != null && sink.takeTable(whole)) {
                return false;
            }
        }
        boolean wanted = true;
        for (int taken = 0; wanted && taken < max && entries.advance(); taken++) {
            wanted = sink.push(entries.key(), entries.accumulator());
        }
        return entries.mayAdvance();
    }

    private void build() throws Exception {
        int untilCheck = 0;
        while (true) {
            Block block = receivesAccumulators ? cursor.advanceBlock() : cursor.advanceNumbers();
            if (block != null) {
                scope.checkKilled();
                take(block);
                continue;
            }
            runs.moveTo(this::takeRuns); // what follows comes after them
            if (!cursor.advance()) {
                break;
            }
            if (untilCheck-- == 0) {
                scope.checkKilled();
                untilCheck = RECORDS_PER_CHECK;
            }
            Object key = cursor.key();
            int hash = StableHash.of(key);
            if (receivesAccumulators) {
                table.merge(key, hash, cursor.value());
            } else {
                table.add(key, hash, cursor.value());
            }
        }
        cursor.close();
    }

    private void take(Block block) throws Exception {
        if (block instanceof PrimitiveBlock numbers) {
            if (runs.add(numbers)) {
                return;
            }
            runs.moveTo(this::takeRuns); // together they are looked up faster
            if (!runs.add(numbers)) {
                int first = numbers.first();
                take(numbers.keys(), numbers.values(), numbers.entries(), first, first + numbers.records());
            }
        } else if (block instanceof MixedBlock mixed) {
            runs.moveTo(this::takeRuns);
            merge(mixed);
        } else if (block instanceof TextBlock texts) {
            runs.moveTo(this::takeRuns);
            table.mergeAll(texts.kind(), texts.rows(), texts.records());
        }
    }

    private void takeRuns(Primitive keys, Primitive values, long[] entries, int records) throws Exception {
        take(keys, values, entries, 0, records);
    }

    private void take(Primitive keys, Primitive values, long[] entries, int first, int end) throws Exception {
        if (receivesAccumulators) {
            table.mergeAll(keys, values, entries, first, end);
        } else {
            table.addAll(keys, values, entries, first, end);
        }
    }

    private void merge(MixedBlock block) throws Exception {
        for (int i = 0; i < block.records(); i++) {
            Object key = block.key(i);
            table.merge(key, StableHash.of(key), block.kind(), block.bits(i));
        }
    }

    @Override
    public void close() {
        cursor.close();
        table.close();
    }
}

package dev.favilla.shuffle.hash;

import dev.favilla.memory.TaskScope;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.EntrySink;
import dev.favilla.shuffle.ShuffleReader;
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
    private final Fold fold;
    private final boolean receivesAccumulators;
    private final TaskScope scope;

    private boolean built;
    private int next;

    AggregatingReader(BlockCursor cursor, Aggregator aggregator, TaskScope scope) {
        this.cursor = cursor;
        this.fold = new Fold(aggregator.combiner().forTask(scope), scope.memory());
        this.receivesAccumulators = aggregator.mapSide();
        this.scope = scope;
    }

    @Override
    public boolean drive(EntrySink sink, int max) throws Exception {
        if (!built) {
            build();
            built = true;
        }
        if (next == fold.size()) {
            return false;
        }
        int end = (int) Math.min(fold.size(), (long) next + max);
        boolean wanted = true;
        while (next < end && wanted) {
            @Nullable Object key = fold.key(next);
            @Nullable Object accumulator = fold.accumulator(next);
            fold.forget(next);
            next++;
            wanted = sink.push(key, accumulator);
        }
        fold.release(next);
        return next < fold.size();
    }

    private void build() throws Exception {
        int untilCheck = 0;
        while (cursor.advance()) {
            if (untilCheck-- == 0) {
                scope.checkKilled();
                untilCheck = RECORDS_PER_CHECK;
            }
            take(cursor.key(), cursor.value());
        }
        cursor.close();
    }

    private void take(@Nullable Object key, @Nullable Object received) throws Exception {
        int hash = Router.stableHash(key);
        int entry = fold.find(key, hash);
        if (receivesAccumulators) {
            if (entry == AccumulatorTable.ABSENT) {
                fold.insert(key, hash, received);
            } else {
                fold.merge(entry, received);
            }
        } else if (entry == AccumulatorTable.ABSENT) {
            fold.create(key, hash, received);
        } else {
            fold.add(entry, received);
        }
    }

    @Override
    public void close() {
        built = true;
        next = 0;
        cursor.close();
        fold.close();
    }
}

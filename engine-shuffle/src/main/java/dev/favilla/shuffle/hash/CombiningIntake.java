package dev.favilla.shuffle.hash;

import dev.favilla.memory.TaskScope;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.shuffle.Combiner;
import org.jspecify.annotations.Nullable;

/**
 * Merges records by key and sends accumulators.
 *
 * <p>Where the combiner may start a second accumulator for a key, the table stays small enough for the processor's
 * cache: when a new key finds it full it is sent, in first-seen order, and begins again. If combining hardly shrank
 * that input, the rest passes through unmerged, each value as an accumulator of its own. All this follows from the
 * input alone, never from memory or time, so that a rerun sends the same records.
 *
 * <p>Where each key must have exactly one accumulator the table grows until the input ends.
 */
final class CombiningIntake implements Intake {

    /** Keys of a table that may be sent and begun again. */
    static final int MAX_KEYS = 16_384;

    /** Combining goes on as long as this many records become one. */
    static final int WORTHWHILE_SHRINKAGE = 3;

    private static final int ENTRIES_PER_STEP = 1024;

    private final Combiner<@Nullable Object, @Nullable Object> combiner;
    private final int maxKeys;
    private final Router router;
    private final OutputBuffer buffer;
    private final RecordCopier copier;
    private final TaskScope scope;
    private final Fold fold;

    private long recordsSinceSent;
    private boolean passesThrough;

    /**
     * @param restartable whether a key may have a second accumulator
     * @param copier makes what the table holds the attempt's own
     */
    CombiningIntake(
            Combiner<@Nullable Object, @Nullable Object> combiner,
            boolean restartable,
            Router router,
            OutputBuffer buffer,
            RecordCopier copier,
            TaskScope scope) {
        this.combiner = combiner;
        this.maxKeys = restartable ? MAX_KEYS : Integer.MAX_VALUE;
        this.router = router;
        this.buffer = buffer;
        this.copier = copier;
        this.scope = scope;
        this.fold = new Fold(combiner, scope.memory());
    }

    @Override
    public void write(@Nullable Object key, @Nullable Object value) throws Exception {
        int hash = Router.stableHash(key);
        if (passesThrough) {
            send(key, hash, combiner.create(value));
            return;
        }
        int entry = fold.find(key, hash);
        if (entry != AccumulatorTable.ABSENT) {
            fold.add(entry, copier.isolate(value));
        } else if (fold.size() < maxKeys) {
            fold.create(copier.isolate(key), hash, copier.isolate(value));
        } else {
            startOver();
            write(key, value);
            return;
        }
        recordsSinceSent++;
    }

    private void startOver() {
        passesThrough = recordsSinceSent < (long) WORTHWHILE_SHRINKAGE * fold.size();
        recordsSinceSent = 0;
        sendAll();
        if (passesThrough) {
            fold.close();
        } else {
            fold.clear();
        }
    }

    @Override
    public void end() {
        sendAll();
        fold.close();
    }

    private void sendAll() {
        for (int entry = 0; entry < fold.size(); entry++) {
            if (entry % ENTRIES_PER_STEP == 0) {
                scope.checkKilled();
                fold.releaseUpTo(entry);
            }
            send(fold.key(entry), fold.hash(entry), fold.accumulator(entry));
            fold.forget(entry);
        }
    }

    private void send(@Nullable Object key, int hash, @Nullable Object accumulator) {
        buffer.add(router.reducer(key, hash), key, accumulator);
    }

    @Override
    public void close() {
        fold.close();
    }
}

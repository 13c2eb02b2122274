package dev.favilla.shuffle.hash;

import dev.favilla.memory.TaskScope;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.shuffle.Combiner;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Merges records by key and sends accumulators.
 *
 * <p>Where the combiner may start a second accumulator for a key, the table stays small enough for the processor's
 * cache, and {@link HotKeys} decides what it is used for: keys that are met often stay in it, cold ones are sent, in the
 * order in which they were first seen, and where keys hardly repeat records pass by, each value as an accumulator of its
 * own. While a key is in the table all its values go there, and its accumulator is sent before any later value of the
 * key, so the order of a key's rows is kept. All this follows from the input alone, never from memory or time, so that a
 * rerun sends the same records.
 *
 * <p>Where each key must have exactly one accumulator the table grows until the input ends.
 *
 * <p>What the table holds, and what the combiner may change, is the attempt's own: a source may use one object for many
 * records. What passes by is held by nobody but the buffer, which sees to itself.
 */
final class CombiningWriter implements MapSideWriter {

    private static final int ENTRIES_PER_STEP = 1024;

    private final Combiner<@Nullable Object, @Nullable Object> combiner;
    private final Router router;
    private final OutputBuffer buffer;
    private final RecordCopier copier;
    private final TaskScope scope;
    private final Fold fold;

    /** Null where all keys stay. */
    private final @Nullable HotKeys hot;

    /**
     * @param restartable whether a key may have a second accumulator
     * @param copier makes what the table holds the attempt's own
     */
    CombiningWriter(
            Combiner<@Nullable Object, @Nullable Object> combiner,
            boolean restartable,
            Router router,
            OutputBuffer buffer,
            RecordCopier copier,
            TaskScope scope) {
        this.combiner = combiner;
        this.hot = restartable ? new HotKeys() : null;
        this.router = router;
        this.buffer = buffer;
        this.copier = copier;
        this.scope = scope;
        this.fold = new Fold(combiner, scope.memory());
    }

    @Override
    public void write(@Nullable Object key, @Nullable Object value) throws Exception {
        int hash = Router.stableHash(key);
        if (hot == null) {
            fold(key, hash, value);
        } else {
            fold(key, hash, value, hot);
        }
    }

    private void fold(@Nullable Object key, int hash, @Nullable Object value) throws Exception {
        int entry = fold.find(key, hash);
        if (entry == AccumulatorTable.ABSENT) {
            create(key, hash, value);
        } else {
            fold.add(entry, copier.isolate(value));
        }
    }

    private void fold(@Nullable Object key, int hash, @Nullable Object value, HotKeys rule) throws Exception {
        int entry = rule.asks() ? fold.find(key, hash) : AccumulatorTable.ABSENT;
        if (entry != AccumulatorTable.ABSENT) {
            fold.add(entry, copier.isolate(value));
            rule.met(entry, fold.size());
        } else {
            if (rule.admits() && fold.size() == rule.capacity() && rule.isFull(fold.crowdedKeys())) {
                turn(rule);
            }
            if (rule.admits()) {
                create(key, hash, value);
            } else {
                send(key, hash, combiner.create(value));
            }
            rule.missed();
        }
        if (rule.isOver()) {
            turn(rule);
        }
    }

    private void create(@Nullable Object key, int hash, @Nullable Object value) throws Exception {
        fold.create(copier.isolate(key), hash, copier.isolate(value));
    }

    private void turn(HotKeys rule) {
        BitSet staying = rule.turn(fold.size());
        sendAllBut(staying);
        fold.retain(staying);
    }

    @Override
    public void end() {
        sendAllBut(new BitSet());
        fold.close();
    }

    private void sendAllBut(BitSet staying) {
        int sent = 0;
        for (int entry = staying.nextClearBit(0); entry < fold.size(); entry = staying.nextClearBit(entry + 1)) {
            if (sent % ENTRIES_PER_STEP == 0) {
                scope.checkKilled();
                fold.release(sent);
            }
            send(fold.key(entry), fold.hash(entry), fold.accumulator(entry));
            fold.forget(entry);
            sent++;
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

package dev.favilla.shuffle.hash;

import dev.favilla.attempt.TaskScope;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.spill.Combiner;
import dev.favilla.spill.HotTable;
import dev.favilla.value.StableHash;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Merges records by key and sends accumulators, where the combiner may start a second accumulator for a key.
 *
 * <p>The table stays small enough for the processor's cache, and {@link HotKeys} decides what it is used for: keys that are
 * met often stay in it, cold ones are sent, in the order in which they were first seen, and where keys hardly repeat
 * records pass by, each value as an accumulator of its own. While a key is in the table all its values go there, and its
 * accumulator is sent before any later value of the key, so the order of a key's rows is kept. All this follows from the
 * input alone, never from memory or time, so that a rerun sends the same records.
 *
 * <p>Keys and accumulators may be large. All of them leave when the table takes more than {@value #MOST_BYTES} bytes by the
 * estimate, which follows from the records too. So a refusal of memory never has a say in which records merge: the table is
 * small, and what it sends is for the buffer to move out.
 *
 * <p>What the table holds, and what the combiner may change, is the attempt's own: a source may use one object for many
 * records. What passes by is held by nobody but the buffer, which sees to itself.
 */
final class CombiningWriter implements MapSideWriter {

    /** Entries between two looks at the kill flag; a power of two. */
    private static final int ENTRIES_PER_CHECK = 1024;

    /** More than the largest table of everyday keys and sums takes; less than any task may have. */
    static final long MOST_BYTES = 8 << 20;

    private final Combiner<@Nullable Object, @Nullable Object> combiner;
    private final Router router;
    private final OutputBuffer buffer;
    private final TaskScope scope;
    private final HotTable table;

    private final HotKeys rule = new HotKeys();

    /** @param copier makes what the table holds the attempt's own */
    CombiningWriter(
            Combiner<@Nullable Object, @Nullable Object> combiner,
            Router router,
            OutputBuffer buffer,
            RecordCopier copier,
            TaskScope scope) {
        this.combiner = combiner;
        this.router = router;
        this.buffer = buffer;
        this.scope = scope;
        this.table = new HotTable(combiner, copier, scope.memory());
    }

    @Override
    public void write(@Nullable Object key, @Nullable Object value) throws Exception {
        int hash = StableHash.of(key);
        int entry = rule.asks() ? table.addIfPresent(key, hash, value) : HotTable.ABSENT;
        if (entry != HotTable.ABSENT) {
            rule.met(entry, table.size());
        } else {
            if (rule.admits() && table.size() == rule.capacity() && rule.isFull(table.crowdedKeys())) {
                turn();
            }
            if (rule.admits()) {
                table.admit(key, hash, value);
            } else {
                send(key, hash, combiner.create(value));
            }
            rule.missed();
        }
        if (table.heldBytes() > MOST_BYTES) {
            rule.startAnew();
            sendAll(table.drainAllBut(new BitSet()));
        } else if (rule.isOver()) {
            turn();
        }
    }

    private void turn() {
        sendAll(table.drainAllBut(rule.turn(table.size())));
    }

    @Override
    public void end() {
        sendAll(table.drain());
    }

    private void sendAll(HotTable.Leaving entries) {
        for (int sent = 0; entries.advance(); sent++) {
            if ((sent & (ENTRIES_PER_CHECK - 1)) == 0) {
                scope.checkKilled();
            }
            send(entries.key(), entries.hash(), entries.accumulator());
        }
    }

    private void send(@Nullable Object key, int hash, @Nullable Object accumulator) {
        buffer.add(router.reducer(key, hash), key, accumulator);
    }

    @Override
    public void close() {
        table.close();
    }
}

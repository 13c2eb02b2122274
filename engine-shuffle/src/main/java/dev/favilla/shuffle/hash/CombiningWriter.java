package dev.favilla.shuffle.hash;

import dev.favilla.attempt.TaskScope;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.spill.Combiner;
import dev.favilla.spill.HotTable;
import dev.favilla.spill.TextRows;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import java.util.Arrays;
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
 * <p>Texts whose numbers are summed by an operator on bits wait until there are {@value #BATCH} of them, as rows. Then they
 * are looked for together, and after that each goes its way in turn: nothing follows from how many wait.
 *
 * <p>What the table holds, and what the combiner may change, is the attempt's own: a source may use one object for many
 * records. What passes by is held by nobody but the buffer, which sees to itself.
 */
final class CombiningWriter implements MapSideWriter {

    /** Entries between two looks at the kill flag; a power of two. */
    private static final int ENTRIES_PER_CHECK = 1024;

    /** For so many texts at once a processor can wait. */
    private static final int BATCH = 64;

    /** More than the largest table of everyday keys and sums takes; less than any task may have. */
    static final long MOST_BYTES = 8 << 20;

    private final Combiner<@Nullable Object, @Nullable Object> combiner;
    private final Router router;
    private final OutputBuffer buffer;
    private final TaskScope scope;
    private final HotTable table;

    private final HotKeys rule = new HotKeys();

    /** Texts that are looked for together; made for the first of them. */
    private @Nullable TextRows waiting;

    /** Of their numbers. */
    private @Nullable Primitive waitingKind;

    private int waitingCount;

    /** Where they were found. */
    private int[] places = {};

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
        if (rule.asks() && key instanceof String text && value != null && waits(text, value)) {
            if (waitingCount == BATCH) {
                writeWaiting();
            }
        } else {
            writeWaiting();
            writeNow(key, value);
        }
    }

    private boolean waits(String text, Object value) {
        Primitive kind = waitingCount == 0 ? Primitive.of(value) : waitingKind;
        if (kind == null || !(waitingCount == 0 ? table.takesTexts(kind) : kind.has(value))) {
            return false;
        }
        TextRows rows = waiting;
        if (rows == null) {
            rows = new TextRows(BATCH);
            waiting = rows;
            places = new int[BATCH];
        }
        if (!rows.pack(waitingCount, text, kind.bits(value))) {
            return false;
        }
        waitingKind = kind;
        waitingCount++;
        return true;
    }

    /** What it does with each record is what {@link #writeNow} does. */
    private void writeWaiting() throws Exception {
        TextRows rows = waiting;
        Primitive kind = waitingKind;
        if (rows == null || kind == null || waitingCount == 0) {
            return;
        }
        int count = waitingCount;
        waitingCount = 0;
        int[] known = places;
        table.findAll(rows, count, kind, known);
        for (int row = 0; row < count; row++) {
            int entry = rule.asks() ? table.addIfPresent(known[row], rows, row, kind) : HotTable.ABSENT;
            if (entry != HotTable.ABSENT) {
                rule.met(entry, table.size());
            } else {
                if (isFull()) {
                    turn();
                    Arrays.fill(known, HotTable.ABSENT);
                }
                if (rule.admits()) {
                    table.admit(rows, row, kind);
                } else {
                    send(rows, row, kind);
                }
                rule.missed();
            }
            if (leaves()) {
                Arrays.fill(known, HotTable.ABSENT);
            }
        }
    }

    private void writeNow(@Nullable Object key, @Nullable Object value) throws Exception {
        int hash = StableHash.of(key);
        int entry = rule.asks() ? table.addIfPresent(key, hash, value) : HotTable.ABSENT;
        if (entry != HotTable.ABSENT) {
            rule.met(entry, table.size());
        } else {
            if (isFull()) {
                turn();
            }
            if (rule.admits()) {
                table.admit(key, hash, value);
            } else {
                send(key, hash, combiner.create(value));
            }
            rule.missed();
        }
        leaves();
    }

    private boolean isFull() {
        return rule.admits() && table.size() == rule.capacity() && rule.isFull(table.crowdedKeys());
    }

    /** Has keys leave if it is time, and returns whether it was. */
    private boolean leaves() {
        if (table.heldBytes() > MOST_BYTES) {
            rule.startAnew();
            sendAll(table.drainAllBut(new BitSet()));
            return true;
        }
        boolean over = rule.isOver();
        if (over) {
            turn();
        }
        return over;
    }

    private void turn() {
        sendAll(table.drainAllBut(rule.turn(table.size())));
    }

    @Override
    public void end() throws Exception {
        writeWaiting();
        sendAll(table.drain());
    }

    private void sendAll(HotTable.Leaving entries) {
        for (int sent = 0; entries.advance(); sent++) {
            if ((sent & (ENTRIES_PER_CHECK - 1)) == 0) {
                scope.checkKilled();
            }
            TextRows rows = entries.texts();
            Primitive kind = entries.kind();
            if (rows == null || kind == null) {
                send(entries.key(), entries.hash(), entries.accumulator());
            } else {
                send(rows, entries.row(), kind);
            }
        }
    }

    private void send(TextRows rows, int row, Primitive kind) {
        if (router.isByHash()) {
            buffer.add(router.reducer(null, rows.hash(row)), rows, row, kind);
        } else {
            send(rows.text(row), rows.hash(row), kind.box(rows.number(row)));
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

package dev.favilla.shuffle.hash;

import dev.favilla.attempt.TaskScope;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.spill.AggregationTable;
import dev.favilla.spill.Combiner;
import dev.favilla.value.StableHash;
import org.jspecify.annotations.Nullable;

/**
 * Merges records by key where each key must have exactly one accumulator, which is sent when the input has ended. Parts of
 * the table move to local disk when they do not fit, which changes nothing of what is sent.
 */
final class FoldingWriter implements MapSideWriter {

    /** Entries between two looks at the kill flag; a power of two. */
    private static final int ENTRIES_PER_CHECK = 1024;

    private final Router router;
    private final OutputBuffer buffer;
    private final TaskScope scope;
    private final AggregationTable table;

    /** @param copier makes what the table holds the attempt's own */
    FoldingWriter(
            Combiner<@Nullable Object, @Nullable Object> combiner,
            Router router,
            OutputBuffer buffer,
            RecordCopier copier,
            TaskScope scope) {
        this.router = router;
        this.buffer = buffer;
        this.scope = scope;
        this.table = new AggregationTable(combiner, copier, scope);
    }

    @Override
    public void write(@Nullable Object key, @Nullable Object value) throws Exception {
        table.add(key, StableHash.of(key), value);
    }

    @Override
    public void end() throws Exception {
        AggregationTable.Leaving entries = table.drain();
        for (int sent = 0; entries.advance(); sent++) {
            if ((sent & (ENTRIES_PER_CHECK - 1)) == 0) {
                scope.checkKilled();
            }
            Object key = entries.key();
            buffer.add(router.reducer(key, entries.hash()), key, entries.accumulator());
        }
    }

    @Override
    public void close() {
        table.close();
    }
}

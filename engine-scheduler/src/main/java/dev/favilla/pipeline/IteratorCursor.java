package dev.favilla.pipeline;

import dev.favilla.lineage.Sink;
import java.util.Collections;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** Records that are there already: a cached block, or the output of a materialised part of the pipeline. */
final class IteratorCursor implements PipelineCursor {

    private Iterator<? extends @Nullable Object> records;

    IteratorCursor(Iterator<? extends @Nullable Object> records) {
        this.records = records;
    }

    @Override
    public boolean drive(Sink sink, int max) throws Exception {
        for (int i = 0; i < max; i++) {
            if (!records.hasNext()) {
                return false;
            }
            if (!sink.push(records.next())) {
                finish();
                return false;
            }
        }
        return records.hasNext();
    }

    @Override
    public boolean multiplies() {
        return false;
    }

    @Override
    public boolean mayReuse() {
        return false;
    }

    @Override
    public void finish() {
        records = Collections.emptyIterator();
    }

    @Override
    public void close() {
        finish();
    }
}

package dev.favilla.pipeline;

import dev.favilla.lineage.Sink;

/** A cursor that knows how many others are being driven around it. */
final class NestedCursor implements PipelineCursor {

    private final PipelineCursor cursor;
    private final Nesting nesting;
    private final int level;

    /** @param level how many are being driven, with this one, while this one is */
    NestedCursor(PipelineCursor cursor, Nesting nesting, int level) {
        this.cursor = cursor;
        this.nesting = nesting;
        this.level = level;
    }

    @Override
    public boolean drive(Sink sink, int max) throws Exception {
        int outside = nesting.enter(level);
        try {
            return cursor.drive(sink, max);
        } finally {
            nesting.enter(outside);
        }
    }

    @Override
    public void finish() throws Exception {
        int outside = nesting.enter(level);
        try {
            cursor.finish();
        } finally {
            nesting.enter(outside);
        }
    }

    @Override
    public boolean multiplies() {
        return cursor.multiplies();
    }

    @Override
    public boolean mayReuse() {
        return cursor.mayReuse();
    }

    @Override
    public void close() {
        cursor.close();
    }
}

package dev.favilla.pipeline;

import dev.favilla.closure.ClassRecipe;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.Source;
import org.jspecify.annotations.Nullable;

/**
 * The cursor that a plan opened, closed as soon as it is exhausted or not wanted any more, at the latest with the
 * attempt. Once closed it holds on to nothing, so that a task over thousands of files keeps one open.
 */
final class OwnedCursor implements PipelineCursor {

    private @Nullable Cursor opened;

    private final boolean multiplies;
    private final boolean reuses;
    private final @Nullable OwnedCursor before;

    /**
     * @param source who opened it
     * @param before the one that was opened before it; null for the first
     */
    OwnedCursor(Cursor opened, Source source, @Nullable OwnedCursor before) {
        this.opened = opened;
        this.before = before;
        this.multiplies = source.mayExceedStep();
        this.reuses = source.mayReuse();
    }

    /** Returns the one that was opened before it; null for the first. */
    @Nullable
    OwnedCursor before() {
        return before;
    }

    @Override
    public boolean drive(Sink sink, int max) throws Exception {
        return opened != null && opened.drive(sink, max);
    }

    @Override
    public boolean multiplies() {
        return multiplies;
    }

    @Override
    public boolean mayReuse() {
        return reuses;
    }

    @Override
    public @Nullable ClassRecipe recipe() {
        return opened == null ? null : opened.recipe();
    }

    @Override
    public void goOnWith(Cursor other) {
        opened = other;
    }

    @Override
    public void finish() {
        close();
    }

    @Override
    public void close() {
        Cursor cursor = opened;
        if (cursor != null) {
            opened = null;
            cursor.close();
        }
    }
}

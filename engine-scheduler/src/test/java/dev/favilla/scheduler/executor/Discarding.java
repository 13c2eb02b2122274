package dev.favilla.scheduler.executor;

import dev.favilla.lineage.Sink;
import org.jspecify.annotations.Nullable;

/** The end of a pipeline that wants everything and keeps nothing. */
final class Discarding extends Sink {

    @Override
    public boolean push(@Nullable Object record) {
        return true;
    }
}

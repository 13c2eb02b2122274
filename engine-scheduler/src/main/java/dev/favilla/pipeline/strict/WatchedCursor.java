package dev.favilla.pipeline.strict;

import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import org.jspecify.annotations.Nullable;

/** Records that an action keeps, of which a sample is looked at on their way. */
final class WatchedCursor implements Cursor {

    private final Cursor records;
    private final Place place;
    private final StrictAttempt attempt;

    /** Where the action had the last records pushed, and what looks at them on their way there; null before. */
    private @Nullable Sink taker;

    private @Nullable Sink watching;

    WatchedCursor(Cursor records, Place place, StrictAttempt attempt) {
        this.records = records;
        this.place = place;
        this.attempt = attempt;
    }

    @Override
    public boolean drive(Sink sink, int max) throws Exception {
        Sink onlooker = watching;
        if (onlooker == null || sink != taker) {
            onlooker = attempt.handingOn(place, sink);
            taker = sink;
            watching = onlooker;
        }
        return records.drive(onlooker, max);
    }

    @Override
    public void close() {
        records.close();
    }
}

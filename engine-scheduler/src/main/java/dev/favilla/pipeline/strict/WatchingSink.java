package dev.favilla.pipeline.strict;

import dev.favilla.lineage.Sink;
import org.jspecify.annotations.Nullable;

/** Looks at a sample of the records that are handed on. */
final class WatchingSink extends Sink {

    private final StrictAttempt attempt;
    private final Place place;
    private final Sink downstream;
    private final SamplePositions positions;

    /** How many records pass before the next is looked at. */
    private long pass;

    private HandedOn.@Nullable Kept last;

    WatchingSink(StrictAttempt attempt, Place place, Sink downstream, long seed) {
        this.attempt = attempt;
        this.place = place;
        this.downstream = downstream;
        this.positions = new SamplePositions(seed);
    }

    @Override
    public boolean push(@Nullable Object record) throws Exception {
        HandedOn.Kept before = last;
        if (before != null) {
            before.handedOn(record);
        }
        if (pass-- > 0 || record == null) {
            return downstream.push(record);
        }
        pass = positions.pass();
        HandedOn.Kept kept = attempt.look(record, place);
        if (kept == null) {
            return downstream.push(record);
        }
        last = kept;
        attempt.underWay(kept);
        try {
            return downstream.push(record);
        } finally {
            attempt.underWay(null);
        }
    }

    @Override
    public void end() throws Exception {
        downstream.end();
    }
}

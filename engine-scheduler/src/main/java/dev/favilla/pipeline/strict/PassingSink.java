package dev.favilla.pipeline.strict;

import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import org.jspecify.annotations.Nullable;

/** Stands behind an operator: tells who has changed a record on its way, and traces what the operator makes. */
final class PassingSink extends Sink {

    private final StrictAttempt attempt;
    private final LineageNode dataset;
    private final Trace.@Nullable Line line;
    private final Sink downstream;

    /** @param line of what the operator makes; null if it is not traced */
    PassingSink(StrictAttempt attempt, LineageNode dataset, Trace.@Nullable Line line, Sink downstream) {
        this.attempt = attempt;
        this.dataset = dataset;
        this.line = line;
        this.downstream = downstream;
    }

    @Override
    public boolean push(@Nullable Object record) throws Exception {
        attempt.passed(dataset);
        if (line != null) {
            line.add(record);
        }
        return downstream.push(record);
    }

    @Override
    public void end() throws Exception {
        downstream.end();
    }
}

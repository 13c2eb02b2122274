package org.example.sensors;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Sink;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An action: the largest reading, which is 0 or more. */
record Largest() implements Action {

    private static final int STEP = 1024;

    @Override
    public String name() {
        return "largest";
    }

    @Override
    public Double run(Cursor input, TaskScope scope) throws Exception {
        LargestSink sink = new LargestSink();
        boolean more = true;
        while (more) {
            more = input.drive(sink, STEP);
        }
        sink.end();
        return sink.largest;
    }

    @Override
    public Double merge(List<@Nullable Object> staged) {
        double largest = 0;
        for (Object each : staged) {
            largest = each instanceof Double reading ? Math.max(largest, reading) : largest;
        }
        return largest;
    }

    private static final class LargestSink extends Sink {

        private double largest;

        @Override
        public boolean push(@Nullable Object record) {
            largest = record instanceof Double reading ? Math.max(largest, reading) : largest;
            return true;
        }
    }
}

package dev.favilla.rdd.arrange;

import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Passes records on, and at their end those of other partitions, one after the other. */
final class AppendingSink extends Sink {

    private final List<DatasetPartition> rest;
    private final TaskInputs inputs;
    private Sink downstream;
    private boolean wanted = true;

    /** @param rest what follows */
    AppendingSink(List<DatasetPartition> rest, TaskInputs inputs, Sink downstream) {
        this.rest = rest;
        this.inputs = inputs;
        this.downstream = downstream;
    }

    @Override
    public boolean push(@Nullable Object record) throws Exception {
        wanted = downstream.push(record);
        return wanted;
    }

    @Override
    public boolean passOnTo(Sink other) {
        downstream = other;
        return true;
    }

    @Override
    public void end() throws Exception {
        for (DatasetPartition next : rest) {
            if (wanted) {
                append(next);
            }
        }
        downstream.end();
    }

    private void append(DatasetPartition next) throws Exception {
        Cursor cursor = inputs.open(next.dataset(), next.number());
        Sink passing = new Sink() {
            @Override
            public boolean push(@Nullable Object record) throws Exception {
                return AppendingSink.this.push(record);
            }
        };
        cursor.drain(passing, inputs.scope());
        cursor.close();
    }
}

package dev.favilla.pipeline;

import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * A user's iterator over the records of the cursor below it, made when the first record is wanted. Lazy both ways: the
 * iterator is asked for no more than is wanted of it, and what is below computes no more than the iterator asks for.
 */
final class PullCursor implements PipelineCursor {

    private final PipelineCursor below;
    private final Step.Pull step;
    private final TaskInputs inputs;
    private final PulledRecords upstream;
    private @Nullable Iterator<? extends @Nullable Object> records;
    private boolean done;

    PullCursor(PipelineCursor below, Step.Pull step, TaskInputs inputs) {
        this.below = below;
        this.step = step;
        this.inputs = inputs;
        this.upstream = new PulledRecords(below, inputs.scope());
    }

    @Override
    public boolean drive(Sink sink, int max) throws Exception {
        if (done) {
            return false;
        }
        if (records == null) {
            records = step.over(upstream, inputs);
        }
        Iterator<? extends @Nullable Object> iterator = records;
        for (int i = 0; i < max; i++) {
            inputs.scope().checkKilled();
            if (!iterator.hasNext() || !sink.push(iterator.next())) {
                finish();
                return false;
            }
        }
        return true;
    }

    @Override
    public boolean multiplies() {
        return false;
    }

    @Override
    public boolean mayReuse() {
        return step.operator().mayReuse() || below.mayReuse();
    }

    @Override
    public void finish() throws Exception {
        if (!done) {
            shut();
            below.finish();
        }
    }

    @Override
    public void close() {
        shut();
        below.close();
    }

    private void shut() {
        done = true;
        records = null;
        upstream.shut();
    }
}

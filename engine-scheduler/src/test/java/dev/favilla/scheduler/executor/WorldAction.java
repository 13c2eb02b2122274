package dev.favilla.scheduler.executor;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Collecting;
import dev.favilla.lineage.Cursor;
import dev.favilla.scheduler.Accumulator;
import dev.favilla.scheduler.ContextId;
import dev.favilla.task.CommitDeniedException;
import dev.favilla.task.TaskContext;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Collects all records and counts them.
 *
 * @param job whose accumulator is added to
 * @param mergesInSlot whether results are merged by an attempt
 * @param commits whether attempts ask before they give their results out
 */
record WorldAction(int job, boolean mergesInSlot, boolean commits) implements Action {

    @Override
    public String name() {
        return "collect";
    }

    @Override
    public Object run(Cursor input, TaskScope scope) throws Exception {
        Collecting sink = Collecting.all();
        while (input.drive(sink, 4)) {
            // until all is there
        }
        sink.end();
        ((Counter) new Counter(job).bindTo(scope)).count += sink.records.size();
        TaskContext context = Objects.requireNonNull(TaskContext.get());
        if (commits && !context.mayCommit()) {
            throw new CommitDeniedException(context);
        }
        return sink.records;
    }

    @Override
    public Object merge(List<@Nullable Object> staged) {
        List<Object> all = new ArrayList<>();
        staged.forEach(records -> all.addAll((List<?>) records));
        return all;
    }

    /** Counts the records of one job. */
    static final class Counter extends Accumulator<Long> {

        private static final long serialVersionUID = 1L;

        private long count;

        Counter(int job) {
            super(new ContextId(1), job);
        }

        @Override
        protected Counter zero() {
            return new Counter((int) id());
        }

        @Override
        protected Long partial() {
            return count;
        }

        @Override
        protected void merge(Long partial) {
            count += partial;
        }
    }
}

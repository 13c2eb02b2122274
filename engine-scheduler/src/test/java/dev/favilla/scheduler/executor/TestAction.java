package dev.favilla.scheduler.executor;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Collecting;
import dev.favilla.lineage.Cursor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Collects up to a number of records of each partition. */
public class TestAction implements Action {

    private final int limit;

    public TestAction() {
        this(Integer.MAX_VALUE);
    }

    public TestAction(int limit) {
        this.limit = limit;
    }

    @Override
    public String name() {
        return "collect";
    }

    @Override
    public @Nullable Object run(Cursor input, TaskScope scope) throws Exception {
        Collecting sink = new Collecting(limit);
        while (input.drive(sink, 64)) {
            // until all is there
        }
        sink.end();
        return sink.records;
    }

    @Override
    public @Nullable Object merge(List<@Nullable Object> staged) {
        return staged;
    }
}

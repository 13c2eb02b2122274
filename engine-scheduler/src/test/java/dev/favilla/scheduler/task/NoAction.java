package dev.favilla.scheduler.task;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Cursor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An action that nobody runs. */
final class NoAction implements Action {

    @Override
    public String name() {
        return "nothing";
    }

    @Override
    public @Nullable Object run(Cursor input, TaskScope scope) {
        throw new AssertionError("the scheduler ran an action");
    }

    @Override
    public @Nullable Object merge(List<@Nullable Object> staged) {
        throw new AssertionError("the scheduler merged results");
    }
}

package dev.favilla.scheduler.dag;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Cursor;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An action whose work is user code and fails: the scheduler must not do it. */
record SimAction(String name, boolean mergesInSlot, boolean isIrrevocable, boolean commits) implements Action {

    static final SimAction COLLECT = new SimAction("collect", false, false, false);
    static final SimAction REDUCE = new SimAction("reduce", true, false, false);
    static final SimAction FOREACH = new SimAction("foreach", false, true, false);

    /** Its attempts ask before they make their output final. */
    static final SimAction SAVE = new SimAction("save", false, false, true);

    @Override
    public @Nullable Object run(Cursor input, TaskScope scope) {
        throw new AssertionError("the scheduler ran an action");
    }

    @Override
    public @Nullable Object merge(List<@Nullable Object> staged) {
        throw new AssertionError("the scheduler merged results");
    }
}

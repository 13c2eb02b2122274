package dev.favilla.spill;

import dev.favilla.attempt.TaskScope;
import dev.favilla.serializer.SerializationException;
import java.util.Collections;
import org.jspecify.annotations.Nullable;

/** What the tables of one aggregation have in common, on whatever level they are. */
final class Folding {

    private static final int ROWS_PER_CHECK = 4096;

    private final Combiner<@Nullable Object, @Nullable Object> combiner;
    private final TaskScope scope;
    private final @Nullable LargeGroups groups;
    private int untilCheck;

    Folding(Combiner<@Nullable Object, @Nullable Object> combiner, TaskScope scope) {
        this.combiner = combiner;
        this.scope = scope;
        this.groups = combiner instanceof GatherValues ? new LargeGroups(scope) : null;
    }

    Combiner<@Nullable Object, @Nullable Object> combiner() {
        return combiner;
    }

    TaskScope scope() {
        return scope;
    }

    RunStore store() {
        return RunStore.of(scope);
    }

    /** Returns where groups too large for a list go; null if values are not gathered. */
    @Nullable
    LargeGroups groups() {
        return groups;
    }

    /** Writes a finished accumulator. */
    void writeResult(RunWriter run, long number, @Nullable Object key, @Nullable Object accumulator) {
        checkKilled();
        try {
            Object written = groups == null ? accumulator : groups.written(accumulator);
            NumberedRows.write(run, number, key, written, Collections.emptyIterator());
        } catch (SerializationException e) {
            throw notMoved(e);
        }
    }

    /** Returns the accumulator that was written so. */
    @Nullable
    Object result(@Nullable Object written) {
        return groups == null ? written : groups.read(written);
    }

    /** Looks at the kill flag now and then. */
    void checkKilled() {
        if (--untilCheck < 0) {
            untilCheck = ROWS_PER_CHECK;
            scope.checkKilled();
        }
    }

    SerializationException notMoved(SerializationException cause) {
        return cause.during("Memory ran out for " + scope.owner()
                + ", so what it aggregates has to be written to local disk, and cannot be. Let it be written, or raise"
                + " EngineContext.builder().memory or use more partitions, so that it fits");
    }
}

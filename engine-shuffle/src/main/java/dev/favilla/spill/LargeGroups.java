package dev.favilla.spill;

import dev.favilla.attempt.TaskScope;
import dev.favilla.serializer.SerializationException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The groups of one aggregation that were too large for a list. Their runs stay until the attempt ends, since user code may
 * iterate until then.
 */
final class LargeGroups {

    /** A finished group is moved to a run of its own rather than written as one record if it takes more. */
    static final long LARGE_BYTES = 1 << 20;

    /** A copy of a large group takes at most this fraction of the heap, and its bytes as much again. */
    private static final int SMALLEST_SHARE = 4;

    private final TaskScope scope;
    private final List<LargeGroup> finished = new ArrayList<>();
    private GroupedRows sizes = new GroupedRows();
    private boolean closing;
    private boolean closed;

    LargeGroups(TaskScope scope) {
        this.scope = scope;
    }

    /** Says which table's groups are handed in from now on. */
    void measureBy(GroupedRows ofTable) {
        sizes = ofTable;
    }

    /** Begins a run for a group, with what it has so far. */
    LargeGroup.Writer begin(List<@Nullable Object> values) {
        if (!closing) {
            closing = true;
            scope.onClose(this::close);
            scope.lend();
        }
        LargeGroup.Writer large = new LargeGroup.Writer(this, RunStore.of(scope).create());
        values.forEach(large::add);
        return large;
    }

    void write(RunWriter run, @Nullable Object value) {
        try {
            run.write(value);
        } catch (SerializationException e) {
            throw e.during("Memory ran out for " + scope.owner()
                    + ", so the values of a key have to be written to local disk, and cannot be. Let them be written, or"
                    + " raise EngineContext.builder().memory, so that they fit");
        }
    }

    /** Returns what stands for a finished group in a run: a list, or the number of a large group. */
    Object written(@Nullable Object accumulator) {
        LargeGroup.Writer large = accumulator instanceof LargeGroup.Writer begun ? begun : null;
        if (large == null) {
            List<@Nullable Object> values = GatherValues.values(accumulator);
            if (sizes.bytesInList(values.size()) < LARGE_BYTES) {
                return values;
            }
            large = begin(values);
        }
        finished.add(large.finish(sizes.bytesInList(1)));
        return finished.size() - 1;
    }

    /** Returns the group that was written so. */
    @Nullable
    Object read(@Nullable Object written) {
        return written instanceof Integer number ? finished.get(number) : written;
    }

    /** Returns whether a list may be made of so much; more would put the whole JVM at risk. */
    static boolean fitInAList(long bytes) {
        return bytes <= largestList();
    }

    static long largestList() {
        return Runtime.getRuntime().maxMemory() / SMALLEST_SHARE;
    }

    void requireOpen() {
        if (closed) {
            throw new IllegalStateException("The values of a key were read after " + scope.owner()
                    + " had ended, which grouped them: they lay on its local disk and went with it. Take what is needed"
                    + " of them in the operation behind groupByKey, as in mapValues, or copy them into a list there.");
        }
    }

    private void close() {
        closed = true;
        finished.clear();
    }
}

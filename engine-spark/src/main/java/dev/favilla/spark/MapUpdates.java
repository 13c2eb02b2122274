package dev.favilla.spark;

import dev.favilla.scheduler.AccumulatorRegistry;
import dev.favilla.spi.RemoteExecutor;
import dev.favilla.task.AccumulatorUpdate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Adds what map tasks have brought to the accumulators: of each map partition once, however often it ran.
 *
 * <p><b>Threads.</b> May be used from any thread.
 */
final class MapUpdates {

    private final Updates updates;
    private final AccumulatorRegistry accumulators;
    private final RemoteExecutor here;

    /** The map partitions that were counted, by shuffle. */
    private final Map<Integer, Set<Integer>> counted = new ConcurrentHashMap<>();

    MapUpdates(Updates updates, AccumulatorRegistry accumulators, RemoteExecutor here) {
        this.updates = updates;
        this.accumulators = accumulators;
        this.here = here;
    }

    /** Adds what has come, in the order of shuffles and partitions. */
    synchronized void apply() {
        List<Updates.OfTask> come = new ArrayList<>(updates.drain());
        come.sort(Comparator.comparing(Updates.OfTask::shuffleId).thenComparing(Updates.OfTask::partition));
        for (Updates.OfTask task : come) {
            if (counted.computeIfAbsent(task.shuffleId(), id -> new HashSet<>()).add(task.partition())) {
                accumulators.apply(listed(task.updates().open(here)));
            }
        }
    }

    synchronized void forget(int shuffle) {
        counted.remove(shuffle);
    }

    /** Returns updates that travelled as ids and parts in turn. */
    static List<AccumulatorUpdate> listed(List<? extends @Nullable Object> values) {
        List<AccumulatorUpdate> listed = new ArrayList<>();
        for (int i = 0; i + 1 < values.size(); i += 2) {
            Object id = values.get(i);
            Object partial = values.get(i + 1);
            if (id instanceof Long accumulator && partial != null) {
                listed.add(new AccumulatorUpdate(accumulator, partial));
            }
        }
        return listed;
    }
}

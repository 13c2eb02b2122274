package dev.favilla.spark;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Action;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.pipeline.InputVersions;
import dev.favilla.pipeline.PipelineBuilder;
import dev.favilla.scheduler.InputSnapshot;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.storage.StorageLevel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.spark.TaskContext;
import org.apache.spark.rdd.RDD;

/**
 * Our fused pipelines over what Spark gives: shuffled blocks and cached partitions. Belongs to the task's thread.
 */
final class Pipelines {

    private final TaskContext context;
    private final TaskScope scope;
    private final PipelineBuilder pipelines;

    /**
     * @param rdd says what comes from Spark
     */
    Pipelines(StageRdd rdd, ExecutorHome home, TaskContext context, TaskScope scope) {
        this.context = context;
        this.scope = scope;
        Map<Integer, RDD<?>> shuffles = new HashMap<>();
        Map<Integer, RDD<?>> cached = new HashMap<>();
        List<Boundary> boundaries = rdd.boundaries();
        for (int i = 0; i < boundaries.size(); i++) {
            Boundary boundary = boundaries.get(i);
            (boundary.shuffled() ? shuffles : cached).put(boundary.id(), rdd.parent(i));
        }
        Map<Integer, MapOutputs> known = new HashMap<>();
        shuffles.keySet().forEach(id -> known.put(id, new MapOutputs(id, 0, List.of())));
        Map<Integer, StorageLevel> levels = new HashMap<>();
        cached.keySet().forEach(id -> levels.put(id, StorageLevel.MEMORY_ONLY));
        this.pipelines = new PipelineBuilder(
                scope,
                new InputSnapshot(known, Map.of(), Map.of()),
                levels,
                new CachedBySpark(cached, context, home.executor()),
                new ShuffledBySpark(shuffles, context, home.executor()),
                new InputVersions(),
                home.executor().code());
    }

    Cursor open(LineageNode node, int partition) throws Exception {
        return new Watched(pipelines.open(node, partition), context, scope);
    }

    Cursor openFor(Action action, LineageNode node, int partition) throws Exception {
        return new Watched(pipelines.openFor(action, node, partition), context, scope);
    }

    void drive(Cursor records, Sink sink) throws Exception {
        pipelines.drive(records, sink);
    }

    /** Between two steps it is looked whether Spark has ended the task. */
    private record Watched(Cursor records, TaskContext context, TaskScope scope) implements Cursor {

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            boolean more = true;
            int left = max;
            do {
                if (context.isInterrupted()) {
                    scope.kill("Spark has ended the task");
                    context.killTaskIfInterrupted();
                }
                int step = Math.min(left, LARGEST_STEP);
                more = records.drive(sink, step);
                left -= step;
            } while (more && left > 0);
            return more;
        }

        @Override
        public void close() {
            records.close();
        }
    }
}

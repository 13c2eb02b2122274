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

    private final PipelineBuilder pipelines;

    /**
     * @param rdd says what comes from Spark
     */
    Pipelines(StageRdd rdd, ExecutorHome home, TaskContext context, TaskScope scope) {
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
        return pipelines.open(node, partition);
    }

    Cursor openFor(Action action, LineageNode node, int partition) throws Exception {
        return pipelines.openFor(action, node, partition);
    }

    void drive(Cursor records, Sink sink) throws Exception {
        pipelines.drive(records, sink);
    }
}

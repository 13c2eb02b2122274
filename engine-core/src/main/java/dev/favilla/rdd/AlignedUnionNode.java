package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Several datasets that share one partitioner: partition i is made of all their partitions i, so keys stay put. */
public final class AlignedUnionNode extends Node {

    private final List<LineageNode> parents;
    private final Partitioner partitioner;

    public AlignedUnionNode(int id, CallSite callSite, List<? extends LineageNode> parents, Partitioner partitioner) {
        super(
                id,
                "PartitionerAwareUnionRDD",
                callSite,
                parents.stream().map(NarrowDependency::new).toList());
        this.parents = List.copyOf(parents);
        this.partitioner = partitioner;
    }

    @Override
    public Optional<Partitioner> partitioner() {
        return Optional.of(partitioner);
    }

    @Override
    protected int countPartitions() {
        return partitioner.numPartitions();
    }

    @Override
    public PartitionPlan plan(int partition) {
        return new PartitionPlan.Read(inputs -> new ConcatenatingCursor(parents, partition, inputs));
    }

    private static final class ConcatenatingCursor implements Cursor {

        private final List<LineageNode> parents;
        private final int partition;
        private final TaskInputs inputs;
        private int nextParent;
        private @Nullable Cursor current;

        /** Tells an exhausted parent from a sink that wants no more. */
        private final StopWatcher watcher = new StopWatcher();

        ConcatenatingCursor(List<LineageNode> parents, int partition, TaskInputs inputs) {
            this.parents = parents;
            this.partition = partition;
            this.inputs = inputs;
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            Cursor cursor = current;
            if (cursor == null) {
                if (nextParent == parents.size()) {
                    return false;
                }
                cursor = inputs.open(parents.get(nextParent++), partition);
                current = cursor;
            }
            watcher.downstream = sink;
            if (!cursor.drive(watcher, max)) {
                current = null;
            }
            return !watcher.stopped && (current != null || nextParent < parents.size());
        }
    }

    private static final class StopWatcher extends Sink {

        private @Nullable Sink downstream;
        private boolean stopped;

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Sink sink = downstream;
            if (sink == null || stopped) {
                return false;
            }
            stopped = !sink.push(record);
            return !stopped;
        }
    }
}

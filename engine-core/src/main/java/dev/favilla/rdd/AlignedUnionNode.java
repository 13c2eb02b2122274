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

/** Datasets that share one partitioner: partition i is made of all their partitions i, in order, so keys stay put. */
public final class AlignedUnionNode extends Node {

    private final List<LineageNode> parents;
    private final Partitioner partitioner;

    /** @param parents one or more */
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

    /** A step over the first parent that adds the others at its end, so that unions of unions do not nest. */
    @Override
    public PartitionPlan plan(int partition) {
        List<LineageNode> others = parents.subList(1, parents.size());
        return new PartitionPlan.Push(
                parents.get(0),
                partition,
                (downstream, inputs) -> new AppendingSink(others, partition, inputs, downstream));
    }

    private static final class AppendingSink extends Sink {

        private static final int STEP = 4096;

        private final List<LineageNode> others;
        private final int partition;
        private final TaskInputs inputs;
        private final Sink downstream;
        private boolean wanted = true;

        AppendingSink(List<LineageNode> others, int partition, TaskInputs inputs, Sink downstream) {
            this.others = others;
            this.partition = partition;
            this.inputs = inputs;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            wanted = downstream.push(record);
            return wanted;
        }

        @Override
        public void end() throws Exception {
            for (LineageNode other : others) {
                if (wanted) {
                    append(other);
                }
            }
            downstream.end();
        }

        private void append(LineageNode other) throws Exception {
            Cursor cursor = inputs.open(other, partition);
            Sink passing = new Sink() {
                @Override
                public boolean push(@Nullable Object record) throws Exception {
                    return AppendingSink.this.push(record);
                }
            };
            while (cursor.drive(passing, STEP)) {
                inputs.scope().checkKilled();
            }
            cursor.close();
        }
    }
}

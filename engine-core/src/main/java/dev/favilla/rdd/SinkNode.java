package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;

/** A narrow step that works record by record, fused with its neighbours into one loop. */
abstract class SinkNode extends NarrowNode {

    SinkNode(int id, CallSite callSite, LineageNode parent, boolean keepsPartitioner) {
        super(id, callSite, parent, keepsPartitioner);
    }

    /** Makes the operator of one attempt. */
    abstract Sink over(Sink downstream, TaskInputs inputs);

    @Override
    public final PartitionPlan plan(int partition) {
        return new PartitionPlan.Push(parent(), partition, this::over);
    }
}

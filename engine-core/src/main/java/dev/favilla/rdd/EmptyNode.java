package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.PartitionPlan;
import java.util.List;

/** Nothing: no partition, and so no record. */
public final class EmptyNode extends Node {

    public EmptyNode(int id, CallSite callSite) {
        super(id, "EmptyRDD", callSite, List.of());
    }

    @Override
    protected int countPartitions() {
        return 0;
    }

    @Override
    public PartitionPlan plan(int partition) {
        throw new IllegalStateException("partition " + partition + " of " + this + ", which has none");
    }
}

package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;

/** What an operator makes of each partition of one parent: the same partition of this dataset. */
public final class NarrowNode extends Node {

    private final LineageNode parent;
    private final Operator operator;

    public NarrowNode(int id, CallSite callSite, LineageNode parent, Operator operator) {
        super(id, "MapPartitionsRDD", callSite, List.of(new NarrowDependency(parent)));
        this.parent = parent;
        this.operator = operator;
    }

    /** Returns the dataset whose records the operator takes. */
    public LineageNode parent() {
        return parent;
    }

    /** Returns what is done to them. */
    public Operator operator() {
        return operator;
    }

    @Override
    public Optional<Partitioner> partitioner() {
        LineageNode node = this;
        while (node instanceof NarrowNode narrow) { // a loop: the chain may be long
            if (!narrow.operator.keepsPartitioner()) {
                return Optional.empty();
            }
            node = narrow.parent;
        }
        return node.partitioner();
    }

    @Override
    protected int countPartitions() {
        return parent.numPartitions();
    }

    @Override
    public PartitionPlan plan(int partition) {
        return new PartitionPlan.Apply(parent, partition, operator);
    }
}

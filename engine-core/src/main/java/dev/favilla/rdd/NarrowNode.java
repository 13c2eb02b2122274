package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;

/** A step from each partition of one parent to the same partition of this dataset. */
abstract class NarrowNode extends Node {

    private final LineageNode parent;
    private final boolean keepsPartitioner;

    NarrowNode(int id, CallSite callSite, LineageNode parent, boolean keepsPartitioner) {
        super(id, "MapPartitionsRDD", callSite, List.of(new NarrowDependency(parent)));
        this.parent = parent;
        this.keepsPartitioner = keepsPartitioner;
    }

    final LineageNode parent() {
        return parent;
    }

    @Override
    public final Optional<Partitioner> partitioner() {
        LineageNode node = this;
        while (node instanceof NarrowNode narrow) { // a loop: the chain may be long
            if (!narrow.keepsPartitioner) {
                return Optional.empty();
            }
            node = narrow.parent;
        }
        return node.partitioner();
    }

    @Override
    protected final int countPartitions() {
        return parent.numPartitions();
    }
}

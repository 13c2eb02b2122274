package dev.favilla.scheduler.dag;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.NeverRun;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;

/** A dataset without records whose partitions, where it is a source, prefer executors of certain names. */
record PlacedNode(int id, int numPartitions, List<Dependency> dependencies, List<String> preferred, boolean isStep)
        implements LineageNode {

    /** A source all of whose partitions prefer the same executors. */
    static PlacedNode source(int id, int numPartitions, String... preferred) {
        return new PlacedNode(id, numPartitions, List.of(), List.of(preferred), false);
    }

    /** One step over a parent. */
    static PlacedNode step(int id, LineageNode parent) {
        return new PlacedNode(id, parent.numPartitions(), List.of(new NarrowDependency(parent)), List.of(), true);
    }

    /** Reads the same partition of each parent, as a zip or a cogroup does. */
    static PlacedNode reading(int id, int numPartitions, Dependency... dependencies) {
        return new PlacedNode(id, numPartitions, List.of(dependencies), List.of(), false);
    }

    @Override
    public String kind() {
        return "PlacedRDD";
    }

    @Override
    public CallSite callSite() {
        return new CallSite("step" + id, "Placed.java:" + id);
    }

    @Override
    public Optional<Partitioner> partitioner() {
        return Optional.empty();
    }

    @Override
    public List<String> preferredExecutors(int partition) {
        return preferred;
    }

    @Override
    public PartitionPlan plan(int partition) {
        if (isStep) {
            return new PartitionPlan.Apply(dependencies.get(0).parent(), partition, new NeverRun());
        }
        return new PartitionPlan.Read(new NeverRun(), partition);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof LineageNode other && other.id() == id;
    }

    @Override
    public int hashCode() {
        return id;
    }

    @Override
    public String toString() {
        return "PlacedRDD[" + id + "]";
    }
}

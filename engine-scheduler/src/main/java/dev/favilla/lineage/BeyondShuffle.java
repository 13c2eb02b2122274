package dev.favilla.lineage;

import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Stands in a copy of a stage's lineage for a dataset on the other side of a shuffle, which other tasks compute. */
record BeyondShuffle(int id, String kind, CallSite callSite, int numPartitions) implements LineageNode {

    static BeyondShuffle standInFor(LineageNode node) {
        return new BeyondShuffle(node.id(), node.kind(), node.callSite(), node.numPartitions());
    }

    @Override
    public List<Dependency> dependencies() {
        throw isElsewhere();
    }

    @Override
    public Optional<Partitioner> partitioner() {
        throw isElsewhere();
    }

    @Override
    public PartitionPlan plan(int partition) {
        throw isElsewhere();
    }

    private IllegalStateException isElsewhere() {
        return new IllegalStateException(
                this + " lies beyond a shuffle and belongs to another stage: in the tasks of this one only its shuffled"
                        + " records can be read. This is a bug of the engine.");
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof LineageNode other && id == other.id();
    }

    @Override
    public int hashCode() {
        return id;
    }

    @Override
    public String toString() {
        return kind + "[" + id + "] at " + callSite;
    }
}

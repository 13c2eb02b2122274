package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Source;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A checkpoint that was opened again. */
public final class CheckpointNode extends Node {

    private final int count;

    /**
     * @param files reads what was written
     * @param count how many partitions there are
     * @param partitioner how the records lie; null if nobody knows
     */
    public CheckpointNode(int id, CallSite callSite, Source files, int count, @Nullable Partitioner partitioner) {
        super(id, "ReliableCheckpointRDD", callSite, new Reopened(files, partitioner));
        this.count = count;
    }

    /** Returns what reads the files. */
    public Source files() {
        return recipe(Reopened.class).files();
    }

    @Override
    protected int countPartitions() {
        return count;
    }

    private record Reopened(Source files, @Nullable Partitioner placement) implements Recipe {

        @Override
        public List<Dependency> dependencies() {
            return List.of();
        }

        @Override
        public Optional<Partitioner> partitioner() {
            return Optional.ofNullable(placement);
        }

        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            return new PartitionPlan.Read(files, partition);
        }
    }
}

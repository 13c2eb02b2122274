package dev.favilla.rdd.arrange;

import dev.favilla.closure.Closure;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.rdd.Node;
import dev.favilla.rdd.Recipe;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Partitions with the same number of two datasets, read side by side. */
public final class ZippedNode extends Node {

    public ZippedNode(int id, CallSite callSite, LineageNode left, LineageNode right, Zipper zipper) {
        super(id, "ZippedPartitionsRDD2", callSite, new Paired(left, new Zip(right, zipper)));
    }

    /** Returns the left dataset. */
    public LineageNode left() {
        return recipe(Paired.class).left();
    }

    /** Returns what is done to its records. */
    public Zip operator() {
        return recipe(Paired.class).operator();
    }

    /**
     * @throws IllegalArgumentException if one side has more partitions than the other
     */
    @Override
    protected int countPartitions() {
        LineageNode left = left();
        Zip operator = operator();
        int count = left.numPartitions();
        if (operator.right().numPartitions() != count) {
            throw new IllegalArgumentException("Cannot zip datasets with different numbers of partitions: " + left
                    + " has " + count + ", " + operator.right() + " has "
                    + operator.right().numPartitions() + " (" + callSite() + "). Repartition one of them before.");
        }
        return count;
    }

    private record Paired(LineageNode left, Zip operator) implements Recipe {

        @Override
        public List<Dependency> dependencies() {
            return List.of(new NarrowDependency(left), new NarrowDependency(operator.right()));
        }

        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            return new PartitionPlan.Apply(left, partition, operator);
        }
    }

    /**
     * Reads a partition of another dataset beside its own.
     *
     * @param right the other dataset
     * @param zipper what is made of both
     */
    public record Zip(LineageNode right, Zipper zipper) implements Operator.Pull {

        @Override
        public String name() {
            return "zipPartitions";
        }

        @Override
        public List<Closure<?>> functions() {
            return zipper.functions();
        }

        @Override
        public List<DatasetPartition> beside(DatasetPartition result) {
            return List.of(new DatasetPartition(right, result.number()));
        }

        @Override
        public Iterator<? extends @Nullable Object> over(
                DatasetPartition result, Iterator<@Nullable Object> upstream, TaskInputs inputs) throws Exception {
            return zipper.zip(result.dataset(), upstream, inputs.pull(right, result.number()), inputs.scope());
        }
    }
}

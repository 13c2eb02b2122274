package dev.favilla.rdd.arrange;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.rdd.Node;
import dev.favilla.rdd.Recipe;
import java.util.List;

/** The partitions of several datasets, one after the other. */
public final class UnionNode extends Node {

    public UnionNode(int id, CallSite callSite, List<? extends LineageNode> parents) {
        super(id, "UnionRDD", callSite, new Concatenated(List.copyOf(parents)));
    }

    /** Returns the datasets whose partitions are these, in order. */
    public List<LineageNode> parents() {
        return recipe(Concatenated.class).parents();
    }

    /**
     * @throws ArithmeticException if there are more partitions than an int can count
     */
    @Override
    protected int countPartitions() {
        int sum = 0;
        for (LineageNode parent : parents()) {
            sum = Math.addExact(sum, parent.numPartitions());
        }
        return sum;
    }

    private record Concatenated(List<LineageNode> parents) implements Recipe {

        @Override
        public List<Dependency> dependencies() {
            return parents.stream().<Dependency>map(NarrowDependency::new).toList();
        }

        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            int left = partition;
            for (LineageNode parent : parents) {
                if (left < parent.numPartitions()) {
                    return new PartitionPlan.Apply(parent, left, new Pass());
                }
                left -= parent.numPartitions();
            }
            throw new IllegalStateException(
                    "partition " + partition + " of " + dataset + ", which has " + dataset.numPartitions());
        }
    }

    /** Records stay as they are. */
    public record Pass() implements Operator.Push {

        @Override
        public String name() {
            return "union";
        }

        @Override
        public boolean multiplies() {
            return false;
        }

        @Override
        public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
            return downstream;
        }
    }
}

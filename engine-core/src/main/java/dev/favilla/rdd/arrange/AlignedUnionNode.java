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
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;

/** Datasets that share one partitioner: partition i is made of all their partitions i, in order, so keys stay put. */
public final class AlignedUnionNode extends Node {

    /** @param parents one or more */
    public AlignedUnionNode(int id, CallSite callSite, List<? extends LineageNode> parents, Partitioner partitioner) {
        super(id, "PartitionerAwareUnionRDD", callSite, new Aligned(List.copyOf(parents), partitioner));
    }

    /** Returns the datasets whose records are put together, in order. */
    public List<LineageNode> parents() {
        return recipe(Aligned.class).parents();
    }

    /** Returns what is done to the records of the first parent. */
    public Append operator() {
        return recipe(Aligned.class).operator();
    }

    @Override
    protected int countPartitions() {
        return recipe(Aligned.class).placement().numPartitions();
    }

    private record Aligned(List<LineageNode> parents, Partitioner placement) implements Recipe {

        Append operator() {
            return new Append(parents.subList(1, parents.size()));
        }

        @Override
        public List<Dependency> dependencies() {
            return parents.stream().<Dependency>map(NarrowDependency::new).toList();
        }

        @Override
        public Optional<Partitioner> partitioner() {
            return Optional.of(placement);
        }

        /** A step over the first parent that adds the others at its end, so that unions of unions do not nest. */
        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            return new PartitionPlan.Apply(parents.get(0), partition, operator());
        }
    }

    /**
     * Other datasets' records follow at the end.
     *
     * @param others the other datasets, in order
     */
    public record Append(List<LineageNode> others) implements Operator.Push {

        public Append {
            others = List.copyOf(others);
        }

        @Override
        public String name() {
            return "union";
        }

        @Override
        public boolean keepsPartitioner() {
            return true;
        }

        @Override
        public List<DatasetPartition> beside(DatasetPartition result) {
            return others.stream()
                    .map(other -> new DatasetPartition(other, result.number()))
                    .toList();
        }

        @Override
        public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
            return new AppendingSink(beside(result), inputs, downstream);
        }
    }
}

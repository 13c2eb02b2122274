package dev.favilla.rdd.arrange;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.rdd.Node;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;

/** Datasets that share one partitioner: partition i is made of all their partitions i, in order, so keys stay put. */
public final class AlignedUnionNode extends Node {

    private final List<LineageNode> parents;
    private final Partitioner partitioner;
    private final Append operator;

    /** @param parents one or more */
    public AlignedUnionNode(int id, CallSite callSite, List<? extends LineageNode> parents, Partitioner partitioner) {
        super(
                id,
                "PartitionerAwareUnionRDD",
                callSite,
                parents.stream().map(NarrowDependency::new).toList());
        this.parents = List.copyOf(parents);
        this.partitioner = partitioner;
        this.operator = new Append(this.parents.subList(1, parents.size()));
    }

    /** Returns the datasets whose records are put together, in order. */
    public List<LineageNode> parents() {
        return parents;
    }

    /** Returns what is done to the records of the first parent. */
    public Append operator() {
        return operator;
    }

    @Override
    public Optional<Partitioner> partitioner() {
        return Optional.of(partitioner);
    }

    @Override
    protected int countPartitions() {
        return partitioner.numPartitions();
    }

    /** A step over the first parent that adds the others at its end, so that unions of unions do not nest. */
    @Override
    public PartitionPlan plan(int partition) {
        return new PartitionPlan.Apply(parents.get(0), partition, operator);
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

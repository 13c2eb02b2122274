package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;

/** What an operator makes of each partition of one parent: the same partition of this dataset. */
public final class NarrowNode extends Node {

    public NarrowNode(int id, CallSite callSite, LineageNode parent, Operator operator) {
        super(id, "MapPartitionsRDD", callSite, new Step(parent, operator));
    }

    /** Returns the dataset whose records the operator takes. */
    public LineageNode parent() {
        return recipe(Step.class).parent();
    }

    /** Returns what is done to them. */
    public Operator operator() {
        return recipe(Step.class).operator();
    }

    @Override
    protected int countPartitions() {
        return parent().numPartitions();
    }

    private record Step(LineageNode parent, Operator operator) implements Recipe {

        @Override
        public List<Dependency> dependencies() {
            return List.of(new NarrowDependency(parent));
        }

        @Override
        public Optional<Partitioner> partitioner() {
            Step step = this;
            while (step.operator.keepsPartitioner()) { // a loop: the chain may be long
                if (step.parent instanceof NarrowNode narrow && narrow.recipe() instanceof Step below) {
                    step = below;
                } else {
                    return step.parent.partitioner();
                }
            }
            return Optional.empty();
        }

        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            return new PartitionPlan.Apply(parent, partition, operator);
        }
    }
}

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
import java.util.stream.IntStream;

/** Fewer partitions, each made of neighbouring ones of its parent, in order, in groups whose sizes differ by at most one. */
public final class CoalescedNode extends Node {

    /** @param wanted how many partitions there are to be, unless the parent has fewer; at least 1 */
    public CoalescedNode(int id, CallSite callSite, LineageNode parent, int wanted) {
        super(id, "CoalescedRDD", callSite, new Grouped(parent, wanted));
    }

    /** Returns the dataset whose partitions are put together. */
    public LineageNode parent() {
        return recipe(Grouped.class).parent();
    }

    @Override
    protected int countPartitions() {
        Grouped grouped = recipe(Grouped.class);
        return Math.min(grouped.wanted(), grouped.parent().numPartitions());
    }

    private record Grouped(LineageNode parent, int wanted) implements Recipe {

        @Override
        public List<Dependency> dependencies() {
            return List.of(new NarrowDependency(parent));
        }

        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            int from = start(dataset, partition);
            List<Integer> rest = IntStream.range(from + 1, start(dataset, partition + 1))
                    .boxed()
                    .toList();
            return new PartitionPlan.Apply(parent, from, new Join(parent, rest));
        }

        private int start(LineageNode dataset, int partition) {
            return (int) ((long) partition * parent.numPartitions() / dataset.numPartitions());
        }
    }

    /**
     * Records of further partitions of the same dataset follow at the end.
     *
     * @param dataset the dataset
     * @param rest its further partitions, in order
     */
    public record Join(LineageNode dataset, List<Integer> rest) implements Operator.Push {

        public Join {
            rest = List.copyOf(rest);
        }

        @Override
        public String name() {
            return "coalesce";
        }

        @Override
        public boolean multiplies() {
            return !rest.isEmpty();
        }

        @Override
        public List<DatasetPartition> beside(DatasetPartition result) {
            return rest.stream()
                    .map(number -> new DatasetPartition(dataset, number))
                    .toList();
        }

        @Override
        public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
            return rest.isEmpty() ? downstream : new AppendingSink(beside(result), inputs, downstream);
        }
    }
}

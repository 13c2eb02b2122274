package dev.favilla.rdd.arrange;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.rdd.EntryBuilder;
import dev.favilla.rdd.Node;
import dev.favilla.rdd.Recipe;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.spill.HeldRecords;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Each record of one dataset with each of another: partition {@code l * Q + r} has those of partition {@code l} on the
 * left, in their order, each with all of the {@code r}th of {@code Q} partitions on the right, in theirs.
 */
public final class CartesianNode extends Node {

    public CartesianNode(int id, CallSite callSite, LineageNode left, Cross operator) {
        super(id, "CartesianRDD", callSite, new Crossed(left, operator));
    }

    /** Returns the dataset whose records stream past. */
    public LineageNode left() {
        return recipe(Crossed.class).left();
    }

    /** Returns what is done to them. */
    public Cross operator() {
        return recipe(Crossed.class).operator();
    }

    @Override
    protected int countPartitions() {
        return Math.multiplyExact(left().numPartitions(), operator().right.numPartitions());
    }

    private record Crossed(LineageNode left, Cross operator) implements Recipe {

        @Override
        public List<Dependency> dependencies() {
            return List.of(new NarrowDependency(left), new NarrowDependency(operator.right()));
        }

        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            return new PartitionPlan.Apply(left, partition / operator.right.numPartitions(), operator);
        }
    }

    /**
     * A record meets all of a partition on the other side.
     *
     * @param right the other side, which is held
     * @param rows makes records of a left and a right one
     */
    public record Cross(LineageNode right, EntryBuilder rows) implements Operator.Push {

        @Override
        public String name() {
            return "cartesian";
        }

        @Override
        public boolean mayReuse() {
            return false;
        }

        @Override
        public List<DatasetPartition> beside(DatasetPartition result) {
            return List.of(new DatasetPartition(right, result.number() % right.numPartitions()));
        }

        @Override
        public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
            return new CrossSink(this, result, downstream, inputs);
        }
    }

    /** Takes the right side in when the first record comes past; gives it back when the attempt ends. */
    private static final class CrossSink extends Sink {

        private final Cross operator;
        private final LineageNode dataset;
        private final int rightPartition;
        private Sink downstream;
        private final TaskInputs inputs;
        private final HeldRecords rights;
        private boolean built;

        CrossSink(Cross operator, DatasetPartition result, Sink downstream, TaskInputs inputs) {
            this.operator = operator;
            this.dataset = result.dataset();
            this.rightPartition = operator.beside(result).get(0).number();
            this.downstream = downstream;
            this.inputs = inputs;
            TaskScope scope = inputs.scope();
            this.rights = new HeldRecords(scope, RecordCopier.of(scope));
            scope.onClose(rights::close);
        }

        @Override
        public boolean push(@Nullable Object left) throws Exception {
            if (!built) {
                build();
            }
            Iterator<@Nullable Object> all = rights.iterator();
            while (all.hasNext()) {
                if (!downstream.push(operator.rows.record(left, all.next()))) {
                    return false;
                }
            }
            return rights.size() > 0;
        }

        private void build() throws Exception {
            built = true;
            Cursor records = inputs.open(operator.right, rightPartition);
            Sink held = new Sink() {
                @Override
                public boolean push(@Nullable Object record) {
                    try {
                        rights.add(record);
                    } catch (SerializationException e) {
                        throw e.during("Copying what " + dataset + " holds");
                    }
                    return true;
                }
            };
            records.drain(held, inputs.scope());
            records.close();
            rights.complete();
        }

        @Override
        public boolean passOnTo(Sink other) {
            downstream = other;
            return true;
        }

        @Override
        public void end() throws Exception {
            rights.close();
            downstream.end();
        }
    }
}

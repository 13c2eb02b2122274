package dev.favilla.rdd;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.Source;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.spill.GroupTable;
import dev.favilla.value.StableHash;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All pairs of values of a common key. The right side becomes a table; the left side streams past it, so rows come in
 * the order of the left, and for each in the order of the right.
 */
public final class JoinNode extends Node implements Source {

    private final Dependency left;
    private final Partitioner partitioner;
    private final Probe operator;

    /** @param entries takes both sides' records apart and makes the rows and their values */
    public JoinNode(
            int id,
            CallSite callSite,
            Dependency left,
            Dependency right,
            Partitioner partitioner,
            EntryFormat entries) {
        super(id, "JoinedRDD", callSite, List.of(left, right));
        this.left = left;
        this.partitioner = partitioner;
        this.operator = new Probe(right, entries);
    }

    /** Returns the side that streams past. */
    public Dependency left() {
        return left;
    }

    /** Returns what is done to its records. */
    public Probe operator() {
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

    /** A left side that lies so already is a step of its own pipeline, so that joins of joins do not nest. */
    @Override
    public PartitionPlan plan(int partition) {
        return left instanceof NarrowDependency narrow
                ? new PartitionPlan.Apply(narrow.parent(), partition, operator)
                : new PartitionPlan.Read(this, partition);
    }

    @Override
    public Cursor open(int partition, TaskInputs inputs) throws Exception {
        Cursor records = operator.open(left, partition, inputs);
        return new ProbeCursor(records, operator, new DatasetPartition(this, partition), inputs);
    }

    /**
     * A record finds those of the same key on the other side.
     *
     * @param right the other side, which becomes a table
     * @param entries takes both sides' records apart and makes the rows and their values
     */
    public record Probe(Dependency right, EntryFormat entries) implements Operator.Push {

        @Override
        public String name() {
            return "join";
        }

        @Override
        public boolean keepsPartitioner() {
            return true;
        }

        @Override
        public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
            return new ProbeSink(this, result, inputs, downstream);
        }

        private Cursor open(Dependency side, int partition, TaskInputs inputs) throws Exception {
            return side instanceof ShuffleDependency shuffle
                    ? new ShuffledNode.ShuffleCursor(inputs.shuffle(shuffle, partition), entries)
                    : inputs.open(((NarrowDependency) side).parent(), partition);
        }

        /** What a shuffle hands out is immutable or a copy already. */
        private @Nullable RecordCopier copier(TaskScope scope) {
            return right instanceof ShuffleDependency ? null : RecordCopier.of(scope);
        }
    }

    /** Streams a shuffled left side past the table. */
    private static final class ProbeCursor implements Cursor {

        private final Cursor left;
        private final ProbeSink probe;
        private final Target target = new Target();

        ProbeCursor(Cursor left, Probe operator, DatasetPartition result, TaskInputs inputs) {
            this.left = left;
            this.probe = new ProbeSink(operator, result, inputs, target);
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            target.sink = sink;
            return left.drive(probe, max);
        }

        @Override
        public void close() {
            left.close();
        }
    }

    /** The sink of the present step; its end is its driver's business. */
    private static final class Target extends Sink {

        private @Nullable Sink sink;

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            return sink != null && sink.push(record);
        }
    }

    /** Takes the right side into the table; its end is its driver's business. */
    private static final class BuildSink extends Sink {

        private final EntryFormat entries;
        private final LineageNode dataset;
        private final GroupTable table;

        BuildSink(EntryFormat entries, LineageNode dataset, GroupTable table) {
            this.entries = entries;
            this.dataset = dataset;
            this.table = table;
        }

        @Override
        public boolean push(@Nullable Object record) {
            Object key = entries.key(record);
            try {
                table.add(key, StableHash.of(key), entries.value(record));
            } catch (SerializationException e) {
                throw e.during("Copying what " + dataset + " holds");
            }
            return true;
        }
    }

    /** Builds the table when the first record comes past; gives it back when the attempt ends. */
    private static final class ProbeSink extends Sink {

        private final Probe operator;
        private final LineageNode dataset;
        private final int partition;
        private final TaskInputs inputs;
        private final Sink downstream;
        private final GroupTable table;
        private boolean built;

        ProbeSink(Probe operator, DatasetPartition result, TaskInputs inputs, Sink downstream) {
            this.operator = operator;
            this.partition = result.number();
            this.inputs = inputs;
            this.downstream = downstream;
            this.dataset = result.dataset();
            this.table = new GroupTable(
                    operator.copier(inputs.scope()), inputs.scope().memory());
            inputs.scope().onClose(table::close);
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            if (!built) {
                build();
            }
            Object key = operator.entries.key(record);
            Object value = operator.entries.value(record);
            GroupTable.Values matches = table.values(key, StableHash.of(key));
            while (matches.hasNext()) {
                if (!downstream.push(operator.entries.record(key, operator.entries.record(value, matches.next())))) {
                    return false;
                }
            }
            return true;
        }

        private void build() throws Exception {
            built = true;
            Cursor right = operator.open(operator.right, partition, inputs);
            right.drain(new BuildSink(operator.entries, dataset, table), inputs.scope());
            table.complete();
            right.close();
        }

        @Override
        public void end() throws Exception {
            table.close();
            downstream.end();
        }
    }
}

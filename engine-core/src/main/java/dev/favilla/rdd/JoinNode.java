package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * All pairs of values of a common key. The right side becomes a table; the left side streams past it, so rows come in
 * the order of the left, and for each in the order of the right.
 */
public final class JoinNode extends Node {

    private final Dependency left;
    private final Dependency right;
    private final Partitioner partitioner;
    private final EntryFormat entries;

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
        this.right = right;
        this.partitioner = partitioner;
        this.entries = entries;
    }

    @Override
    public Optional<Partitioner> partitioner() {
        return Optional.of(partitioner);
    }

    @Override
    protected int countPartitions() {
        return partitioner.numPartitions();
    }

    @Override
    public PartitionPlan plan(int partition) {
        return new PartitionPlan.Read(inputs -> new JoinCursor(this, partition, inputs));
    }

    private static final class JoinCursor implements Cursor {

        private static final int STEP = 4096;

        private final JoinNode node;
        private final int partition;
        private final TaskInputs inputs;
        private final JoinTable table;
        private @Nullable Cursor probe;

        JoinCursor(JoinNode node, int partition, TaskInputs inputs) {
            this.node = node;
            this.partition = partition;
            this.inputs = inputs;
            this.table = new JoinTable(node.entries, inputs.scope().memory());
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            Cursor left = probe;
            if (left == null) {
                build();
                left = Side.open(node.left, partition, node.entries, inputs);
                probe = left;
            }
            return left.drive(new ProbeSink(node.entries, table, sink), max);
        }

        private void build() throws Exception {
            Cursor right = Side.open(node.right, partition, node.entries, inputs);
            while (right.drive(table, STEP)) {
                inputs.scope().checkKilled();
            }
            table.end();
            right.close();
        }

        @Override
        public void close() {
            table.close();
            if (probe != null) {
                probe.close();
            }
        }
    }

    private static final class ProbeSink extends Sink {

        private final EntryFormat entries;
        private final JoinTable table;
        private final Sink downstream;

        ProbeSink(EntryFormat entries, JoinTable table, Sink downstream) {
            this.entries = entries;
            this.table = table;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object key = entries.key(record);
            Object value = entries.value(record);
            for (Object match : table.matches(key)) {
                if (!downstream.push(entries.record(key, entries.record(value, match)))) {
                    return false;
                }
            }
            return true;
        }
    }
}

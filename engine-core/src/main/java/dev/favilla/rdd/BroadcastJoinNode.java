package dev.favilla.rdd;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.ClassRecipe;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.PreparedNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.memory.ExecutionMemoryExhaustedException;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.spill.GroupTable;
import dev.favilla.spill.SharedTables;
import dev.favilla.value.StableHash;
import java.lang.invoke.MethodHandles;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What the records of a dataset find in another one, which each executor holds whole, in one table for all its tasks.
 * Records stay where they lie; rows come in their order, and for each in the order of the other dataset.
 */
public final class BroadcastJoinNode extends Node implements PreparedNode {

    public BroadcastJoinNode(int id, CallSite callSite, LineageNode left, Lookup operator) {
        super(
                id,
                "BroadcastJoinedRDD",
                callSite,
                new LookedUp(left, operator, left.partitioner().orElse(null)));
    }

    /** Returns the dataset whose records stay where they lie. */
    public LineageNode left() {
        return recipe(LookedUp.class).left();
    }

    /** Returns what is done to its records. */
    public Lookup operator() {
        return recipe(LookedUp.class).operator();
    }

    @Override
    protected int countPartitions() {
        return left().numPartitions();
    }

    @Override
    public boolean isPrepared() {
        return !(recipe() instanceof LookedUp lookedUp)
                || lookedUp.operator().right().isCollected();
    }

    @Override
    public void prepare(Jobs jobs) {
        if (recipe() instanceof LookedUp lookedUp) {
            lookedUp.operator().right().collect(jobs);
        }
    }

    private record LookedUp(
            LineageNode left, Lookup operator, @Nullable Partitioner placement) implements Recipe {

        @Override
        public List<Dependency> dependencies() {
            return List.of(new NarrowDependency(left));
        }

        @Override
        public Optional<Partitioner> partitioner() {
            return Optional.ofNullable(placement);
        }

        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            return new PartitionPlan.Apply(left, partition, operator);
        }
    }

    /**
     * A record finds those of the same key in the other dataset.
     *
     * @param keepsAlone whether there is a row for a record that finds none
     * @param right the other dataset
     * @param entries takes both sides' records apart
     * @param rows makes the rows
     */
    public record Lookup(boolean keepsAlone, WholeDataset right, EntryFormat entries, JoinNode.Rows rows)
            implements Operator.Push {

        @Override
        public String name() {
            return keepsAlone ? "leftOuterJoinBroadcast" : "joinBroadcast";
        }

        @Override
        public boolean keepsPartitioner() {
            return true;
        }

        @Override
        public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) throws Exception {
            TaskScope scope = inputs.scope();
            GroupTable table = table(result.dataset(), scope);
            return new LookupSink(result.dataset(), table, entries, rows, keepsAlone, downstream, scope);
        }

        private GroupTable table(LineageNode dataset, TaskScope scope) throws Exception {
            try {
                return SharedTables.of(scope).get(right.number(), scope, (all, table) -> fill(table, all, scope));
            } catch (ExecutionMemoryExhaustedException e) {
                throw new BroadcastTooLargeException(dataset.callSite(), e);
            } catch (SerializationException e) {
                throw e.during("Copying what " + dataset + " holds");
            }
        }

        private void fill(GroupTable table, List<?> records, TaskScope scope) {
            int taken = 0;
            for (Object record : records) {
                if ((++taken & LookupSink.CHECK_MASK) == 0) {
                    scope.checkKilled();
                }
                Object key = entries.key(record);
                table.add(key, StableHash.of(key), entries.value(record));
            }
        }
    }

    /** The table is shared, so what can change in it is handed out as copies. */
    private static final class LookupSink extends Sink {

        private static final int CHECK_MASK = 4095;

        private final LineageNode dataset;
        private final GroupTable table;
        private final EntryFormat entries;
        private final JoinNode.Rows rows;
        private final boolean keepsAlone;
        private final Sink downstream;
        private final TaskScope scope;
        private final RecordCopier copier;
        private int found;

        LookupSink(
                LineageNode dataset,
                GroupTable table,
                EntryFormat entries,
                JoinNode.Rows rows,
                boolean keepsAlone,
                Sink downstream,
                TaskScope scope) {
            this.dataset = dataset;
            this.table = table;
            this.entries = entries;
            this.rows = rows;
            this.keepsAlone = keepsAlone;
            this.downstream = downstream;
            this.scope = scope;
            this.copier = RecordCopier.of(scope);
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object key = entries.key(record);
            Object left = entries.value(record);
            GroupTable.Values rights = table.values(key, StableHash.of(key));
            if (!rights.hasNext()) {
                return !keepsAlone || downstream.push(rows.leftOnly(key, left));
            }
            while (rights.hasNext()) {
                if ((++found & CHECK_MASK) == 0) { // one key may have any number
                    scope.checkKilled();
                }
                if (!downstream.push(rows.both(key, left, own(rights.next())))) {
                    return false;
                }
            }
            return true;
        }

        private @Nullable Object own(@Nullable Object right) {
            try {
                return copier.isolate(right);
            } catch (SerializationException e) {
                throw e.during("Copying what " + dataset + " holds");
            }
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(
                    MethodHandles.lookup(), dataset, table, entries, rows, keepsAlone, downstream, scope);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}

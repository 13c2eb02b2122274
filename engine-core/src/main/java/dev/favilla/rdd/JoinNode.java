package dev.favilla.rdd;

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
import dev.favilla.serializer.SerializationException;
import dev.favilla.shuffle.EntrySink;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.spill.FinishedTable;
import dev.favilla.spill.HashJoin;
import dev.favilla.spill.JoinType;
import dev.favilla.spill.JoinedRows;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What two datasets have, or have not, in common by key. The right side is held; the left side streams past it, so rows
 * come in the order of the left, and for each in the order of the right. Right records that are alone, where they are
 * wanted, follow at the end.
 */
public final class JoinNode extends Node {

    /** @param partitioner how both sides lie */
    public JoinNode(int id, CallSite callSite, Dependency left, Probe operator, Partitioner partitioner) {
        super(id, "JoinedRDD", callSite, new Probed(left, operator, partitioner));
    }

    /** Returns the side that streams past. */
    public Dependency left() {
        return recipe(Probed.class).left();
    }

    /** Returns what is done to its records. */
    public Probe operator() {
        return recipe(Probed.class).operator();
    }

    @Override
    protected int countPartitions() {
        return recipe(Probed.class).placement().numPartitions();
    }

    private record Probed(Dependency left, Probe operator, Partitioner placement) implements Recipe {

        @Override
        public List<Dependency> dependencies() {
            return List.of(left, operator.right());
        }

        @Override
        public Optional<Partitioner> partitioner() {
            return operator.keepsPartitioner() ? Optional.of(placement) : Optional.empty();
        }

        /** A left side that lies so already is a step of its own pipeline, so that joins of joins do not nest. */
        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            return left instanceof ShuffleDependency shuffle
                    ? new PartitionPlan.Read(new Begin(dataset, shuffle, operator), partition)
                    : new PartitionPlan.Apply(((NarrowDependency) left).parent(), partition, operator);
        }
    }

    /** The left side is shuffled. */
    private record Begin(LineageNode dataset, ShuffleDependency left, Probe operator) implements Source {

        @Override
        public List<DatasetPartition> beside(int partition) {
            return operator.beside(new DatasetPartition(dataset, partition));
        }

        @Override
        public Cursor open(int partition, TaskInputs inputs) throws Exception {
            ShuffleReader records = inputs.shuffle(left, partition);
            return new ProbeCursor(records, operator, new DatasetPartition(dataset, partition), inputs);
        }

        /** A record meets all those with its key. */
        @Override
        public boolean mayExceedStep() {
            return true;
        }
    }

    /** Makes the records of a join. Stateless; supplied by the API. */
    public interface Rows extends Serializable {

        /** Makes a record of two that have met. */
        @Nullable
        Object both(@Nullable Object key, @Nullable Object left, @Nullable Object right);

        /** Makes a record of a left one that is alone, or whose partner is not looked at. */
        @Nullable
        Object leftOnly(@Nullable Object key, @Nullable Object left);

        /** Makes a record of a right one that is alone. */
        @Nullable
        Object rightOnly(@Nullable Object key, @Nullable Object right);

        /** Returns whether what is made still carries the key that it was placed by. */
        boolean keepsKeys();
    }

    /**
     * A record finds those of the same key on the other side.
     *
     * @param type which rows there are
     * @param right the other side, which is held
     * @param entries takes both sides' records apart
     * @param rows makes the rows
     */
    public record Probe(JoinType type, Dependency right, EntryFormat entries, Rows rows) implements Operator.Push {

        /** Returns the name of the operation that mostly means this type. */
        @Override
        public String name() {
            return switch (type) {
                case INNER -> "join";
                case LEFT_OUTER -> "leftOuterJoin";
                case RIGHT_OUTER -> "rightOuterJoin";
                case FULL_OUTER -> "fullOuterJoin";
                case LEFT_SEMI -> "intersection";
                case LEFT_ANTI -> "subtract";
            };
        }

        @Override
        public boolean keepsPartitioner() {
            return rows.keepsKeys();
        }

        @Override
        public boolean mayReuse() {
            return false;
        }

        @Override
        public List<DatasetPartition> beside(DatasetPartition result) {
            return KeyedInput.beside(List.of(right), result.number());
        }

        @Override
        public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
            return new ProbeSink(this, result, downstream, inputs);
        }
    }

    /** Streams a shuffled left side past the table, and then hands out what is left. */
    private static final class ProbeCursor implements Cursor {

        private final ShuffleReader left;
        private final ProbeSink probe;
        private final Target target = new Target();
        private boolean leftEnded;

        ProbeCursor(ShuffleReader left, Probe operator, DatasetPartition result, TaskInputs inputs) {
            this.left = left;
            this.probe = new ProbeSink(operator, result, target, inputs);
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            target.sink = sink;
            if (leftEnded) {
                return probe.emitRest(max);
            }
            leftEnded = !left.drive(probe, max);
            return probe.wanted;
        }

        @Override
        public void close() {
            left.close();
            probe.join.close();
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

    /** Takes the right side in. */
    private record Build(LineageNode dataset, HashJoin join) implements EntrySink {

        @Override
        public boolean push(@Nullable Object key, @Nullable Object value) {
            try {
                join.addRight(key, StableHash.of(key), value);
            } catch (SerializationException e) {
                throw e.during("Copying what " + dataset + " holds");
            }
            return true;
        }

        @Override
        public int pushNumbers(Primitive keys, Primitive values, long[] entries, int from, int to) {
            join.addRight(keys, values, entries, from, to);
            return to - from;
        }

        @Override
        public boolean takeTable(FinishedTable table) throws Exception {
            try {
                return join.takeRight(table);
            } catch (SerializationException e) {
                throw e.during("Copying what " + dataset + " holds");
            }
        }
    }

    /** Takes the right side in when the first record comes past, or at the end; gives it back when the attempt ends. */
    private static final class ProbeSink extends Sink implements EntrySink, JoinedRows {

        private final Probe operator;
        private final EntryFormat entries;
        private final Rows rows;
        private final DatasetPartition result;
        private final TaskInputs inputs;
        private Sink downstream;
        private final HashJoin join;
        private boolean built;
        private boolean wanted = true;

        ProbeSink(Probe operator, DatasetPartition result, Sink downstream, TaskInputs inputs) {
            this.operator = operator;
            this.entries = operator.entries;
            this.rows = operator.rows;
            this.result = result;
            this.inputs = inputs;
            this.downstream = downstream;
            this.join = new HashJoin(
                    inputs.scope(), KeyedInput.copier(operator.right, inputs.scope()), operator.type, this);
            inputs.scope().onClose(join::close);
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            return push(entries.key(record), entries.value(record));
        }

        @Override
        public boolean push(@Nullable Object key, @Nullable Object value) throws Exception {
            build();
            wanted = join.addLeft(key, StableHash.of(key), value);
            return wanted;
        }

        @Override
        public int pushNumbers(Primitive keys, Primitive values, long[] records, int from, int to) throws Exception {
            build();
            int taken = join.addLeft(keys, values, records, from, to);
            wanted = taken == to - from;
            return taken;
        }

        private void build() throws Exception {
            if (!built) {
                built = true;
                KeyedInput.drain(operator.right, entries, result.number(), inputs, new Build(result.dataset(), join));
                join.completeRight();
            }
        }

        @Override
        public boolean matched(@Nullable Object key, @Nullable Object left, Iterator<@Nullable Object> rights)
                throws Exception {
            if (!rights.hasNext()) {
                return downstream.push(rows.leftOnly(key, left));
            }
            while (rights.hasNext()) {
                if (!downstream.push(rows.both(key, left, rights.next()))) {
                    return false;
                }
            }
            return true;
        }

        @Override
        public boolean unmatched(@Nullable Object key, Iterator<@Nullable Object> rights) throws Exception {
            while (rights.hasNext()) {
                if (!downstream.push(rows.rightOnly(key, rights.next()))) {
                    return false;
                }
            }
            return true;
        }

        /** Hands out what the records that came past have left; returns whether there may be more. */
        boolean emitRest(int max) throws Exception {
            if (!built && !operator.type.wantsRightAlone()) {
                return false; // nothing came past
            }
            build();
            wanted = join.emitRest(max);
            return wanted;
        }

        @Override
        public boolean passOnTo(Sink other) {
            downstream = other;
            return true;
        }

        @Override
        public void end() throws Exception {
            while (wanted && emitRest(Cursor.LARGEST_STEP)) {
                inputs.scope().checkKilled();
            }
            join.close();
            downstream.end();
        }
    }
}

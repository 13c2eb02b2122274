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
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.shuffle.EntrySink;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.spill.CoGroupTable;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One record for each key of several datasets, with its values in each of them. Keys come in the order in which they are
 * first seen, where the datasets follow one another.
 */
public final class CoGroupNode extends Node {

    /** @param partitioner how all inputs lie */
    public CoGroupNode(int id, CallSite callSite, Gather operator, Partitioner partitioner) {
        super(id, "CoGroupedRDD", callSite, new Gathered(operator, partitioner));
    }

    /** Returns what is done to the inputs. */
    public Gather operator() {
        return recipe(Gathered.class).operator();
    }

    @Override
    protected int countPartitions() {
        return recipe(Gathered.class).placement().numPartitions();
    }

    private record Gathered(Gather operator, Partitioner placement) implements Recipe {

        @Override
        public List<Dependency> dependencies() {
            return operator.inputs();
        }

        @Override
        public Optional<Partitioner> partitioner() {
            return Optional.of(placement);
        }

        /** A first input that lies so already is the begin of this pipeline, so that cogroups of cogroups do not nest. */
        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            Dependency first = operator.inputs.get(0);
            return first instanceof ShuffleDependency shuffle
                    ? new PartitionPlan.Read(new Begin(dataset, shuffle, operator), partition)
                    : new PartitionPlan.Apply(((NarrowDependency) first).parent(), partition, operator);
        }
    }

    /** The first input is shuffled. */
    private record Begin(LineageNode dataset, ShuffleDependency first, Gather operator) implements Source {

        @Override
        public List<DatasetPartition> beside(int partition) {
            return operator.beside(new DatasetPartition(dataset, partition));
        }

        @Override
        public Cursor open(int partition, TaskInputs inputs) throws Exception {
            ShuffleReader records = inputs.shuffle(first, partition);
            return new GatheringCursor(records, new Groups(operator, new DatasetPartition(dataset, partition), inputs));
        }
    }

    /** Makes a record of a key and its values in each of several datasets. Stateless; supplied by the API. */
    @FunctionalInterface
    public interface Rows extends Serializable {

        @Nullable
        Object record(@Nullable Object key, List<? extends Iterable<@Nullable Object>> values);
    }

    /**
     * Records are gathered by key.
     *
     * @param inputs what is gathered, in order; two or more
     * @param entries takes records apart
     * @param rows makes records
     */
    public record Gather(List<Dependency> inputs, EntryFormat entries, Rows rows) implements Operator.Push {

        public Gather {
            inputs = List.copyOf(inputs);
        }

        @Override
        public String name() {
            return "cogroup";
        }

        @Override
        public boolean keepsPartitioner() {
            return true;
        }

        @Override
        public boolean mayReuse() {
            return false;
        }

        @Override
        public List<DatasetPartition> beside(DatasetPartition result) {
            return KeyedInput.beside(inputs.subList(1, inputs.size()), result.number());
        }

        @Override
        public Sink over(DatasetPartition result, Sink downstream, TaskInputs taskInputs) {
            return new GatheringSink(new Groups(this, result, taskInputs), downstream, taskInputs);
        }
    }

    /** What is gathered in one attempt. Given back when the attempt ends. */
    private static final class Groups {

        private final Gather operator;
        private final DatasetPartition result;
        private final TaskInputs inputs;
        private final CoGroupTable table;

        Groups(Gather operator, DatasetPartition result, TaskInputs inputs) {
            this.operator = operator;
            this.result = result;
            this.inputs = inputs;
            this.table = new CoGroupTable(operator.inputs.size(), inputs.scope());
            inputs.scope().onClose(table::close);
        }

        /** Returns what takes the records of an input in. */
        EntrySink of(int input) {
            RecordCopier copier = KeyedInput.copier(operator.inputs.get(input), inputs.scope());
            return new Input(input, copier, table, result.dataset());
        }

        /** Takes all inputs but the first in. */
        void addOthers() throws Exception {
            for (int input = 1; input < operator.inputs.size(); input++) {
                KeyedInput.drain(operator.inputs.get(input), operator.entries, result.number(), inputs, of(input));
            }
        }

        /** Hands out the groups of up to {@code max} keys; returns whether there may be more. */
        boolean emit(Sink downstream, int max) throws Exception {
            for (int i = 0; i < max; i++) {
                if (!table.advance() || !downstream.push(operator.rows.record(table.key(), table.values()))) {
                    return false;
                }
            }
            return true;
        }
    }

    /** Takes the records of one input in. */
    private record Input(int number, @Nullable RecordCopier copier, CoGroupTable table, LineageNode dataset)
            implements EntrySink {

        @Override
        public boolean push(@Nullable Object key, @Nullable Object value) throws Exception {
            int hash = StableHash.of(key);
            try {
                table.add(number, own(key), hash, own(value));
            } catch (SerializationException e) {
                throw e.during("Copying what " + dataset + " holds");
            }
            return true;
        }

        @Override
        public int pushNumbers(Primitive keys, Primitive values, long[] entries, int from, int to) throws Exception {
            table.addAll(number, keys, values, entries, from, to);
            return to - from;
        }

        private @Nullable Object own(@Nullable Object record) {
            return copier == null ? record : copier.isolate(record);
        }
    }

    /** Takes its records in as the first input. */
    private static final class GatheringSink extends Sink {

        private final Groups groups;
        private Sink downstream;
        private final TaskInputs inputs;
        private final EntryFormat entries;
        private final EntrySink first;

        GatheringSink(Groups groups, Sink downstream, TaskInputs inputs) {
            this.groups = groups;
            this.downstream = downstream;
            this.inputs = inputs;
            this.entries = groups.operator.entries;
            this.first = groups.of(0);
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            return first.push(entries.key(record), entries.value(record));
        }

        @Override
        public boolean passOnTo(Sink other) {
            downstream = other;
            return true;
        }

        @Override
        public void end() throws Exception {
            groups.addOthers();
            while (groups.emit(downstream, Cursor.LARGEST_STEP)) {
                inputs.scope().checkKilled();
            }
            groups.table.close();
            downstream.end();
        }
    }

    /** Reads a shuffled first input, then the others, and then hands out. */
    private static final class GatheringCursor implements Cursor {

        private final ShuffleReader first;
        private final Groups groups;
        private final EntrySink firstInput;
        private boolean gathered;

        GatheringCursor(ShuffleReader first, Groups groups) {
            this.first = first;
            this.groups = groups;
            this.firstInput = groups.of(0);
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            if (gathered) {
                return groups.emit(sink, max);
            }
            if (!first.drive(firstInput, max)) {
                gathered = true;
                groups.addOthers();
            }
            return true;
        }

        @Override
        public void close() {
            first.close();
            groups.table.close();
        }
    }
}

package dev.favilla.rdd;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.spill.AggregationTable;
import dev.favilla.value.StableHash;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Aggregation by key where keys lie together already, so that nothing has to be shuffled. Keys come out in the order in
 * which they were first seen.
 *
 * @param aggregator how values of one key become one
 * @param in takes the parent's records apart
 * @param out makes the dataset's records
 */
public record LocalCombineOperator(Aggregator aggregator, EntryExtractor in, EntryBuilder out)
        implements Operator.Push {

    @Override
    public String name() {
        return "combine";
    }

    @Override
    public List<Closure<?>> functions() {
        return List.of(aggregator.combiner());
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
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        return new CombineSink(this, result.dataset(), downstream, inputs.scope());
    }

    /** Takes all records in before it hands any on, when its input ends. */
    private static final class CombineSink extends Sink {

        private static final int CHECK_MASK = 4095;

        private final LocalCombineOperator operator;
        private final LineageNode dataset;
        private Sink downstream;
        private final TaskScope scope;
        private final AggregationTable table;

        CombineSink(LocalCombineOperator operator, LineageNode dataset, Sink downstream, TaskScope scope) {
            this.operator = operator;
            this.dataset = dataset;
            this.downstream = downstream;
            this.scope = scope;
            this.table =
                    new AggregationTable(operator.aggregator.combiner().forTask(scope), RecordCopier.of(scope), scope);
            scope.onClose(table::close);
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object key = operator.in.key(record);
            try {
                table.add(key, StableHash.of(key), operator.in.value(record));
            } catch (SerializationException e) {
                throw e.during("Copying what " + dataset + " holds");
            }
            return true;
        }

        @Override
        public boolean passOnTo(Sink other) {
            downstream = other;
            return true;
        }

        @Override
        public void end() throws Exception {
            AggregationTable.Leaving entries = table.drain();
            boolean wanted = true;
            for (int i = 1; wanted && entries.advance(); i++) {
                if ((i & CHECK_MASK) == 0) {
                    scope.checkKilled();
                }
                wanted = downstream.push(operator.out.record(entries.key(), entries.accumulator()));
            }
            table.close();
            downstream.end();
        }
    }
}

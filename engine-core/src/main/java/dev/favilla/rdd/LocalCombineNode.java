package dev.favilla.rdd;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.attempt.TaskScope;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.value.StableHash;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.Combiner;
import dev.favilla.spill.AggregationTable;
import dev.favilla.value.StableHash;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Aggregation by key where keys lie together already, so that nothing has to be shuffled. Keys come out in the order in
 * which they were first seen.
 */
public final class LocalCombineNode extends SinkNode {

    private final Aggregator aggregator;
    private final EntryExtractor in;
    private final EntryBuilder out;

    /**
     * @param in takes the parent's records apart
     * @param out makes this dataset's records
     */
    public LocalCombineNode(
            int id, CallSite callSite, LineageNode parent, Aggregator aggregator, EntryExtractor in, EntryBuilder out) {
        super(id, callSite, parent, true);
        this.aggregator = aggregator;
        this.in = in;
        this.out = out;
    }

    @Override
    Sink over(Sink downstream, TaskInputs inputs) {
        return new CombineSink(this, downstream, inputs.scope());
    }

    /** Takes all records in before it hands any on, when its input ends. */
    private static final class CombineSink extends Sink {

        private static final int CHECK_MASK = 4095;

        private final LocalCombineNode node;
        private final Sink downstream;
        private final TaskScope scope;
        private final AggregationTable table;

        CombineSink(LocalCombineNode node, Sink downstream, TaskScope scope) {
            this.node = node;
            this.downstream = downstream;
            this.scope = scope;
            this.table = new AggregationTable(
                    node.aggregator.combiner().forTask(scope), RecordCopier.of(scope), scope.memory());
            scope.onClose(table::close);
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object key = node.in.key(record);
            try {
                table.add(key, StableHash.of(key), node.in.value(record));
            } catch (SerializationException e) {
                throw e.during("Copying what " + node + " holds");
            }
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
                wanted = downstream.push(node.out.record(entries.key(), entries.accumulator()));
            }
            table.close();
            downstream.end();
        }
    }
}

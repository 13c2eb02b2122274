package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.serializer.SizeEstimator;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.Combiner;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Aggregation by key where keys lie together already, so that nothing has to be shuffled. */
public final class LocalCombineNode extends NarrowNode {

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
    public PartitionPlan plan(int partition) {
        return new PartitionPlan.Read(inputs -> new CombineCursor(this, partition, inputs));
    }

    private static final class CombineCursor implements Cursor {

        private static final int STEP = 4096;

        private final LocalCombineNode node;
        private final int partition;
        private final TaskInputs inputs;
        private final CombineTable table;
        private @Nullable Iterator<Map.Entry<@Nullable Object, @Nullable Object>> results;

        CombineCursor(LocalCombineNode node, int partition, TaskInputs inputs) {
            this.node = node;
            this.partition = partition;
            this.inputs = inputs;
            this.table = new CombineTable(
                    node.in,
                    node.aggregator.combiner().forTask(inputs.scope()),
                    inputs.scope().memory());
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            Iterator<Map.Entry<@Nullable Object, @Nullable Object>> left = results;
            if (left == null) {
                left = combine();
                results = left;
            }
            for (int i = 0; i < max && left.hasNext(); i++) {
                Map.Entry<@Nullable Object, @Nullable Object> entry = left.next();
                if (!sink.push(node.out.record(entry.getKey(), entry.getValue()))) {
                    return false;
                }
            }
            return left.hasNext();
        }

        private Iterator<Map.Entry<@Nullable Object, @Nullable Object>> combine() throws Exception {
            Cursor upstream = inputs.open(node.parent(), partition);
            while (upstream.drive(table, STEP)) {
                inputs.scope().checkKilled();
            }
            table.end();
            upstream.close();
            return table.accumulators.entrySet().iterator();
        }

        @Override
        public void close() {
            table.close();
        }
    }

    private static final class CombineTable extends Sink {

        private static final int RECORDS_PER_RESERVATION = 1024;

        private final EntryExtractor entries;
        private final Combiner<@Nullable Object, @Nullable Object> combiner;
        private final MemoryAccount memory;
        private final SizeEstimator.Sampler sampler = new SizeEstimator.Sampler();
        private final Map<@Nullable Object, @Nullable Object> accumulators = new LinkedHashMap<>();
        private long records;
        private long reservedBytes;

        CombineTable(
                EntryExtractor entries, Combiner<@Nullable Object, @Nullable Object> combiner, MemoryAccount memory) {
            this.entries = entries;
            this.combiner = combiner;
            this.memory = memory;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object key = entries.key(record);
            Object value = entries.value(record);
            Object accumulator = accumulators.get(key);
            if (accumulator != null || accumulators.containsKey(key)) {
                accumulators.put(key, combiner.add(accumulator, value));
            } else {
                accumulators.put(key, combiner.create(value));
            }
            sampler.add(record);
            if (++records % RECORDS_PER_RESERVATION == 0) {
                reserve();
            }
            return true;
        }

        @Override
        public void end() {
            reserve();
        }

        /** Charges the whole input, an upper bound of what any combiner keeps of it. */
        private void reserve() {
            long bytes = sampler.bytes();
            if (bytes > reservedBytes) {
                memory.require(bytes - reservedBytes);
                reservedBytes = bytes;
            }
        }

        void close() {
            accumulators.clear();
            memory.release(reservedBytes);
            reservedBytes = 0;
        }
    }
}

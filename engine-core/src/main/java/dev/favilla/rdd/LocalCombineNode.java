package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.memory.TaskScope;
import dev.favilla.serializer.StableHash;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.Combiner;
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
        TaskScope scope = inputs.scope();
        CombineSink sink = new CombineSink(this, aggregator.combiner().forTask(scope), downstream, scope);
        scope.onClose(sink::release);
        return sink;
    }

    /**
     * Takes all records in before it hands any on, when its input ends. What it holds is the attempt's own: a source may
     * use one object for many records, and a cached record belongs to others too.
     */
    private static final class CombineSink extends Sink {

        private static final int CHECK_MASK = 4095;

        private final LocalCombineNode node;
        private final Combiner<@Nullable Object, @Nullable Object> combiner;
        private final Sink downstream;
        private final TaskScope scope;
        private final OwnRecords own;
        private final HeldRecords held;
        private final Map<@Nullable Object, @Nullable Object> accumulators = new LinkedHashMap<>();

        CombineSink(
                LocalCombineNode node,
                Combiner<@Nullable Object, @Nullable Object> combiner,
                Sink downstream,
                TaskScope scope) {
            this.node = node;
            this.combiner = combiner;
            this.downstream = downstream;
            this.scope = scope;
            this.own = new OwnRecords(node, scope);
            this.held = new HeldRecords(scope.memory());
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object key = node.in.key(record);
            Object value = node.in.value(record);
            Object accumulator = accumulators.get(key);
            if (accumulator != null || accumulators.containsKey(key)) {
                accumulators.put(key, combiner.add(accumulator, own.of(value)));
            } else {
                StableHash.requireKey(key);
                accumulators.put(own.of(key), combiner.create(own.of(value)));
            }
            held.add(record); // an upper bound of what any combiner keeps of it
            return true;
        }

        @Override
        public void end() throws Exception {
            held.charge();
            Iterator<Map.Entry<@Nullable Object, @Nullable Object>> left =
                    accumulators.entrySet().iterator();
            boolean wanted = true;
            for (int i = 0; wanted && left.hasNext(); i++) {
                if ((i & CHECK_MASK) == CHECK_MASK) {
                    scope.checkKilled();
                }
                Map.Entry<@Nullable Object, @Nullable Object> entry = left.next();
                wanted = downstream.push(node.out.record(entry.getKey(), entry.getValue()));
            }
            release();
            downstream.end();
        }

        private void release() {
            accumulators.clear();
            held.release();
        }
    }
}

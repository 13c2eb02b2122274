package dev.favilla.rdd;

import dev.favilla.closure.Closure;
import dev.favilla.function.MapFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import org.jspecify.annotations.Nullable;

/** An entry keeps its key and gets another value, so keys stay where they are. */
public final class MapValuesNode extends SinkNode {

    private final Closure<MapFunction<@Nullable Object, @Nullable Object>> function;
    private final EntryFormat entries;

    public MapValuesNode(
            int id,
            CallSite callSite,
            LineageNode parent,
            Closure<MapFunction<@Nullable Object, @Nullable Object>> function,
            EntryFormat entries) {
        super(id, callSite, parent, true);
        this.function = function;
        this.entries = entries;
    }

    @Override
    Sink over(Sink downstream, TaskInputs inputs) {
        return new MapValuesSink(this, function.forTask(inputs.scope()), downstream);
    }

    private static final class MapValuesSink extends Sink {

        private final MapValuesNode node;
        private final MapFunction<@Nullable Object, @Nullable Object> function;
        private final Sink downstream;

        MapValuesSink(MapValuesNode node, MapFunction<@Nullable Object, @Nullable Object> function, Sink downstream) {
            this.node = node;
            this.function = function;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object value;
            try {
                value = function.call(node.entries.value(record));
            } catch (Exception | Error e) {
                throw UserCode.failure(node, record, e);
            }
            return downstream.push(node.entries.record(node.entries.key(record), value));
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}

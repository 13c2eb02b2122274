package dev.favilla.rdd;

import dev.favilla.closure.Closure;
import dev.favilla.function.MapFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import org.jspecify.annotations.Nullable;

/** One record becomes one record. */
public final class MapNode extends SinkNode {

    private final Closure<MapFunction<@Nullable Object, @Nullable Object>> function;

    public MapNode(
            int id,
            CallSite callSite,
            LineageNode parent,
            Closure<MapFunction<@Nullable Object, @Nullable Object>> function) {
        super(id, callSite, parent, false);
        this.function = function;
    }

    @Override
    Sink over(Sink downstream, TaskInputs inputs) {
        return new MapSink(this, function.forTask(inputs.scope()), downstream);
    }

    private static final class MapSink extends Sink {

        private final MapNode node;
        private final MapFunction<@Nullable Object, @Nullable Object> function;
        private final Sink downstream;

        MapSink(MapNode node, MapFunction<@Nullable Object, @Nullable Object> function, Sink downstream) {
            this.node = node;
            this.function = function;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object result;
            try {
                result = function.call(record);
            } catch (Exception | Error e) {
                throw UserCode.failure(node, record, e);
            }
            return downstream.push(result);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}

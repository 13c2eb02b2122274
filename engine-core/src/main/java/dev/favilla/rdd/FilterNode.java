package dev.favilla.rdd;

import dev.favilla.closure.Closure;
import dev.favilla.function.FilterFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import org.jspecify.annotations.Nullable;

/** A record stays or goes. */
public final class FilterNode extends SinkNode {

    private final Closure<FilterFunction<@Nullable Object>> predicate;

    public FilterNode(
            int id, CallSite callSite, LineageNode parent, Closure<FilterFunction<@Nullable Object>> predicate) {
        super(id, callSite, parent, true);
        this.predicate = predicate;
    }

    @Override
    Sink over(Sink downstream, TaskInputs inputs) {
        return new FilterSink(this, predicate.forTask(inputs.scope()), downstream);
    }

    private static final class FilterSink extends Sink {

        private final FilterNode node;
        private final FilterFunction<@Nullable Object> predicate;
        private final Sink downstream;

        FilterSink(FilterNode node, FilterFunction<@Nullable Object> predicate, Sink downstream) {
            this.node = node;
            this.predicate = predicate;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            boolean kept;
            try {
                kept = predicate.call(record);
            } catch (Exception | Error e) {
                throw UserCode.failure(node, record, e);
            }
            return !kept || downstream.push(record);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}

package dev.favilla.rdd;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import dev.favilla.function.FlatMapFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** One record becomes the records of an iterable. */
public final class FlatMapNode extends SinkNode {

    private final Closure<FlatMapFunction<@Nullable Object, @Nullable Object>> function;

    public FlatMapNode(
            int id,
            CallSite callSite,
            LineageNode parent,
            Closure<FlatMapFunction<@Nullable Object, @Nullable Object>> function) {
        super(id, callSite, parent, false);
        this.function = function;
    }

    @Override
    Sink over(Sink downstream, TaskInputs inputs) {
        return new FlatMapSink(this, function.forTask(inputs.scope()), downstream, inputs.scope());
    }

    private static final class FlatMapSink extends Sink {

        private static final int CHECK_MASK = 4095;

        private final FlatMapNode node;
        private final FlatMapFunction<@Nullable Object, @Nullable Object> function;
        private final Sink downstream;
        private final TaskScope scope;
        private int pushed;

        FlatMapSink(
                FlatMapNode node,
                FlatMapFunction<@Nullable Object, @Nullable Object> function,
                Sink downstream,
                TaskScope scope) {
            this.node = node;
            this.function = function;
            this.downstream = downstream;
            this.scope = scope;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Iterator<?> results = iterate(record);
            while (true) {
                Object result;
                try {
                    if (!results.hasNext()) {
                        return true;
                    }
                    result = results.next();
                } catch (Exception | Error e) {
                    throw UserCode.failure(node, record, e);
                }
                if ((++pushed & CHECK_MASK) == 0) { // one record may expand without end
                    scope.checkKilled();
                }
                if (!downstream.push(result)) {
                    return false;
                }
            }
        }

        private Iterator<?> iterate(@Nullable Object record) throws Exception {
            try {
                Iterable<?> results = function.call(record);
                if (results == null) {
                    throw new NullPointerException("the function of " + node.callSite()
                            + " returned null; return an empty list for no records");
                }
                return results.iterator();
            } catch (Exception | Error e) {
                throw UserCode.failure(node, record, e);
            }
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}

package dev.favilla.rdd.narrow;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.ClassRecipe;
import dev.favilla.closure.Closure;
import dev.favilla.function.MapMultiFunction;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record becomes the records that a function emits.
 *
 * @param function emits the records
 */
public record MapMultiOperator(Closure<MapMultiFunction<@Nullable Object, @Nullable Object>> function)
        implements Operator.Push {

    @Override
    public String name() {
        return "mapMulti";
    }

    @Override
    public List<Closure<?>> functions() {
        return List.of(function);
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        return new MapMultiSink(result.dataset(), function.forTask(inputs.scope()), downstream, inputs.scope());
    }

    private static final class MapMultiSink extends Sink implements MapMultiFunction.Emitter<@Nullable Object> {

        private static final int CHECK_MASK = 63;

        private final LineageNode dataset;
        private final MapMultiFunction<@Nullable Object, @Nullable Object> function;
        private final Sink downstream;
        private final TaskScope scope;

        private boolean open = true;
        private int emitted;

        /** What downstream threw while the user's function was emitting; it passes through the user's code. */
        private @Nullable Throwable downstreamFailure;

        MapMultiSink(
                LineageNode dataset,
                MapMultiFunction<@Nullable Object, @Nullable Object> function,
                Sink downstream,
                TaskScope scope) {
            this.dataset = dataset;
            this.function = function;
            this.downstream = downstream;
            this.scope = scope;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            try {
                function.call(record, this);
            } catch (Exception | Error e) {
                rethrowDownstreamFailure();
                throw UserCode.failure(dataset, record, e);
            }
            rethrowDownstreamFailure(); // user code may have caught it
            return open;
        }

        @Override
        public void emit(@Nullable Object record) {
            if (!open) {
                return;
            }
            try {
                if ((++emitted & CHECK_MASK) == 0) { // one record may emit without end
                    scope.checkKilled();
                }
                open = downstream.push(record);
            } catch (Exception | Error e) {
                open = false;
                downstreamFailure = e;
                throw new EmitAbortedException(e);
            }
        }

        private void rethrowDownstreamFailure() throws Exception {
            if (downstreamFailure instanceof Error error) {
                throw error;
            }
            if (downstreamFailure instanceof Exception exception) {
                throw exception;
            }
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), dataset, function, downstream, scope);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }

    /** Leaves the user's function when a later operator failed; never leaves the sink. */
    private static final class EmitAbortedException extends RuntimeException {

        private static final long serialVersionUID = 1L;

        EmitAbortedException(Throwable cause) {
            super("a later operator failed", cause);
        }
    }
}

package dev.favilla.rdd.narrow;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.ClassRecipe;
import dev.favilla.closure.Closure;
import dev.favilla.function.FlatMapFunction;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import java.lang.invoke.MethodHandles;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record becomes the records of an iterable.
 *
 * @param function makes the iterable
 */
public record FlatMapOperator(Closure<FlatMapFunction<@Nullable Object, @Nullable Object>> function)
        implements Operator.Push {

    @Override
    public String name() {
        return "flatMap";
    }

    @Override
    public List<Closure<?>> functions() {
        return List.of(function);
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        return new FlatMapSink(result.dataset(), function.forTask(inputs.scope()), downstream, inputs.scope());
    }

    private static final class FlatMapSink extends Sink {

        private static final int CHECK_MASK = 63;

        private final LineageNode dataset;
        private final FlatMapFunction<@Nullable Object, @Nullable Object> function;
        private final Sink downstream;
        private final TaskScope scope;
        private int pushed;

        FlatMapSink(
                LineageNode dataset,
                FlatMapFunction<@Nullable Object, @Nullable Object> function,
                Sink downstream,
                TaskScope scope) {
            this.dataset = dataset;
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
                    throw UserCode.failure(dataset, record, e);
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
                    throw new NullPointerException("the function of " + dataset.callSite()
                            + " returned null; return an empty list for no records");
                }
                return results.iterator();
            } catch (Exception | Error e) {
                throw UserCode.failure(dataset, record, e);
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
}

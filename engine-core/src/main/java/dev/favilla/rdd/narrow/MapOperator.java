package dev.favilla.rdd.narrow;

import dev.favilla.closure.ClassRecipe;
import dev.favilla.closure.Closure;
import dev.favilla.function.MapFunction;
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
 * One record becomes one record.
 *
 * @param function makes the other record
 */
public record MapOperator(Closure<MapFunction<@Nullable Object, @Nullable Object>> function) implements Operator.Push {

    @Override
    public String name() {
        return "map";
    }

    @Override
    public List<Closure<?>> functions() {
        return List.of(function);
    }

    @Override
    public boolean multiplies() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        return new MapSink(result.dataset(), function.forTask(inputs.scope()), downstream);
    }

    private static final class MapSink extends Sink {

        private final LineageNode dataset;
        private final MapFunction<@Nullable Object, @Nullable Object> function;
        private final Sink downstream;

        MapSink(LineageNode dataset, MapFunction<@Nullable Object, @Nullable Object> function, Sink downstream) {
            this.dataset = dataset;
            this.function = function;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object result;
            try {
                result = function.call(record);
            } catch (Exception | Error e) {
                throw UserCode.failure(dataset, record, e);
            }
            return downstream.push(result);
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), dataset, function, downstream);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}

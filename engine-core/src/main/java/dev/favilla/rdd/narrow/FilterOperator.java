package dev.favilla.rdd.narrow;

import dev.favilla.closure.ClassRecipe;
import dev.favilla.closure.Closure;
import dev.favilla.function.FilterFunction;
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
 * A record stays or goes.
 *
 * @param predicate holds for the records that stay
 */
public record FilterOperator(Closure<FilterFunction<@Nullable Object>> predicate) implements Operator.Push {

    @Override
    public String name() {
        return "filter";
    }

    @Override
    public List<Closure<?>> functions() {
        return List.of(predicate);
    }

    @Override
    public boolean keepsPartitioner() {
        return true;
    }

    @Override
    public boolean multiplies() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        return new FilterSink(result.dataset(), predicate.forTask(inputs.scope()), downstream);
    }

    private static final class FilterSink extends Sink {

        private final LineageNode dataset;
        private final FilterFunction<@Nullable Object> predicate;
        private final Sink downstream;

        FilterSink(LineageNode dataset, FilterFunction<@Nullable Object> predicate, Sink downstream) {
            this.dataset = dataset;
            this.predicate = predicate;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            boolean kept;
            try {
                kept = predicate.call(record);
            } catch (Exception | Error e) {
                throw UserCode.failure(dataset, record, e);
            }
            return !kept || downstream.push(record);
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), dataset, predicate, downstream);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}

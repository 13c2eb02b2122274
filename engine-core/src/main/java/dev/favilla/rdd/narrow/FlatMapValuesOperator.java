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
import dev.favilla.rdd.EntryFormat;
import java.lang.invoke.MethodHandles;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry becomes one for each value of an iterable, all with its key, so keys stay where they are.
 *
 * @param function makes the iterable of the value
 * @param entries takes the entry apart and makes the others
 */
public record FlatMapValuesOperator(
        Closure<FlatMapFunction<@Nullable Object, @Nullable Object>> function, EntryFormat entries)
        implements Operator.Push {

    @Override
    public String name() {
        return "flatMapValues";
    }

    @Override
    public List<Closure<?>> functions() {
        return List.of(function);
    }

    @Override
    public boolean keepsPartitioner() {
        return true;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        return new FlatMapValuesSink(
                result.dataset(), function.forTask(inputs.scope()), entries, downstream, inputs.scope());
    }

    private static final class FlatMapValuesSink extends Sink {

        private static final int CHECK_MASK = 63;

        private final LineageNode dataset;
        private final FlatMapFunction<@Nullable Object, @Nullable Object> function;
        private final EntryFormat entries;
        private final Sink downstream;
        private final TaskScope scope;
        private int pushed;

        FlatMapValuesSink(
                LineageNode dataset,
                FlatMapFunction<@Nullable Object, @Nullable Object> function,
                EntryFormat entries,
                Sink downstream,
                TaskScope scope) {
            this.dataset = dataset;
            this.function = function;
            this.entries = entries;
            this.downstream = downstream;
            this.scope = scope;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object key = entries.key(record);
            Iterator<?> values = iterate(record);
            while (true) {
                Object value;
                try {
                    if (!values.hasNext()) {
                        return true;
                    }
                    value = values.next();
                } catch (Exception | Error e) {
                    throw UserCode.failure(dataset, record, e);
                }
                if ((++pushed & CHECK_MASK) == 0) { // one value may expand without end
                    scope.checkKilled();
                }
                if (!downstream.push(entries.record(key, value))) {
                    return false;
                }
            }
        }

        private Iterator<?> iterate(@Nullable Object record) throws Exception {
            try {
                Iterable<?> values = function.call(entries.value(record));
                if (values == null) {
                    throw new NullPointerException("the function of " + dataset.callSite()
                            + " returned null; return an empty list for no values");
                }
                return values.iterator();
            } catch (Exception | Error e) {
                throw UserCode.failure(dataset, record, e);
            }
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), dataset, function, entries, downstream, scope);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}

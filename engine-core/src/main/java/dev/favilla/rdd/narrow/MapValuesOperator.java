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
import dev.favilla.rdd.EntryFormat;
import dev.favilla.spill.FinishedTable;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An entry keeps its key and gets another value, so keys stay where they are.
 *
 * @param function makes the other value
 * @param entries takes the entry apart and makes the other
 */
public record MapValuesOperator(Closure<MapFunction<@Nullable Object, @Nullable Object>> function, EntryFormat entries)
        implements Operator.Push {

    @Override
    public String name() {
        return "mapValues";
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
    public boolean multiplies() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        return new MapValuesSink(result.dataset(), function.forTask(inputs.scope()), entries, downstream);
    }

    private static final class MapValuesSink extends Sink implements FinishedTable.Mapping {

        private final LineageNode dataset;
        private final MapFunction<@Nullable Object, @Nullable Object> function;
        private final EntryFormat entries;
        private final Sink downstream;

        MapValuesSink(
                LineageNode dataset,
                MapFunction<@Nullable Object, @Nullable Object> function,
                EntryFormat entries,
                Sink downstream) {
            this.dataset = dataset;
            this.function = function;
            this.entries = entries;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object value;
            try {
                value = function.call(entries.value(record));
            } catch (Exception | Error e) {
                throw UserCode.failure(dataset, record, e);
            }
            return downstream.push(entries.record(entries.key(record), value));
        }

        @Override
        public boolean takeTable(FinishedTable table) throws Exception {
            return downstream.takeTable(table.mapped(this));
        }

        @Override
        public @Nullable Object map(FinishedTable table, @Nullable Object value) throws Exception {
            try {
                return function.call(value);
            } catch (Exception | Error e) {
                throw UserCode.failure(dataset, entries.record(table.key(), value), e);
            }
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), dataset, function, entries, downstream);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}

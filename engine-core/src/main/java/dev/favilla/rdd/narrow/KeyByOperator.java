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
import dev.favilla.rdd.EntryBuilder;
import java.lang.invoke.MethodHandles;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One record becomes an entry of its key and itself.
 *
 * @param key makes the key
 * @param entries makes the entry
 */
public record KeyByOperator(Closure<MapFunction<@Nullable Object, @Nullable Object>> key, EntryBuilder entries)
        implements Operator.Push {

    @Override
    public String name() {
        return "keyBy";
    }

    @Override
    public List<Closure<?>> functions() {
        return List.of(key);
    }

    @Override
    public boolean multiplies() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        return new KeyBySink(result.dataset(), key.forTask(inputs.scope()), entries, downstream);
    }

    private static final class KeyBySink extends Sink {

        private final LineageNode dataset;
        private final MapFunction<@Nullable Object, @Nullable Object> key;
        private final EntryBuilder entries;
        private final Sink downstream;

        KeyBySink(
                LineageNode dataset,
                MapFunction<@Nullable Object, @Nullable Object> key,
                EntryBuilder entries,
                Sink downstream) {
            this.dataset = dataset;
            this.key = key;
            this.entries = entries;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            Object found;
            try {
                found = key.call(record);
            } catch (Exception | Error e) {
                throw UserCode.failure(dataset, record, e);
            }
            return downstream.push(entries.record(found, record));
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), dataset, key, entries, downstream);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}

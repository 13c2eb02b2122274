package dev.favilla.rdd.narrow;

import dev.favilla.closure.ClassRecipe;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import java.lang.invoke.MethodHandles;
import org.jspecify.annotations.Nullable;

/**
 * An entry becomes its key, or its value.
 *
 * @param half which of them
 * @param entries takes the entry apart
 */
public record ProjectOperator(Half half, EntryExtractor entries) implements Operator.Push {

    /** Which half of an entry. */
    public enum Half {
        KEY,
        VALUE
    }

    @Override
    public String name() {
        return half == Half.KEY ? "keys" : "values";
    }

    @Override
    public boolean multiplies() {
        return false;
    }

    @Override
    public Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) {
        return new ProjectSink(entries, half == Half.KEY, downstream);
    }

    private static final class ProjectSink extends Sink {

        private final EntryExtractor entries;
        private final boolean key;
        private final Sink downstream;

        ProjectSink(EntryExtractor entries, boolean key, Sink downstream) {
            this.entries = entries;
            this.key = key;
            this.downstream = downstream;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            return downstream.push(key ? entries.key(record) : entries.value(record));
        }

        @Override
        public ClassRecipe recipe() {
            return new ClassRecipe(MethodHandles.lookup(), entries, key, downstream);
        }

        @Override
        public void end() throws Exception {
            downstream.end();
        }
    }
}

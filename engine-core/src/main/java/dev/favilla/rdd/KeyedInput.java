package dev.favilla.rdd;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.shuffle.EntrySink;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.spill.FinishedTable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An input whose keys lie where they are needed: a dataset that lies so already, or a shuffle. */
final class KeyedInput {

    private KeyedInput() {}

    /** Pushes all records of a partition into {@code sink}, with a look at the kill flag between two steps. */
    static void drain(Dependency input, EntryFormat entries, int partition, TaskInputs inputs, EntrySink sink)
            throws Exception {
        if (input instanceof ShuffleDependency shuffle) {
            try (ShuffleReader reader = inputs.shuffle(shuffle, partition)) {
                while (reader.drive(sink, Cursor.LARGEST_STEP)) {
                    inputs.scope().checkKilled();
                }
            }
        } else {
            try (Cursor records = inputs.open(((NarrowDependency) input).parent(), partition)) {
                records.drain(new Entries(entries, sink), inputs.scope());
            }
        }
    }

    /** Returns the partitions of those inputs that are opened as datasets. */
    static List<DatasetPartition> beside(List<Dependency> inputs, int partition) {
        return inputs.stream()
                .filter(NarrowDependency.class::isInstance)
                .map(input -> new DatasetPartition(input.parent(), partition))
                .toList();
    }

    /** Returns what makes its records the attempt's own; null if they are: what a shuffle hands out nobody can change. */
    static @Nullable RecordCopier copier(Dependency input, TaskScope scope) {
        return input instanceof ShuffleDependency ? null : RecordCopier.of(scope);
    }

    /** Takes records apart. */
    private static final class Entries extends Sink {

        private final EntryFormat entries;
        private final EntrySink sink;

        Entries(EntryFormat entries, EntrySink sink) {
            this.entries = entries;
            this.sink = sink;
        }

        @Override
        public boolean push(@Nullable Object record) throws Exception {
            return sink.push(entries.key(record), entries.value(record));
        }

        @Override
        public boolean takeTable(FinishedTable table) throws Exception {
            return sink.takeTable(table);
        }
    }
}

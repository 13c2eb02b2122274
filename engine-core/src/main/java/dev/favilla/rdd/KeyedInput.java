package dev.favilla.rdd;

import dev.favilla.attempt.TaskScope;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.serializer.RecordCopier;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An input whose keys lie where they are needed: a dataset that lies so already, or a shuffle. */
final class KeyedInput {

    private KeyedInput() {}

    /** Opens a partition as records that {@code entries} takes apart. */
    static Cursor open(Dependency input, EntryBuilder entries, int partition, TaskInputs inputs) throws Exception {
        return input instanceof ShuffleDependency shuffle
                ? new ShuffledNode.ShuffleCursor(inputs.shuffle(shuffle, partition), entries)
                : inputs.open(((NarrowDependency) input).parent(), partition);
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
}

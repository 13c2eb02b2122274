package dev.favilla.rdd.sort;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.serializer.RecordCopier;
import dev.favilla.serializer.SerializationException;
import dev.favilla.spill.Sorter;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a partition, sorted by key; those with equal keys stay in their order. What memory does not hold goes
 * through local disk.
 *
 * @param order in which order keys come
 * @param entries takes the parent's records apart
 * @param behindShuffle whether the parent hands out what a shuffle does, which is the attempt's own already
 */
public record SortOperator(KeyOrder order, EntryExtractor entries, boolean behindShuffle) implements Operator.Pull {

    @Override
    public String name() {
        return "sort";
    }

    @Override
    public List<Closure<?>> functions() {
        return List.of(order.comparator());
    }

    @Override
    public boolean keepsPartitioner() {
        return true;
    }

    @Override
    public boolean mayReuse() {
        return false;
    }

    @Override
    public Iterator<@Nullable Object> over(
            DatasetPartition result, Iterator<@Nullable Object> upstream, TaskInputs inputs) {
        TaskScope scope = inputs.scope();
        RecordCopier copier = behindShuffle ? null : RecordCopier.of(scope);
        Sorter sorter = new Sorter(order.ofEntries(entries, result.dataset(), scope), copier, scope);
        scope.onClose(sorter::close);
        while (upstream.hasNext()) {
            Object record = upstream.next();
            try {
                sorter.add(record);
            } catch (SerializationException e) {
                throw e.during("Sorting what " + result.dataset() + " holds");
            }
        }
        return sorter.sorted();
    }
}

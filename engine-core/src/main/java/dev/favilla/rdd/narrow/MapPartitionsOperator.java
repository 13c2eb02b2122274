package dev.favilla.rdd.narrow;

import dev.favilla.closure.Closure;
import dev.favilla.function.IndexedPartitionFunction;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A whole partition, as a lazy iterator, becomes another.
 *
 * @param function makes the other iterator
 * @param keepsPartitioner whether the user has promised that keys stay where they lie
 */
public record MapPartitionsOperator(
        Closure<IndexedPartitionFunction<@Nullable Object, @Nullable Object>> function, boolean keepsPartitioner)
        implements Operator.Pull {

    @Override
    public String name() {
        return "mapPartitions";
    }

    @Override
    public List<Closure<?>> functions() {
        return List.of(function);
    }

    @Override
    public Iterator<@Nullable Object> over(
            DatasetPartition result, Iterator<@Nullable Object> upstream, TaskInputs inputs) {
        LineageNode dataset = result.dataset();
        try {
            Iterator<?> records = function.forTask(inputs.scope()).call(result.number(), upstream);
            if (records == null) {
                throw new NullPointerException("the function of " + dataset.callSite()
                        + " returned null; return Collections.emptyIterator() for no records");
            }
            return new LocatingIterator(dataset, records);
        } catch (Exception | Error e) {
            throw UserCode.failure(dataset, e);
        }
    }
}

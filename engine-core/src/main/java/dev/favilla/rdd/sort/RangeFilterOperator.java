package dev.favilla.rdd.sort;

import dev.favilla.attempt.TaskScope;
import dev.favilla.closure.Closure;
import dev.favilla.lineage.DatasetPartition;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.Operator;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.rdd.ZeroValue;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.RangePartitioner;
import dev.favilla.shuffle.TaskPartitioner;
import dev.favilla.spill.RecordOrder;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import org.jspecify.annotations.Nullable;

/**
 * The entries whose keys lie in a range, both ends included. Where keys are known to lie in ranges of the same order, the
 * partitions that can have none are not computed.
 *
 * @param order compares keys
 * @param lower the smallest key
 * @param upper the largest key
 * @param ranges where keys lie, in ranges of the same order; null if that is not known
 * @param entries takes the parent's records apart
 * @param operation the user's call
 */
public record RangeFilterOperator(
        KeyOrder order,
        ZeroValue lower,
        ZeroValue upper,
        @Nullable Partitioner ranges,
        EntryExtractor entries,
        String operation)
        implements Operator.Pull {

    /** Returns whether keys that are placed by {@code partitioner} lie in ranges of {@code order}. For the driver. */
    public static boolean isOf(Partitioner partitioner, KeyOrder order) {
        return partitioner instanceof SampledRanges sampled
                ? order.comparesAs(sampled.order().comparator())
                : partitioner instanceof RangePartitioner known && order.comparesAs(known.order());
    }

    @Override
    public String name() {
        return "filterByRange";
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
        Object from = lower.fresh();
        Object to = upper.fresh();
        if (ranges != null && !mayHave(result.number(), from, to, ranges, scope)) {
            return Collections.emptyIterator(); // what nobody asks of is not computed
        }
        RecordOrder keys = order.ofKeys(operation, scope);
        return new Matching(upstream, entries, keys, from, to);
    }

    private static boolean mayHave(
            int partition, @Nullable Object from, @Nullable Object to, Partitioner ranges, TaskScope scope) {
        Partitioner own = ranges instanceof TaskPartitioner shared ? shared.forTask(scope) : ranges;
        int first = own.partition(from);
        int last = own.partition(to);
        return Math.min(first, last) <= partition && partition <= Math.max(first, last);
    }

    private static final class Matching implements Iterator<@Nullable Object> {

        private final Iterator<@Nullable Object> upstream;
        private final EntryExtractor entries;
        private final RecordOrder keys;
        private final @Nullable Object from;
        private final @Nullable Object to;
        private @Nullable Object next;
        private boolean found;

        Matching(
                Iterator<@Nullable Object> upstream,
                EntryExtractor entries,
                RecordOrder keys,
                @Nullable Object from,
                @Nullable Object to) {
            this.upstream = upstream;
            this.entries = entries;
            this.keys = keys;
            this.from = from;
            this.to = to;
        }

        @Override
        public boolean hasNext() {
            while (!found && upstream.hasNext()) {
                next = upstream.next();
                Object key = entries.key(next);
                found = keys.compare(from, key) <= 0 && keys.compare(key, to) <= 0;
            }
            return found;
        }

        @Override
        public @Nullable Object next() {
            if (!hasNext()) {
                throw new NoSuchElementException("No further record lies in the range");
            }
            found = false;
            Object record = next;
            next = null;
            return record;
        }
    }
}

package dev.favilla.rdd;

import dev.favilla.closure.Closure;
import dev.favilla.function.IndexedPartitionFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.lineage.UserCode;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** A whole partition, as a lazy iterator, becomes another. */
public final class MapPartitionsNode extends NarrowNode {

    private final Closure<IndexedPartitionFunction<@Nullable Object, @Nullable Object>> function;

    public MapPartitionsNode(
            int id,
            CallSite callSite,
            LineageNode parent,
            Closure<IndexedPartitionFunction<@Nullable Object, @Nullable Object>> function,
            boolean keepsPartitioner) {
        super(id, callSite, parent, keepsPartitioner);
        this.function = function;
    }

    @Override
    public PartitionPlan plan(int partition) {
        return new PartitionPlan.Pull(parent(), partition, (upstream, inputs) -> iterate(partition, upstream, inputs));
    }

    private Iterator<@Nullable Object> iterate(int partition, Iterator<@Nullable Object> upstream, TaskInputs inputs)
            throws Exception {
        try {
            Iterator<?> records = function.forTask(inputs.scope()).call(partition, upstream);
            if (records == null) {
                throw new NullPointerException("the function of " + callSite()
                        + " returned null; return Collections.emptyIterator() for no records");
            }
            return new LocatingIterator(this, records);
        } catch (Exception | Error e) {
            throw UserCode.failure(this, e);
        }
    }

    /** Says where an exception of the user's iterator comes from. */
    private static final class LocatingIterator implements Iterator<@Nullable Object> {

        private final MapPartitionsNode node;
        private final Iterator<?> records;

        LocatingIterator(MapPartitionsNode node, Iterator<?> records) {
            this.node = node;
            this.records = records;
        }

        @Override
        public boolean hasNext() {
            try {
                return records.hasNext();
            } catch (RuntimeException | Error e) {
                throw UserCode.failure(node, e);
            }
        }

        @Override
        public @Nullable Object next() {
            try {
                return records.next();
            } catch (RuntimeException | Error e) {
                throw UserCode.failure(node, e);
            }
        }
    }
}

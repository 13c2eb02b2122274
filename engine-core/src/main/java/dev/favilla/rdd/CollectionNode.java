package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Sink;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.memory.Metric;
import dev.favilla.memory.TaskMetrics;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A list in memory, cut into contiguous slices. The list was copied, its elements were not. */
public final class CollectionNode extends Node {

    private final List<?> elements;
    private final int slices;

    /** @param elements never changed by anyone from now on */
    public CollectionNode(int id, CallSite callSite, List<? extends @Nullable Object> elements, int slices) {
        super(id, "ParallelCollectionRDD", callSite, List.of());
        this.elements = elements;
        this.slices = slices;
    }

    @Override
    protected int countPartitions() {
        return slices;
    }

    @Override
    public PartitionPlan plan(int partition) {
        int from = (int) Slices.start(elements.size(), slices, partition);
        int to = (int) Slices.start(elements.size(), slices, partition + 1);
        return new PartitionPlan.Read(inputs -> new SliceCursor(elements.subList(from, to), inputs));
    }

    private static final class SliceCursor implements Cursor {

        private final List<?> slice;
        private final TaskMetrics metrics;
        private int next;

        SliceCursor(List<?> slice, TaskInputs inputs) {
            this.slice = slice;
            this.metrics = inputs.scope().metrics();
        }

        @Override
        public boolean drive(Sink sink, int max) throws Exception {
            int start = next;
            int end = (int) Math.min(slice.size(), (long) next + max);
            boolean wanted = true;
            while (next < end && wanted) {
                wanted = sink.push(slice.get(next++));
            }
            metrics.add(Metric.RECORDS_READ, next - start);
            return wanted && next < slice.size();
        }
    }
}

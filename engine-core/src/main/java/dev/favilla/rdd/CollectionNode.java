package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.PartitionPlan;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A list in memory, cut into contiguous slices. The list was copied, its elements were not. */
public final class CollectionNode extends Node {

    private final Elements elements;
    private final int slices;

    /** @param elements never changed by anyone from now on */
    public CollectionNode(int id, CallSite callSite, List<? extends @Nullable Object> elements, int slices) {
        super(id, "ParallelCollectionRDD", callSite, List.of());
        this.elements = new SharedElements(elements, slices);
        this.slices = slices;
    }

    @Override
    protected int countPartitions() {
        return slices;
    }

    @Override
    public PartitionPlan plan(int partition) {
        return new PartitionPlan.Read(inputs -> elements.open(partition, inputs));
    }
}

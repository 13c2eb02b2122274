package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Cursor;
import dev.favilla.lineage.Source;
import dev.favilla.lineage.TaskInputs;
import dev.favilla.serializer.Serializer;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A list in memory, cut into contiguous slices. Neither the list nor an element changes once this is made. */
public final class CollectionNode extends Node implements Source {

    private final Elements elements;
    private final int slices;

    /**
     * @param elements a list that nobody changes any more; of its elements that is not asked
     * @param records copies elements that somebody could change
     * @throws IllegalArgumentException if one of those cannot be copied
     */
    public CollectionNode(
            int id, CallSite callSite, List<? extends @Nullable Object> elements, int slices, Serializer records) {
        super(id, "ParallelCollectionRDD", callSite);
        this.elements = Elements.of(elements, slices, records, callSite.toString());
        this.slices = slices;
    }

    /** Returns the elements of a partition, the very ones or equal copies, in an unmodifiable list. */
    public List<@Nullable Object> slice(int partition) {
        return Collections.unmodifiableList(elements.slice(partition));
    }

    @Override
    protected int countPartitions() {
        return slices;
    }

    @Override
    public Cursor open(int partition, TaskInputs inputs) {
        return elements.open(partition, inputs);
    }
}

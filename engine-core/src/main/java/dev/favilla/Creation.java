package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.rdd.CollectionNode;
import dev.favilla.rdd.arrange.AlignedUnionNode;
import dev.favilla.rdd.arrange.UnionNode;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.Partitioner;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes datasets of lists, and of other datasets one after the other. */
final class Creation {

    private Creation() {}

    static LineageNode collection(
            Datasets datasets,
            List<? extends @Nullable Object> elements,
            int partitions,
            Serializer serializer,
            CallSite site) {
        List<@Nullable Object> copy = Collections.unmodifiableList(new ArrayList<>(notNull(elements, "elements")));
        int id = datasets.nextId();
        int slices = datasets.checkPartitions(partitions);
        try {
            return new CollectionNode(id, site, copy, slices, serializer);
        } catch (IllegalArgumentException e) {
            throw Arguments.notWritten(copy, site, e);
        }
    }

    /**
     * Puts datasets together, in place if all of them lie alike. Those without partitions have no say in that; they are
     * not looked at where no other lies anywhere.
     *
     * @throws IllegalArgumentException if there is none, or if one is null or belongs to another context
     */
    static LineageNode union(Datasets datasets, List<? extends RDD<?>> inputs, CallSite site) {
        if (inputs.isEmpty()) {
            throw new IllegalArgumentException(
                    "union needs at least one dataset, got none (" + site + "). Use emptyRDD() for no records.");
        }
        inputs.forEach(datasets::requireSame);
        List<LineageNode> parents = new ArrayList<>();
        inputs.forEach(input -> parents.add(input.lineage()));
        if (parents.stream().anyMatch(parent -> parent.partitioner().isPresent())) {
            parents.removeIf(parent -> parent.partitioner().isEmpty() && parent.numPartitions() == 0);
        }
        Optional<Partitioner> first = parents.get(0).partitioner();
        boolean aligned = first.isPresent()
                && parents.stream().allMatch(parent -> parent.partitioner().equals(first));
        return aligned
                ? new AlignedUnionNode(datasets.nextId(), site, parents, first.get())
                : new UnionNode(datasets.nextId(), site, parents);
    }
}

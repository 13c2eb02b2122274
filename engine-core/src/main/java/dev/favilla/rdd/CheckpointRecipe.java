package dev.favilla.rdd;

import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageCut;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Source;
import dev.favilla.shuffle.Partitioner;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A dataset as a checkpoint has left it.
 *
 * @param source reads what was written
 * @param placement where keys lie, as before; null if nobody knows
 * @param left what is left of it beside that
 * @param directory where it was written; null if only its cached blocks are left
 */
public record CheckpointRecipe(
        Source source,
        @Nullable Partitioner placement,
        LineageCut left,
        @Nullable String directory) implements Recipe {

    @Override
    public List<Dependency> dependencies() {
        return List.of();
    }

    @Override
    public PartitionPlan plan(LineageNode dataset, int partition) {
        return new PartitionPlan.Read(source, partition);
    }

    @Override
    public Optional<Partitioner> partitioner() {
        return Optional.ofNullable(placement);
    }

    @Override
    public Optional<LineageCut> cut() {
        return Optional.of(left);
    }
}

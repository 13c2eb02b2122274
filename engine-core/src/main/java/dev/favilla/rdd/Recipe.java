package dev.favilla.rdd;

import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageCut;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.shuffle.Partitioner;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * How a dataset comes to its records: from which others, and by which step. All that a {@link Node} knows of its parents
 * is in here, so that they are out of reach once a checkpoint has put another in its place. Immutable.
 */
public interface Recipe extends Serializable {

    /** Returns what is needed, in order. */
    List<Dependency> dependencies();

    /** Returns how a partition of {@code dataset}, whose recipe this is, is computed. Never runs user code, never waits. */
    PartitionPlan plan(LineageNode dataset, int partition);

    /** Returns where keys are known to lie. */
    default Optional<Partitioner> partitioner() {
        return Optional.empty();
    }

    /** Returns what a checkpoint has left, if this is what it put in the place of another. */
    default Optional<LineageCut> cut() {
        return Optional.empty();
    }
}

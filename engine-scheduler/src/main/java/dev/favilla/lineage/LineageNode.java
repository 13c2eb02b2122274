package dev.favilla.lineage;

import dev.favilla.shuffle.Partitioner;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/**
 * One dataset, as a step in a lineage. Equality, hash code and {@code toString} use the id only, never the parents, so a
 * lineage of any length is safe to compare and print.
 *
 * <p>Immutable but for one thing: a checkpoint may take the place of all that it is computed from, once. Then {@link
 * #dependencies} is empty, {@link #plan} reads what was written, and {@link #cut} says so; the records are the same. Who
 * looks at a lineage while that happens may see some of it as it was and some as it is, and needs less than it thought.
 *
 * <p>Serializable one by one, after its parents, and with the partition count it has found: see {@link LineageBinary}.
 * Parts that consist of the user's records implement {@link HoldsRecords}.
 */
public interface LineageNode extends Serializable {

    /** Returns the id, unique in its context, growing from 0; parents have smaller ids than children. */
    int id();

    /** Returns what kind of dataset this is, as debug strings show it, for example {@code MapPartitionsRDD}. */
    String kind();

    /** Returns the user's call that made it. */
    CallSite callSite();

    /** Returns what it is computed from, in order; empty for a source. */
    List<Dependency> dependencies();

    /**
     * Returns the number of partitions, 0 or more. A source may look at the world the first time, such as listing
     * files; the answer then stays. Never recursive.
     */
    int numPartitions();

    /** Returns where keys are known to lie, if they are. */
    Optional<Partitioner> partitioner();

    /**
     * Returns the names of the executors where a partition is best computed, the best first; empty if any will do. A
     * source says what was found when its partitions were counted: this is asked while tasks are scheduled, and must
     * neither run user code nor wait.
     */
    default List<String> preferredExecutors(int partition) {
        return List.of();
    }

    /** Returns what a checkpoint has left of this; empty while it is computed from its dependencies, or is a source. */
    default Optional<LineageCut> cut() {
        return Optional.empty();
    }

    /**
     * Returns how partition {@code partition} is computed. Asked for while tasks are scheduled, too, to find where data
     * lies: never runs user code and never waits.
     */
    PartitionPlan plan(int partition);
}

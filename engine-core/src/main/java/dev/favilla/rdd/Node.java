package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.value.DriverOnly;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What all kinds of lineage nodes share. Equality and {@code toString} use the id only.
 *
 * <p><b>Threads.</b> Immutable but for the partition count, which is found once, on the first call that asks, and then
 * stays. Two threads that ask at once may both look; a source answers both alike.
 *
 * <p>A function that captures one is refused, as it is for the dataset: it would take its whole lineage along.
 */
@DriverOnly(
        "The lineage of a dataset belongs to the driver and cannot be used inside a function that runs in tasks. Read what"
                + " you need of it, such as its id, into a variable before.")
public abstract class Node implements LineageNode {

    private final int id;
    private final String kind;
    private final CallSite callSite;
    private final List<Dependency> dependencies;

    /** The partition count once known; null before. */
    private volatile @Nullable Integer partitions;

    protected Node(int id, String kind, CallSite callSite, List<? extends Dependency> dependencies) {
        this.id = id;
        this.kind = kind;
        this.callSite = callSite;
        this.dependencies = List.copyOf(dependencies);
    }

    @Override
    public final int id() {
        return id;
    }

    @Override
    public final String kind() {
        return kind;
    }

    @Override
    public final CallSite callSite() {
        return callSite;
    }

    @Override
    public final List<Dependency> dependencies() {
        return dependencies;
    }

    /** Without knowledge of where keys lie. */
    @Override
    public Optional<Partitioner> partitioner() {
        return Optional.empty();
    }

    /** Finds the count; called when the counts of all narrow parents are known. */
    protected abstract int countPartitions();

    @Override
    public final int numPartitions() {
        Integer known = partitions;
        return known != null ? known : resolve();
    }

    /** Resolves ancestors first, with a stack of its own: a lineage may be longer than the thread's. */
    private int resolve() {
        Deque<Node> open = new ArrayDeque<>();
        open.push(this);
        while (!open.isEmpty()) {
            Node node = open.peek();
            Node unresolved = node.unresolvedParent();
            if (unresolved != null) {
                open.push(unresolved);
            } else {
                node.partitions = node.countPartitions();
                open.pop();
            }
        }
        return numPartitions();
    }

    private @Nullable Node unresolvedParent() {
        for (Dependency dependency : dependencies) {
            if (dependency instanceof NarrowDependency narrow
                    && narrow.parent() instanceof Node parent
                    && parent.partitions == null) {
                return parent;
            }
        }
        return null;
    }

    @Override
    public final boolean equals(@Nullable Object o) {
        return o instanceof Node other && id == other.id;
    }

    @Override
    public final int hashCode() {
        return id;
    }

    /** Returns for example {@code MapPartitionsRDD[1] at map at Report.java:12}. */
    @Override
    public final String toString() {
        return kind + "[" + id + "] at " + callSite;
    }
}

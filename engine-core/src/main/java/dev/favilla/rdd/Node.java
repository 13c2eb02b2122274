package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageCut;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.Source;
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
 * <p><b>Threads.</b> Immutable but for two things. The partition count is found once, on the first call that asks, and
 * then stays; two threads that ask at once may both look, and a source answers both alike. The recipe may be replaced,
 * once, by {@link #cut}. Each call looks at it once, and a plan that was given out holds all it needs.
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

    /** How it is computed. */
    private volatile Recipe recipe;

    /** The partition count once known; null before. */
    private volatile @Nullable Integer partitions;

    /** Of a dataset that is made of others. */
    protected Node(int id, String kind, CallSite callSite, Recipe recipe) {
        this.id = id;
        this.kind = kind;
        this.callSite = callSite;
        this.recipe = recipe;
    }

    /** Of a {@link Source}, or a dataset without partitions. */
    protected Node(int id, String kind, CallSite callSite) {
        this(id, kind, callSite, Itself.SOURCE);
    }

    /**
     * Puts what a checkpoint holds in the place of all that this dataset was computed from. Whoever has built on it reads
     * that from now on; its parents are not reachable from here any more.
     */
    public final void cut(CheckpointRecipe checkpoint) {
        numPartitions(); // while there is somebody to ask
        recipe = checkpoint;
    }

    /** Returns what a checkpoint has put in the place of the parents, if one has. */
    public final Optional<CheckpointRecipe> checkpoint() {
        return recipe instanceof CheckpointRecipe checkpoint ? Optional.of(checkpoint) : Optional.empty();
    }

    /** Returns how it is computed now. */
    protected final Recipe recipe() {
        return recipe;
    }

    /** Returns the recipe this was made with. */
    protected final <R extends Recipe> R recipe(Class<R> type) {
        Recipe now = recipe;
        if (!type.isInstance(now)) {
            throw new IllegalStateException(
                    this + " is not computed any more: a checkpoint was put in the place of its parents");
        }
        return type.cast(now);
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
        return recipe.dependencies();
    }

    @Override
    public final Optional<Partitioner> partitioner() {
        return recipe.partitioner();
    }

    @Override
    public final Optional<LineageCut> cut() {
        return recipe.cut();
    }

    @Override
    public final PartitionPlan plan(int partition) {
        return recipe.plan(this, partition);
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
        for (Dependency dependency : dependencies()) {
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

    /** A source is opened as it is. */
    private enum Itself implements Recipe {
        SOURCE;

        @Override
        public List<Dependency> dependencies() {
            return List.of();
        }

        @Override
        public PartitionPlan plan(LineageNode dataset, int partition) {
            if (dataset instanceof Source source) {
                return new PartitionPlan.Read(source, partition);
            }
            throw new IllegalStateException("partition " + partition + " of " + dataset + ", which has none");
        }
    }
}

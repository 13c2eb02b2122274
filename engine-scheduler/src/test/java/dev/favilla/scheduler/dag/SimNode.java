package dev.favilla.scheduler.dag;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.ShuffleSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A dataset without records. Asking it for a plan, or its shuffle for a partition, is user code and fails: the
 * scheduler must not.
 */
final class SimNode implements LineageNode {

    private final int id;
    private final int numPartitions;
    private final List<Dependency> dependencies;
    private final boolean deterministic;

    /** For each narrow dependency, which of the parent's partitions a partition needs. */
    private final List<IntFunction<List<Integer>>> needs;

    private SimNode(
            int id,
            int numPartitions,
            List<Dependency> dependencies,
            List<IntFunction<List<Integer>>> needs,
            boolean deterministic) {
        this.id = id;
        this.numPartitions = numPartitions;
        this.dependencies = dependencies;
        this.needs = needs;
        this.deterministic = deterministic;
    }

    static SimNode source(int id, int numPartitions) {
        return source(id, numPartitions, true);
    }

    static SimNode source(int id, int numPartitions, boolean deterministic) {
        return new SimNode(id, numPartitions, List.of(), List.of(), deterministic);
    }

    /** One partition for each of the parent's, or of the parents' where they have as many. */
    static SimNode narrow(int id, boolean deterministic, SimNode... parents) {
        int partitions = parents[0].numPartitions;
        List<Dependency> dependencies = new ArrayList<>();
        List<IntFunction<List<Integer>>> needs = new ArrayList<>();
        for (SimNode parent : parents) {
            dependencies.add(new NarrowDependency(parent));
            needs.add(partition -> parent.numPartitions == 0 ? List.of() : List.of(partition % parent.numPartitions));
        }
        return new SimNode(id, partitions, dependencies, needs, deterministic);
    }

    static SimNode narrow(int id, SimNode... parents) {
        return narrow(id, true, parents);
    }

    static SimNode union(int id, SimNode left, SimNode right) {
        int split = left.numPartitions;
        return new SimNode(
                id,
                left.numPartitions + right.numPartitions,
                List.of(new NarrowDependency(left), new NarrowDependency(right)),
                List.of(
                        partition -> partition < split ? List.of(partition) : List.of(),
                        partition -> partition < split ? List.of() : List.of(partition - split)),
                true);
    }

    static SimNode shuffled(int id, int numPartitions, ShuffleDependency... inputs) {
        return new SimNode(id, numPartitions, List.of(inputs), List.of(), true);
    }

    static ShuffleDependency shuffle(int shuffleId, SimNode parent, int numReducers) {
        return new ShuffleDependency(
                parent, new ShuffleSpec(shuffleId, new NoPartitioner(numReducers), null), new NoEntries());
    }

    @Override
    public int id() {
        return id;
    }

    @Override
    public String kind() {
        return "SimRDD";
    }

    @Override
    public CallSite callSite() {
        return new CallSite("step" + id, "Sim.java:" + id);
    }

    @Override
    public List<Dependency> dependencies() {
        return dependencies;
    }

    @Override
    public int numPartitions() {
        return numPartitions;
    }

    @Override
    public Optional<Partitioner> partitioner() {
        return Optional.empty();
    }

    @Override
    public PartitionPlan plan(int partition) {
        throw new AssertionError("the scheduler asked for a plan");
    }

    boolean isDeterministic() {
        return deterministic;
    }

    /** Returns which partitions of narrow dependency {@code dependency} are needed for {@code partition}. */
    List<Integer> needs(int dependency, int partition) {
        return needs.get(dependency).apply(partition);
    }

    @Override
    public String toString() {
        return "SimRDD[" + id + "]";
    }

    private record NoPartitioner(int numPartitions) implements Partitioner {

        @Override
        public int partition(@Nullable Object key) {
            throw new AssertionError("the scheduler asked a partitioner");
        }
    }

    private record NoEntries() implements EntryExtractor {

        @Override
        public @Nullable Object key(@Nullable Object record) {
            throw new AssertionError("the scheduler asked for a key");
        }

        @Override
        public @Nullable Object value(@Nullable Object record) {
            throw new AssertionError("the scheduler asked for a value");
        }
    }
}

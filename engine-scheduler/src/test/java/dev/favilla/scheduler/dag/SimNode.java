package dev.favilla.scheduler.dag;

import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.EntryExtractor;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.NeverRun;
import dev.favilla.lineage.PartitionPlan;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.shuffle.ShuffleSpec;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A dataset without records. Running its plans, or asking its shuffle for a partition, is user code and
 * fails: the scheduler must not.
 */
final class SimNode implements LineageNode {

    private final int id;
    private final int numPartitions;
    private final List<Dependency> dependencies;
    private final boolean deterministic;
    private final boolean deterministicBelow;

    private final List<String> preferred;

    /** Found when it is asked for first: lineages may be too long to note it for each of their nodes. */
    private @Nullable Below below;

    /** For each narrow dependency, which of the parent's partitions a partition needs. */
    private final List<IntFunction<List<Integer>>> needs;

    /** What is computed in the same task: the shuffles read, and the datasets, ascending. */
    private record Below(List<Integer> shuffles, List<Integer> datasets) {}

    private SimNode(
            int id,
            int numPartitions,
            List<Dependency> dependencies,
            List<IntFunction<List<Integer>>> needs,
            boolean deterministic,
            List<String> preferred) {
        this.id = id;
        this.numPartitions = numPartitions;
        this.dependencies = dependencies;
        this.needs = needs;
        this.deterministic = deterministic;
        this.preferred = preferred;
        boolean all = deterministic;
        for (Dependency dependency : dependencies) {
            SimNode parent = (SimNode) dependency.parent();
            all &= parent.deterministicBelow;
        }
        this.deterministicBelow = all;
    }

    private Below below() {
        Below known = below;
        if (known == null) {
            SortedSet<Integer> shuffles = new TreeSet<>();
            SortedSet<Integer> datasets = new TreeSet<>();
            Deque<SimNode> unvisited = new ArrayDeque<>(List.of(this));
            while (!unvisited.isEmpty()) {
                for (Dependency dependency : unvisited.pop().dependencies) {
                    SimNode parent = (SimNode) dependency.parent();
                    if (dependency instanceof ShuffleDependency shuffle) {
                        shuffles.add(shuffle.shuffleId());
                    } else if (datasets.add(parent.id)) {
                        unvisited.push(parent);
                    }
                }
            }
            known = new Below(List.copyOf(shuffles), List.copyOf(datasets));
            below = known;
        }
        return known;
    }

    static SimNode source(int id, int numPartitions) {
        return source(id, numPartitions, true);
    }

    static SimNode source(int id, int numPartitions, boolean deterministic) {
        return source(id, numPartitions, deterministic, List.of());
    }

    /** A source that is best read on certain executors. */
    static SimNode source(int id, int numPartitions, boolean deterministic, List<String> preferred) {
        return new SimNode(id, numPartitions, List.of(), List.of(), deterministic, preferred);
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
        return new SimNode(id, partitions, dependencies, needs, deterministic, List.of());
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
                true,
                List.of());
    }

    static SimNode shuffled(int id, int numPartitions, ShuffleDependency... inputs) {
        return new SimNode(id, numPartitions, List.of(inputs), List.of(), true, List.of());
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
        if (dependencies.size() == 1 && dependencies.get(0) instanceof NarrowDependency narrow) {
            List<Integer> needed = needs(0, partition);
            if (needed.size() == 1) {
                return new PartitionPlan.Apply(narrow.parent(), needed.get(0), new NeverRun());
            }
        }
        return new PartitionPlan.Read(new NeverRun(), partition);
    }

    @Override
    public List<String> preferredExecutors(int partition) {
        return preferred;
    }

    /** Returns whether anything that is computed in the same task is best computed on executors of that name. */
    boolean prefers(String executor) {
        if (preferred.contains(executor)) {
            return true;
        }
        for (Dependency dependency : dependencies) {
            if (dependency instanceof NarrowDependency narrow && ((SimNode) narrow.parent()).prefers(executor)) {
                return true;
            }
        }
        return false;
    }

    boolean isDeterministic() {
        return deterministic;
    }

    /** Returns whether it and all that it is computed from is deterministic. */
    boolean isDeterministicBelow() {
        return deterministicBelow;
    }

    /** Returns the shuffles that it is computed from in its own task, ascending. */
    List<Integer> shufflesBelow() {
        return below().shuffles();
    }

    /** Returns the datasets that it is computed from in its own task, ascending. */
    List<Integer> datasetsBelow() {
        return below().datasets();
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

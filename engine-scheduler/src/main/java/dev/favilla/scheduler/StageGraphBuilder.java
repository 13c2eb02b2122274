package dev.favilla.scheduler;

import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.Lineage;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.StageGraph.Region;
import dev.favilla.scheduler.StageGraph.StagePlan;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Cuts one lineage into stages. Used once, by one thread. */
final class StageGraphBuilder {

    private final Set<Integer> persisted;
    private final Set<Integer> discovered = new HashSet<>();
    private final Deque<ShuffleDependency> unplanned = new ArrayDeque<>();

    StageGraphBuilder(Set<Integer> persistedRddIds) {
        this.persisted = persistedRddIds;
    }

    StageGraph build(LineageNode target, int tasks) {
        StagePlan result = plan(target, Optional.empty(), tasks);
        List<StagePlan> stages = new ArrayList<>();
        while (!unplanned.isEmpty()) {
            ShuffleDependency output = unplanned.remove();
            stages.add(
                    plan(output.parent(), Optional.of(output), output.parent().numPartitions()));
        }
        // a stage's target was made after everything the stage reads, so ids are an order of execution
        if (stages.size() > 1) {
            stages.sort(Comparator.comparingInt(
                            (StagePlan stage) -> stage.target().id())
                    .thenComparingInt(stage ->
                            stage.output().map(ShuffleDependency::shuffleId).orElseThrow()));
        }
        stages.add(result);
        return new StageGraph(stages);
    }

    private StagePlan plan(LineageNode target, Optional<ShuffleDependency> output, int tasks) {
        SortedSet<Integer> rddIds = new TreeSet<>();
        NavigableMap<Integer, LineageNode> roots = new TreeMap<>();
        List<Region> regions = new ArrayList<>();
        LineageNode root = target;
        while (true) {
            regions.add(region(root, rddIds, roots));
            if (roots.isEmpty()) {
                return new StagePlan(target, output, tasks, regions, List.copyOf(rddIds));
            }
            root = roots.pollLastEntry().getValue(); // the youngest first, so that no later region lies above it
        }
    }

    /** Walks what is computed for {@code root} down to shuffles and persisted datasets, and adds the latter to roots. */
    private Region region(LineageNode root, SortedSet<Integer> rddIds, NavigableMap<Integer, LineageNode> roots) {
        Set<Integer> shuffles = new HashSet<>(0);
        Set<Integer> cachedBelow = new HashSet<>(0);
        for (LineageNode node : Lineage.walk(root, this::staysInRegion)) {
            rddIds.add(node.id());
            for (Dependency dependency : node.dependencies()) {
                LineageNode parent = dependency.parent();
                requireOlder(parent, node);
                if (dependency instanceof ShuffleDependency shuffle) {
                    shuffles.add(shuffle.shuffleId());
                    discover(shuffle);
                } else if (persisted.contains(parent.id())) {
                    cachedBelow.add(parent.id());
                    roots.put(parent.id(), parent);
                }
            }
        }
        return new Region(
                root.id(),
                root.numPartitions(),
                sorted(shuffles, Comparator.naturalOrder()),
                sorted(cachedBelow, Comparator.reverseOrder()));
    }

    private static List<Integer> sorted(Set<Integer> ids, Comparator<Integer> order) {
        if (ids.size() < 2) {
            return List.copyOf(ids);
        }
        List<Integer> sorted = new ArrayList<>(ids);
        sorted.sort(order);
        return sorted;
    }

    private boolean staysInRegion(Dependency dependency) {
        return dependency instanceof NarrowDependency
                && !persisted.contains(dependency.parent().id());
    }

    private void discover(ShuffleDependency shuffle) {
        if (discovered.add(shuffle.shuffleId())) {
            unplanned.add(shuffle);
        }
    }

    private static void requireOlder(LineageNode parent, LineageNode child) {
        if (parent.id() >= child.id()) {
            throw new IllegalArgumentException(
                    "a parent's id must be smaller than its child's, got parent " + parent.id() + " of " + child.id());
        }
    }
}

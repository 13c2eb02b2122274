package dev.favilla.scheduler.dag;

import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.ShuffleDependency;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** A random lineage, and the oracle that knows its contents. */
final class SimLineage {

    private final SplittableRandom random;
    private final double nondeterminism;
    private final int mostPartitions;
    private final List<SimNode> nodes = new ArrayList<>();
    private final List<ShuffleDependency> shuffles = new ArrayList<>();
    private final Map<Long, SimValue> oracle = new HashMap<>();

    private SimLineage(SplittableRandom random, double nondeterminism, int mostPartitions) {
        this.random = random;
        this.nondeterminism = nondeterminism;
        this.mostPartitions = mostPartitions;
    }

    static SimLineage random(SplittableRandom random, double nondeterminism, int mostPartitions) {
        SimLineage lineage = new SimLineage(random, nondeterminism, mostPartitions);
        int size = random.nextInt(3, 11);
        lineage.nodes.add(lineage.source(0, random.nextInt(1, 1 + mostPartitions)));
        while (lineage.nodes.size() < size) {
            lineage.nodes.add(lineage.next(lineage.nodes.size()));
        }
        return lineage;
    }

    List<SimNode> nodes() {
        return nodes;
    }

    List<ShuffleDependency> shuffles() {
        return shuffles;
    }

    private boolean isNondeterministic() {
        return random.nextDouble() < nondeterminism;
    }

    private SimNode any() {
        // mostly young ones, so that lineages grow long
        int back = Math.min(nodes.size(), random.nextInt(1, 1 + random.nextInt(1, nodes.size() + 1)));
        return nodes.get(nodes.size() - back);
    }

    private SimNode next(int id) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            return source(id, random.nextInt(0, 1 + mostPartitions));
        }
        if (kind <= 2) {
            return SimNode.narrow(id, !isNondeterministic(), any());
        }
        if (kind == 3) {
            return SimNode.narrow(id, any(), any());
        }
        if (kind == 4) {
            SimNode left = any();
            return left.numPartitions() > 8 ? SimNode.narrow(id, left) : SimNode.union(id, left, any());
        }
        int reducers = random.nextInt(1, 5);
        if (kind == 5) {
            return SimNode.shuffled(id, reducers, shuffle(any(), reducers), shuffle(any(), reducers));
        }
        if (kind == 6 && !shuffles.isEmpty()) { // a shuffle read by two datasets
            ShuffleDependency shared = shuffles.get(random.nextInt(shuffles.size()));
            return SimNode.shuffled(id, shared.spec().numReducers(), shared);
        }
        return SimNode.shuffled(id, reducers, shuffle(any(), reducers));
    }

    private SimNode source(int id, int partitions) {
        List<String> preferred = random.nextInt(4) == 0 ? List.of(SimExecutor.name(random.nextInt(4))) : List.of();
        return SimNode.source(id, partitions, !isNondeterministic(), preferred);
    }

    private ShuffleDependency shuffle(SimNode parent, int reducers) {
        ShuffleDependency shuffle = SimNode.shuffle(shuffles.size(), parent, reducers);
        shuffles.add(shuffle);
        return shuffle;
    }

    /** Returns what distinguishes a partition's contents from all others'. */
    static long seedOf(SimNode node, int partition) {
        return node.id() * 1_000_003L + partition;
    }

    /** The oracle: returns the contents that a partition of a deterministic dataset must have. */
    SimValue expected(SimNode node, int partition) {
        SimValue known = oracle.get(seedOf(node, partition));
        if (known == null) {
            known = expect(node, partition);
            oracle.put(seedOf(node, partition), known);
        }
        return known;
    }

    private SimValue expect(SimNode node, int partition) {
        List<SimValue> parts = new ArrayList<>();
        List<Dependency> dependencies = node.dependencies();
        for (int i = 0; i < dependencies.size(); i++) {
            SimNode parent = (SimNode) dependencies.get(i).parent();
            if (dependencies.get(i) instanceof ShuffleDependency shuffle) {
                for (int map = 0; map < parent.numPartitions(); map++) {
                    SimValue.Source source = SimValue.Source.output(shuffle.shuffleId(), map);
                    parts.add(SimValue.bucket(source, expected(parent, map), partition));
                }
            } else {
                for (int needed : node.needs(i, partition)) {
                    parts.add(expected(parent, needed));
                }
            }
        }
        return SimValue.of(seedOf(node, partition), parts);
    }
}

package dev.favilla.pipeline;

import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.Lineage;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.InputSnapshot;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Says what a cached partition was computed from, as one number: a hash of the shuffles that its dataset reads within
 * its stage, each with its generation, and of the persisted datasets below it whose contents have changed. A
 * change of any of them gives another number, so that a block made of the old one is not found.
 *
 * <p>Which shuffles a dataset reads never changes, and is remembered for the datasets asked for last.
 *
 * <p><b>Threads.</b> May be used from any thread; two that ask for the same dataset at once both walk its lineage.
 */
public final class InputVersions {

    private static final int REMEMBERED_DATASETS = 4096;

    /** Shuffle ids, ascending, by dataset id; synchronized by its wrapper. */
    private final Map<Integer, List<Integer>> shufflesByDataset = Collections.synchronizedMap(new Recent());

    /**
     * Returns the input version of {@code node}'s blocks.
     *
     * @param reads the generation of everything that the stage may read
     */
    public long of(LineageNode node, InputSnapshot reads) {
        long inputVersion = ofShuffles(node, reads.generations());
        for (Map.Entry<Integer, Long> dataset : reads.firstValidAttempts().entrySet()) {
            if (dataset.getValue() > 0 && isBelow(dataset.getKey(), node)) {
                inputVersion += mix(mix(~dataset.getKey()) + dataset.getValue()); // a sum: the map has no order
            }
        }
        return inputVersion;
    }

    /** Returns whether {@code node} is computed from a dataset in its own tasks. */
    private static boolean isBelow(int rddId, LineageNode node) {
        if (rddId >= node.id()) {
            return false; // parents have smaller ids than children
        }
        Predicate<Dependency> follow = dependency ->
                dependency instanceof NarrowDependency && dependency.parent().id() >= rddId;
        for (LineageNode ancestor : Lineage.walk(node, follow)) {
            if (ancestor.id() == rddId) {
                return true;
            }
        }
        return false;
    }

    private long ofShuffles(LineageNode node, Map<Integer, Long> generations) {
        if (generations.isEmpty()) {
            return 0;
        }
        List<Integer> shuffles = shufflesByDataset.get(node.id());
        if (shuffles == null) {
            shuffles = walk(node);
        }
        long inputVersion = 0;
        for (int shuffle : shuffles) {
            inputVersion = mix(inputVersion + mix(shuffle) + generations.getOrDefault(shuffle, 0L));
        }
        return inputVersion;
    }

    private List<Integer> walk(LineageNode top) {
        Map<Integer, List<Integer>> known = new HashMap<>();
        Predicate<Dependency> follow =
                dependency -> dependency instanceof NarrowDependency && !isKnown(dependency.parent(), known);
        for (LineageNode node : Lineage.parentsFirst(top, follow)) {
            known.put(node.id(), shufflesOf(node, known));
        }
        List<Integer> shuffles = known.getOrDefault(top.id(), List.of());
        shufflesByDataset.put(top.id(), shuffles);
        return shuffles;
    }

    private boolean isKnown(LineageNode node, Map<Integer, List<Integer>> known) {
        if (known.containsKey(node.id())) {
            return true;
        }
        List<Integer> remembered = shufflesByDataset.get(node.id());
        if (remembered != null) {
            known.put(node.id(), remembered);
        }
        return remembered != null;
    }

    private static List<Integer> shufflesOf(LineageNode node, Map<Integer, List<Integer>> known) {
        List<Dependency> dependencies = node.dependencies();
        if (dependencies.size() == 1 && !(dependencies.get(0) instanceof ShuffleDependency)) {
            return known.getOrDefault(dependencies.get(0).parent().id(), List.of()); // shared along a chain
        }
        SortedSet<Integer> shuffles = new TreeSet<>();
        for (Dependency dependency : dependencies) {
            if (dependency instanceof ShuffleDependency shuffle) {
                shuffles.add(shuffle.shuffleId());
            } else {
                shuffles.addAll(known.getOrDefault(dependency.parent().id(), List.of()));
            }
        }
        return List.copyOf(shuffles);
    }

    private static long mix(long bits) {
        long z = bits + 0x9e3779b97f4a7c15L;
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }

    private static final class Recent extends LinkedHashMap<Integer, List<Integer>> {

        private static final long serialVersionUID = 1L;

        Recent() {
            super(16, 0.75f, true);
        }

        @Override
        protected boolean removeEldestEntry(Map.Entry<Integer, List<Integer>> eldest) {
            return size() > REMEMBERED_DATASETS;
        }
    }
}

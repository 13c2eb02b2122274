package dev.favilla.scheduler.dag;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which shuffles are computed from which, for every shuffle whose outputs may be registered, also when no job runs that
 * uses it. By number only, so that it keeps no lineage reachable.
 */
final class ShuffleLineage {

    private final Map<Integer, List<Integer>> parents = new HashMap<>();
    private final Map<Integer, SortedSet<Integer>> children = new HashMap<>();

    /** The persisted datasets that each shuffle's map tasks have read or made. */
    private final Map<Integer, Set<Integer>> datasets = new HashMap<>();

    /** Adds a shuffle whose map tasks read {@code parentShuffles}. Adding it again changes nothing. */
    void add(int shuffleId, List<Integer> parentShuffles) {
        if (parents.putIfAbsent(shuffleId, parentShuffles) == null) {
            for (int parent : parentShuffles) {
                children.computeIfAbsent(parent, id -> new TreeSet<>()).add(shuffleId);
            }
        }
    }

    /** Notes that the map tasks of a shuffle may read or make persisted datasets. */
    void addDatasets(int shuffleId, Set<Integer> rddIds) {
        if (!rddIds.isEmpty()) {
            datasets.computeIfAbsent(shuffleId, id -> new HashSet<>()).addAll(rddIds);
        }
    }

    /** Returns the shuffles whose map tasks may have read or made a persisted dataset, ascending. */
    SortedSet<Integer> readersOf(int rddId) {
        SortedSet<Integer> readers = new TreeSet<>();
        datasets.forEach((shuffle, rddIds) -> {
            if (rddIds.contains(rddId)) {
                readers.add(shuffle);
            }
        });
        return readers;
    }

    void remove(int shuffleId) {
        datasets.remove(shuffleId);
        List<Integer> parentShuffles = parents.remove(shuffleId);
        if (parentShuffles == null) {
            return;
        }
        for (int parent : parentShuffles) {
            SortedSet<Integer> siblings = children.get(parent);
            if (siblings != null && siblings.remove(shuffleId) && siblings.isEmpty()) {
                children.remove(parent);
            }
        }
    }

    /** Returns the shuffles whose map tasks read {@code shuffleId}, ascending. */
    Iterable<Integer> consumers(int shuffleId) {
        SortedSet<Integer> consumers = children.get(shuffleId);
        return consumers == null ? List.of() : consumers;
    }
}

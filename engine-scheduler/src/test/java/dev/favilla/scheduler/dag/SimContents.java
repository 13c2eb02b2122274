package dev.favilla.scheduler.dag;

import dev.favilla.scheduler.dag.SimAudit.Violation;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * Finds results into which two contents of one map output, or of one cached partition, have gone. Nothing is promised of
 * a dataset that was unpersisted.
 */
final class SimContents {

    private final Set<Integer> unpersisted = new HashSet<>();
    private int lookUps;

    void unpersist(int rddId) {
        unpersisted.add(rddId);
    }

    /** Fails if anything that one result goes back to had two contents. */
    void requireOneOfEach(int jobId, Collection<SimValue> results) {
        int lookUp = ++lookUps;
        Map<SimValue.Source, Long> contents = new HashMap<>();
        Deque<SimValue> unvisited = new ArrayDeque<>(results);
        while (!unvisited.isEmpty()) {
            SimValue value = unvisited.pop();
            if (value.visit(lookUp)) {
                SimValue.Source source = value.source();
                if (source != null && !(source.cached() && unpersisted.contains(source.owner()))) {
                    Long other = contents.put(source, value.hash());
                    if (other != null && other != value.hash()) {
                        throw new Violation("I3", "job " + jobId + " read " + source + " in two versions");
                    }
                }
                for (SimValue part : value.parts()) {
                    unvisited.push(part);
                }
            }
        }
    }
}

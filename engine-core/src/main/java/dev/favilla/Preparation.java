package dev.favilla;

import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.Prepared;
import dev.favilla.lineage.PreparedNode;
import dev.favilla.lineage.PreparedPartitioner;
import dev.favilla.lineage.ShuffleDependency;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Finds the parts of a lineage that want to be prepared before a job can compute it. */
final class Preparation {

    /** A partitioner comes when what it looks at could be computed, behind that. */
    private static final Comparator<Prepared> ANCESTORS_FIRST = Comparator.<Prepared>comparingInt(Preparation::dataset)
            .thenComparing(part -> part instanceof PreparedPartitioner);

    private Preparation() {}

    /** Returns those above and with {@code target} that are not prepared, ancestors first. */
    static List<Prepared> missingFor(LineageNode target) {
        Collection<Prepared> missing = new LinkedHashSet<>();
        Set<Integer> seen = new HashSet<>();
        Deque<LineageNode> open = new ArrayDeque<>(); // of our own: the lineage may be longer than the thread's stack
        open.push(target);
        while (!open.isEmpty()) {
            LineageNode node = open.pop();
            if (!seen.add(node.id())) {
                continue;
            }
            if (node instanceof PreparedNode prepared && !prepared.isPrepared()) {
                missing.add(prepared);
            }
            for (Dependency dependency : node.dependencies()) {
                open.push(dependency.parent());
                if (dependency instanceof ShuffleDependency shuffle
                        && shuffle.spec().partitioner() instanceof PreparedPartitioner prepared
                        && !prepared.isPrepared()) {
                    missing.add(prepared);
                }
            }
        }
        return missing.stream().sorted(ANCESTORS_FIRST).toList();
    }

    private static int dataset(Prepared part) {
        if (part instanceof PreparedNode node) {
            return node.id();
        }
        if (part instanceof PreparedPartitioner partitioner) {
            return partitioner.input().id();
        }
        throw new IllegalStateException(part + " is neither a dataset nor a partitioner");
    }
}

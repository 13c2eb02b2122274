package dev.favilla;

import dev.favilla.lineage.Dependency;
import dev.favilla.lineage.LineageNode;
import dev.favilla.lineage.PreparedNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Finds the nodes of a lineage that want to be prepared before a job can compute them. */
final class Preparation {

    private Preparation() {}

    /** Returns those above and with {@code target} that are not prepared, parents first. */
    static List<PreparedNode> missingFor(LineageNode target) {
        List<PreparedNode> missing = new ArrayList<>();
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
            }
        }
        missing.sort(Comparator.comparingInt(LineageNode::id));
        return missing;
    }
}

package dev.favilla.lineage;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Predicate;

/** Walks over lineages, in loops: a lineage may be longer than a thread's stack. */
public final class Lineage {

    private Lineage() {}

    /**
     * Returns {@code start} and whatever is reached from it, each dataset once and after one of its children. The walk is
     * lazy, so that whoever has found what was looked for may stop.
     *
     * @param follow says which dependencies are followed
     */
    public static Iterable<LineageNode> walk(LineageNode start, Predicate<Dependency> follow) {
        return () -> new Walk(start, follow);
    }

    /** The same, all at once, and parents before their children: in the order of their ids. */
    public static Collection<LineageNode> parentsFirst(LineageNode start, Predicate<Dependency> follow) {
        SortedMap<Integer, LineageNode> found = new TreeMap<>();
        walk(start, follow).forEach(node -> found.put(node.id(), node));
        return found.values();
    }

    private static final class Walk implements Iterator<LineageNode> {

        private final Predicate<Dependency> follow;
        private final Set<Integer> reached = new HashSet<>();
        private final Deque<LineageNode> open = new ArrayDeque<>();

        Walk(LineageNode start, Predicate<Dependency> follow) {
            this.follow = follow;
            reached.add(start.id());
            open.push(start);
        }

        @Override
        public boolean hasNext() {
            return !open.isEmpty();
        }

        @Override
        public LineageNode next() {
            if (open.isEmpty()) {
                throw new NoSuchElementException("No more datasets: hasNext() is false.");
            }
            LineageNode node = open.pop();
            for (Dependency dependency : node.dependencies()) {
                LineageNode parent = dependency.parent();
                if (follow.test(dependency) && reached.add(parent.id())) {
                    open.push(parent);
                }
            }
            return node;
        }
    }
}

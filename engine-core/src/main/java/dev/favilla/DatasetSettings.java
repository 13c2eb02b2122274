package dev.favilla;

import dev.favilla.lineage.LineageNode;
import dev.favilla.storage.StorageLevel;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What users have set on the datasets of one context, by id: nodes are immutable, and {@code rdd.cache()} works with its
 * result ignored. Forgotten with the node. Used from any thread.
 */
final class DatasetSettings {

    private final Reachability reachability;
    private final Map<Integer, StorageLevel> levels = new ConcurrentHashMap<>();

    /** The nodes of {@link #levels}, which must not be kept reachable from here. */
    private final Map<Integer, WeakReference<LineageNode>> kept = new ConcurrentHashMap<>();

    private final Map<Integer, String> names = new ConcurrentHashMap<>();

    /** Datasets that were kept at some time: what becomes of each is watched once, however often it is kept anew. */
    private final Set<Integer> watched = ConcurrentHashMap.newKeySet();

    DatasetSettings(Reachability reachability) {
        this.reachability = reachability;
    }

    /**
     * Marks a dataset as kept.
     *
     * @param onUnreachable drops its blocks
     * @throws UnsupportedOperationException if another level is set already
     */
    void persist(LineageNode node, StorageLevel level, Runnable onUnreachable) {
        StorageLevel before = levels.putIfAbsent(node.id(), level);
        int id = node.id();
        if (before == null) {
            kept.put(id, new WeakReference<>(node));
        }
        if (before == null && watched.add(id)) {
            reachability.track(node, () -> {
                levels.remove(id);
                kept.remove(id);
                watched.remove(id);
                onUnreachable.run();
            });
        } else if (before != null && !before.equals(level)) {
            throw new UnsupportedOperationException("Cannot keep " + node + " at level " + level.description()
                    + ": it is kept at " + before.description() + " already. Call unpersist() first.");
        }
    }

    /** Gives a dataset that is kept another level; returns whether it is. */
    boolean change(LineageNode node, StorageLevel level) {
        return levels.replace(node.id(), level) != null;
    }

    void unpersist(LineageNode node) {
        levels.remove(node.id());
        kept.remove(node.id());
    }

    /** Returns the nodes that are marked as kept, by id. */
    Map<Integer, LineageNode> kept() {
        Map<Integer, LineageNode> nodes = new TreeMap<>();
        kept.forEach((id, reference) -> {
            LineageNode node = reference.get();
            if (node != null) {
                nodes.put(id, node);
            }
        });
        return nodes;
    }

    StorageLevel level(LineageNode node) {
        return levels.getOrDefault(node.id(), StorageLevel.NONE);
    }

    /** Returns the levels set now, by dataset id. */
    Map<Integer, StorageLevel> levels() {
        return levels.isEmpty() ? Map.of() : Map.copyOf(levels);
    }

    void name(LineageNode node, String name) {
        int id = node.id();
        if (names.put(id, name) == null) {
            reachability.track(node, () -> names.remove(id));
        }
    }

    String describe(LineageNode node) {
        String name = names.get(node.id());
        return name == null ? node.toString() : name + " " + node;
    }

    String name(LineageNode node) {
        return names.getOrDefault(node.id(), "");
    }

    /** Returns the names set now, by dataset id. */
    Map<Integer, String> names() {
        return names.isEmpty() ? Map.of() : Map.copyOf(names);
    }
}

package dev.favilla.lineage;

import dev.favilla.shuffle.ShuffleSpec;

/**
 * Each partition needs records of all partitions of the parent: a shuffle. Identity is this object; its shuffle's map
 * outputs may be dropped once it is unreachable.
 */
public final class ShuffleDependency implements Dependency {

    private final LineageNode parent;
    private final ShuffleSpec spec;
    private final EntryExtractor entries;

    /**
     * @param parent the dataset whose records are sent
     * @param spec where they go and how they merge
     * @param entries what is the key and what the value of a parent's record
     */
    public ShuffleDependency(LineageNode parent, ShuffleSpec spec, EntryExtractor entries) {
        this.parent = parent;
        this.spec = spec;
        this.entries = entries;
    }

    @Override
    public LineageNode parent() {
        return parent;
    }

    public ShuffleSpec spec() {
        return spec;
    }

    public int shuffleId() {
        return spec.shuffleId();
    }

    public EntryExtractor entries() {
        return entries;
    }

    @Override
    public String toString() {
        return spec + " of " + parent;
    }
}

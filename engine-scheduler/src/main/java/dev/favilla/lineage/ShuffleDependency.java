package dev.favilla.lineage;

import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ShuffleSpec;
import org.jspecify.annotations.Nullable;

/**
 * Each partition needs records of all partitions of the parent: a shuffle. Identity is this object; its shuffle's map
 * outputs may be dropped once it is unreachable.
 */
public final class ShuffleDependency implements Dependency {

    private static final long serialVersionUID = 1L;

    private final LineageNode parent;
    private final ShuffleSpec spec;
    private final EntryExtractor entries;

    /** What its map tasks are told, once anybody has asked; not sent along. */
    private transient volatile @Nullable LineageBinary binary;

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

    /**
     * Returns its parent and itself as bytes: what isolated executors are told that are to write the shuffle. Made by the
     * first call and kept; two first calls at once both make it.
     *
     * @param records the context's serializer of records
     * @throws dev.favilla.serializer.SerializationException if anything in them cannot be written
     */
    public LineageBinary binary(Serializer records) {
        LineageBinary known = binary;
        if (known == null) {
            known = LineageBinary.of(parent, this, records);
            binary = known;
        }
        return known;
    }

    @Override
    public String toString() {
        return spec + " of " + parent;
    }
}

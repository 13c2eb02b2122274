package dev.favilla.lineage;

import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ShuffleSpec;
import java.util.List;
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
    private transient volatile @Nullable Written written;

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
        Written known = written;
        return known != null ? known.binary() : binary(records, List.of());
    }

    /**
     * As {@link #binary(Serializer)}, made anew if it was made of other parts: a checkpoint may have taken the place of
     * some, whose shuffles may be dropped now.
     *
     * @param parts the numbers of what the map tasks compute and read
     */
    public LineageBinary binary(Serializer records, List<List<Integer>> parts) {
        Written known = written;
        if (known == null || !known.parts().equals(parts)) {
            known = new Written(List.copyOf(parts), LineageBinary.of(parent, this, records));
            written = known;
        }
        return known.binary();
    }

    @Override
    public String toString() {
        return spec + " of " + parent;
    }

    private record Written(List<List<Integer>> parts, LineageBinary binary) {}
}

package dev.favilla.shuffle;

import java.io.Serializable;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What writers and readers must know of one shuffle. Identity is the id.
 *
 * <p>The same spec object is shared by all attempts of an executor.
 */
public final class ShuffleSpec implements Serializable {

    private static final long serialVersionUID = 1L;

    private final int shuffleId;
    private final Partitioner partitioner;
    private final @Nullable Aggregator aggregator;

    /**
     * @param shuffleId unique in the context
     * @param partitioner where a key goes
     * @param aggregator how values merge by key, or null if records only move
     */
    public ShuffleSpec(int shuffleId, Partitioner partitioner, @Nullable Aggregator aggregator) {
        this.shuffleId = shuffleId;
        this.partitioner = partitioner;
        this.aggregator = aggregator;
    }

    public int shuffleId() {
        return shuffleId;
    }

    public int numReducers() {
        return partitioner.numPartitions();
    }

    public Partitioner partitioner() {
        return partitioner;
    }

    public Optional<Aggregator> aggregator() {
        return Optional.ofNullable(aggregator);
    }

    @Override
    public String toString() {
        return "shuffle " + shuffleId + " to " + numReducers() + " partitions";
    }
}

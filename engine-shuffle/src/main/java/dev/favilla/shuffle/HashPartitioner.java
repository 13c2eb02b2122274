package dev.favilla.shuffle;

import dev.favilla.value.StableHash;
import org.jspecify.annotations.Nullable;

/**
 * Places a key by its hash: the non-negative remainder of {@link StableHash#of} divided by the number of partitions,
 * which is where Spark places it. Enums, alone or inside a record, hash by name, so that they land in the same
 * partition in every run. The null key belongs to partition 0.
 *
 * <p>Two hash partitioners are equal exactly if they have equally many partitions.
 */
public final class HashPartitioner implements Partitioner {

    private final int numPartitions;

    /**
     * @param numPartitions how many partitions, at least 1
     * @throws IllegalArgumentException if {@code numPartitions < 1}
     */
    public HashPartitioner(int numPartitions) {
        if (numPartitions < 1) {
            throw new IllegalArgumentException("numPartitions must be >= 1, got " + numPartitions);
        }
        this.numPartitions = numPartitions;
    }

    @Override
    public int numPartitions() {
        return numPartitions;
    }

    /**
     * {@inheritDoc}
     *
     * @throws dev.favilla.value.UnsupportedKeyException if the key has no hash to rely on, such as an array
     */
    @Override
    public int partition(@Nullable Object key) {
        return key == null ? 0 : partitionOfHash(StableHash.of(key));
    }

    /** Returns the partition of every key whose stable hash is {@code hash}, for callers that know it already. */
    public int partitionOfHash(int hash) {
        return Math.floorMod(hash, numPartitions);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof HashPartitioner other && numPartitions == other.numPartitions;
    }

    @Override
    public int hashCode() {
        return numPartitions;
    }

    @Override
    public String toString() {
        return "HashPartitioner(" + numPartitions + ")";
    }
}

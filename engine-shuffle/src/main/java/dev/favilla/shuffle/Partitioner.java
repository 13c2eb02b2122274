package dev.favilla.shuffle;

import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * Says which partition a key belongs to.
 *
 * <p>Implementations are deterministic, serializable, and define {@code equals}: two datasets whose partitioners are
 * equal are joined without a shuffle.
 */
public interface Partitioner extends Serializable {

    /** Returns the number of partitions, at least 1. */
    int numPartitions();

    /** Returns the partition of {@code key}, from 0 to {@code numPartitions() - 1}. */
    int partition(@Nullable Object key);
}

package dev.favilla.storage;

/**
 * Names one cached partition.
 *
 * @param rddId id of the dataset, unique in its context
 * @param partition which of its partitions
 */
public record BlockId(int rddId, int partition) {

    @Override
    public String toString() {
        return "rdd_" + rddId + "_" + partition;
    }
}

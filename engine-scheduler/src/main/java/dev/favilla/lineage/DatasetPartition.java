package dev.favilla.lineage;

/**
 * One partition of a dataset.
 *
 * @param dataset the dataset
 * @param number which of its partitions, from 0
 */
public record DatasetPartition(LineageNode dataset, int number) {}

package dev.favilla.lineage;

import dev.favilla.shuffle.Partitioner;

/**
 * A partitioner that must look at a dataset before it can place keys: ranges, say, whose bounds come from a sample. Every
 * job that is to run a shuffle with it has it prepared first, whatever dataset is shuffled.
 *
 * <p>The number of partitions must not depend on what is found.
 */
public interface PreparedPartitioner extends Partitioner, Prepared {

    /** Returns the dataset that is looked at. */
    LineageNode input();
}

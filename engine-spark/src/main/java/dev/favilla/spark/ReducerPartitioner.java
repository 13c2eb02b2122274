package dev.favilla.spark;

import org.apache.spark.Partitioner;

/** Brings blocks where their keys say: which reducer a record belongs to, the engine's own partitioner has decided. */
final class ReducerPartitioner extends Partitioner {

    private static final long serialVersionUID = 1L;

    private final int reducers;

    ReducerPartitioner(int reducers) {
        this.reducers = reducers;
    }

    @Override
    public int numPartitions() {
        return reducers;
    }

    @Override
    public int getPartition(Object key) {
        return ((BlockKey) key).reducer();
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof ReducerPartitioner other && reducers == other.reducers;
    }

    @Override
    public int hashCode() {
        return reducers;
    }
}

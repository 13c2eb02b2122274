package dev.favilla.lineage;

/** Where the records of a partition come from when no single parent's partition is passed on: the outside, a shuffle. */
@FunctionalInterface
public interface Source {

    /** Opens a partition for one attempt. */
    Cursor open(int partition, TaskInputs inputs) throws Exception;
}

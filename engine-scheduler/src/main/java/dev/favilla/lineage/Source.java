package dev.favilla.lineage;

import java.util.List;

/** Where the records of a partition come from when no single parent's partition is passed on: the outside, a shuffle. */
@FunctionalInterface
public interface Source {

    /** Opens a partition for one attempt. */
    Cursor open(int partition, TaskInputs inputs) throws Exception;

    /** Returns the partitions of datasets of the same stage that it opens. */
    default List<DatasetPartition> beside(int partition) {
        return List.of();
    }

    /** Returns whether an object that was pushed may be changed and pushed again for another record. */
    default boolean mayReuse() {
        return false;
    }

    /** Returns whether a cursor that is asked to push one record may push several. */
    default boolean mayExceedStep() {
        return false;
    }
}

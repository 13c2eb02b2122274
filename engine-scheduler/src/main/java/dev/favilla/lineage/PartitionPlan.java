package dev.favilla.lineage;

/**
 * How one partition of a dataset is computed. A plan describes one step only, so that whoever assembles a pipeline can
 * do it in a loop, however long the lineage is.
 */
public sealed interface PartitionPlan {

    /**
     * From the outside, a shuffle, or several parents: opened as a cursor.
     *
     * @param source what is opened
     * @param partition the source's partition
     */
    record Read(Source source, int partition) implements PartitionPlan {}

    /**
     * From one partition of one parent, by an operator.
     *
     * @param parent the parent
     * @param partition the parent's partition
     * @param operator what is done to its records
     */
    record Apply(LineageNode parent, int partition, Operator operator) implements PartitionPlan {}
}

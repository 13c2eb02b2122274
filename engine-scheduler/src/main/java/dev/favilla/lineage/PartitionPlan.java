package dev.favilla.lineage;

import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/**
 * How one partition of a dataset is computed. A plan describes one step only, so that whoever assembles a pipeline can
 * do it in a loop, however long the lineage is.
 */
public sealed interface PartitionPlan {

    /**
     * From a source, a shuffle, or several parents: opened as a cursor.
     *
     * @param opener opens it for one attempt
     */
    record Read(Opener opener) implements PartitionPlan {}

    /**
     * From one partition of one parent, record by record.
     *
     * @param parent the parent
     * @param partition the parent's partition
     * @param sink makes the operator for one attempt
     */
    record Push(LineageNode parent, int partition, SinkFactory sink) implements PartitionPlan {}

    /**
     * From one partition of one parent, as a lazy iterator over its iterator.
     *
     * @param parent the parent
     * @param partition the parent's partition
     * @param iterator makes the iterator for one attempt
     */
    record Pull(LineageNode parent, int partition, IteratorFactory iterator) implements PartitionPlan {}

    /** Opens a cursor for one attempt. */
    @FunctionalInterface
    interface Opener {

        Cursor open(TaskInputs inputs) throws Exception;
    }

    /** Makes a sink that passes what it makes of its records to {@code downstream}. */
    @FunctionalInterface
    interface SinkFactory {

        Sink over(Sink downstream, TaskInputs inputs) throws Exception;
    }

    /** Makes an iterator over {@code upstream}, which it may read as far as it likes. */
    @FunctionalInterface
    interface IteratorFactory {

        Iterator<? extends @Nullable Object> over(Iterator<@Nullable Object> upstream, TaskInputs inputs)
                throws Exception;
    }
}

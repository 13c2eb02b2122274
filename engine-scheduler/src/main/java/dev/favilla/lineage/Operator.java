package dev.favilla.lineage;

import dev.favilla.closure.Closure;
import java.io.Serializable;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is done to the records of one partition of a parent to make one partition of a dataset, as data: a name, the
 * user's functions, and how it is run. A printer, a specialiser or a translator to another engine reads the same object
 * that a pipeline runs.
 *
 * <p>Immutable, and serializable with its dataset: see {@link LineageBinary}. An operator does not refer to its dataset;
 * whoever runs it says which partition of which dataset it makes.
 */
public sealed interface Operator extends Serializable {

    /** Returns what is done, in one word, for example {@code filter}. */
    String name();

    /** Returns the user's functions that are called; empty if there are none. */
    default List<Closure<?>> functions() {
        return List.of();
    }

    /** Returns whether keys stay where they lie, so that the dataset has its parent's partitioner. */
    default boolean keepsPartitioner() {
        return false;
    }

    /** Returns the partitions of other datasets that an attempt which makes {@code result} opens beside its own. */
    default List<DatasetPartition> beside(DatasetPartition result) {
        return List.of();
    }

    /**
     * Returns whether an object that was passed on may be changed and passed on again for another record. Whoever keeps
     * it then keeps a copy. By itself only what cannot change anything is trusted: functions of one record that
     * have nothing to change.
     */
    default boolean mayReuse() {
        return true;
    }

    /**
     * Returns whether one attempt may do it twice, to see whether the same comes out. What leaves something behind beside
     * its records, such as a file, may not.
     */
    default boolean isRepeatable() {
        return true;
    }

    /** Works record by record, so that it can be fused with its neighbours into one loop. */
    non-sealed interface Push extends Operator {

        /**
         * Returns the sink of one attempt, which passes what it makes of its records to {@code downstream}.
         *
         * @param result what is made
         */
        Sink over(DatasetPartition result, Sink downstream, TaskInputs inputs) throws Exception;

        /**
         * Returns whether one call of the sink may pass on several records. Then what comes after it may use one object
         * for all of them, and whoever keeps them until the call returns has to keep copies.
         */
        default boolean multiplies() {
            return true;
        }

        @Override
        default boolean mayReuse() {
            if (multiplies()) {
                return true;
            }
            for (Closure<?> function : functions()) {
                if (!function.isShareable()) {
                    return true;
                }
            }
            return false;
        }
    }

    /** Works as an iterator over an iterator, lazily. */
    non-sealed interface Pull extends Operator {

        /**
         * Returns the iterator of one attempt over {@code upstream}, which it may read as far as it likes.
         *
         * @param result what is made
         */
        Iterator<? extends @Nullable Object> over(
                DatasetPartition result, Iterator<@Nullable Object> upstream, TaskInputs inputs) throws Exception;
    }
}

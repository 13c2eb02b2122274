package dev.favilla;

import dev.favilla.lineage.Action;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An action whose result can be estimated before all partitions are there.
 *
 * @param <R> of the result, estimated or exact
 */
interface Approximation<R> extends Action {

    /** Makes the exact result. As the next, it leaves the staged results as they are: both may be made of them. */
    @Override
    R merge(List<@Nullable Object> staged);

    /**
     * Makes an estimate.
     *
     * @param staged the results of some partitions, in partition order
     * @param of how many partitions there are
     */
    R estimate(List<@Nullable Object> staged, int of);
}

package dev.favilla.lineage;

import dev.favilla.attempt.TaskScope;
import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a job does with its partitions. Results are staged per partition and looked at, in partition order, only when
 * all are there; so an attempt can be run again, or taken back, without a trace.
 */
public interface Action extends Serializable {

    /** Returns the operation's name, for example {@code collect}. */
    String name();

    /**
     * Computes the staged result of one partition. Runs in a task slot.
     *
     * @param scope of the attempt that runs it
     */
    @Nullable
    Object run(Cursor input, TaskScope scope) throws Exception;

    /**
     * Returns whether staged results have the records themselves. Then {@link #run} is given copies of those that what
     * makes them may change.
     */
    default boolean keepsRecords() {
        return false;
    }

    /** Returns about how many bytes a staged result takes, where that is known and of interest; 0 if not. */
    default long resultBytes(@Nullable Object staged) {
        return 0;
    }

    /**
     * Makes the job's result of the staged ones, given in the order of the request's partitions. Runs on the thread that
     * waits for the job, and must not run user code there.
     */
    @Nullable
    Object merge(List<@Nullable Object> staged) throws Exception;

    /** Returns whether merging runs user code, which belongs into a task slot: {@link #mergeInSlot} is called then. */
    default boolean mergesInSlot() {
        return false;
    }

    /**
     * As {@link #mergesInSlot()}, where it is known how many staged results there are: one may need no user code to become
     * the job's.
     */
    default boolean mergesInSlot(int results) {
        return mergesInSlot();
    }

    /**
     * As {@link #merge}, in a task slot.
     *
     * @param scope of the attempt that merges
     */
    default @Nullable Object mergeInSlot(List<@Nullable Object> staged, TaskScope scope) throws Exception {
        return merge(staged);
    }

    /**
     * Returns whether an attempt has effects that cannot be taken back, as {@code foreach} has. Such a job fails, with
     * an error that says so, rather than run a partition again on other input.
     */
    default boolean isIrrevocable() {
        return false;
    }
}

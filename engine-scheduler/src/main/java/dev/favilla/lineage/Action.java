package dev.favilla.lineage;

import dev.favilla.scheduler.TaskContext;
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

    /** Computes the staged result of one partition. Runs in a task slot. */
    @Nullable
    Object run(Cursor input, TaskContext context) throws Exception;

    /** Returns about how many bytes a staged result takes, where that is known and of interest; 0 if not. */
    default long resultBytes(@Nullable Object staged) {
        return 0;
    }

    /**
     * Returns whether {@link #merge} runs user code, which belongs into a task slot. If not, it runs on the thread that
     * waits for the job.
     */
    default boolean mergesInSlot() {
        return false;
    }

    /** Makes the job's result of the staged ones, given in the order of the request's partitions. */
    @Nullable
    Object merge(List<@Nullable Object> staged) throws Exception;

    /**
     * Returns whether an attempt has effects that cannot be taken back, as {@code foreach} has. Such a job fails, with
     * an error that says so, rather than run a partition again on other input.
     */
    default boolean isIrrevocable() {
        return false;
    }
}

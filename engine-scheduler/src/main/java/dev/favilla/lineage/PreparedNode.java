package dev.favilla.lineage;

import org.jspecify.annotations.Nullable;

/**
 * A dataset that must find something out before jobs can compute it, and needs jobs of its own for that: the bounds of
 * ranges, say, from a sample of what it is computed from.
 *
 * <p>Whoever runs a job prepares the nodes of its lineage first, ancestors before descendants. The number of partitions
 * and the partitioner must not depend on what is found; {@link #plan} may, and is asked for only then.
 *
 * <p><b>Threads.</b> Two threads that run jobs at once may both prepare a node; the one that is done first decides.
 */
public interface PreparedNode extends LineageNode {

    /** Returns whether {@link #prepare} has been done. Then it stays so. */
    boolean isPrepared();

    /** Finds out what is to be known and keeps it, as part of what travels to executors. */
    void prepare(Jobs jobs);

    /** Runs preparatory jobs. */
    @FunctionalInterface
    interface Jobs {

        /**
         * Runs an action on all partitions of a dataset and waits for its result.
         *
         * @param target a dataset that the node to be prepared is not part of
         */
        @Nullable
        Object run(LineageNode target, Action action);
    }
}

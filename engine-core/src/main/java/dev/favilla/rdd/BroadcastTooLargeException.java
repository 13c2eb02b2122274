package dev.favilla.rdd;

import dev.favilla.lineage.CallSite;
import dev.favilla.memory.Bytes;
import dev.favilla.memory.ExecutionMemoryExhaustedException;

/** The dataset that was to be broadcast for a join does not fit into the memory of an executor. */
public final class BroadcastTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    BroadcastTooLargeException(CallSite join, ExecutionMemoryExhaustedException cause) {
        super(
                "The other dataset of " + join
                        + " has to fit into the memory of each executor, and does not: for a table of"
                        + " its records " + Bytes.format(cause.requestedBytes())
                        + " more were needed, and " + Bytes.format(cause.grantedBytes())
                        + " could be granted from a pool of "
                        + Bytes.format(cause.poolBytes())
                        + ". Join without broadcast, which moves what does not fit to local disk, keep less of the other"
                        + " dataset, or raise EngineContext.builder().memory.",
                cause);
    }
}

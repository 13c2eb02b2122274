package dev.favilla.lineage;

import org.jspecify.annotations.Nullable;

/**
 * Takes records one at a time; a chain of sinks is a fused pipeline. Used by one attempt on its thread.
 *
 * <p>An abstract class, not an interface: the call in the innermost loop is cheaper.
 */
public abstract class Sink {

    /** Takes one record and returns whether more are wanted. After false, what is pushed is ignored. */
    public abstract boolean push(@Nullable Object record) throws Exception;

    /**
     * Says that no more records come. Called once, also after {@link #push} has returned false; sinks that pass records
     * on pass this on.
     */
    public void end() throws Exception {}
}

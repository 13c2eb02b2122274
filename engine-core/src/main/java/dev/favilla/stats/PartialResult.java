package dev.favilla.stats;

import java.util.function.Consumer;

/**
 * What an approximate action returns: an estimate of the moment when its time was over, and a job that goes on to the exact
 * result.
 *
 * <p><b>Errors.</b> A job that fails after the estimate was made tells so by {@link #getFinalValue} and {@link #onFail}, with
 * what the action itself would have thrown.
 *
 * <p><b>Threads.</b> May be used from any thread. Handlers run one after the other, in the order in which they were given, on a
 * thread of their own that ends with them; no thread waits for the job meanwhile. One that throws is logged, and the others
 * are called all the same. They are not called if the scheduler itself fails for want of memory; whoever waits is told.
 *
 * @param <R> of the result
 */
public interface PartialResult<R> {

    /** Returns the estimate, or the exact result if the job ended in time: see {@link #isInitialValueFinal}. */
    R initialValue();

    /** Returns whether the job ended in time, so that the initial value is the exact result. */
    boolean isInitialValueFinal();

    /**
     * Waits for the exact result. Interrupting the waiting thread cancels the job, as it does for every action.
     *
     * @return where it is a map, one of the caller's own
     */
    R getFinalValue();

    /**
     * Has {@code handler} called with the exact result once it is there.
     *
     * @return this
     */
    PartialResult<R> onComplete(Consumer<? super R> handler);

    /**
     * Has {@code handler} called with what {@link #getFinalValue} throws, if the job fails.
     *
     * @return this
     */
    PartialResult<R> onFail(Consumer<? super RuntimeException> handler);

    /** Asks the job to stop, as who is content with the estimate may do. Returns at once; then the final value is a failure. */
    void cancel();
}

package dev.favilla.scheduler;

import dev.favilla.memory.Bytes;

/** The tasks of a job gather more for the driver than it may hold. Ends the job at once: no retry would gather less. */
public final class ResultTooLargeException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final long resultBytes;
    private final long limitBytes;

    /**
     * @param resultBytes about how much the results take so far, of all tasks together
     * @param limitBytes how much they may take
     */
    public ResultTooLargeException(long resultBytes, long limitBytes) {
        super("the results of its tasks take about " + Bytes.format(resultBytes) + " so far, more than the limit of "
                + Bytes.format(limitBytes)
                + " that favilla.driver.maxResultSize sets; by default a quarter of the heap."
                + " Keep the records where they are: write them with saveAsTextFile, visit them with foreach, count or"
                + " aggregate them, or take some of them; or raise the limit, and the heap with -Xmx if need be.");
        this.resultBytes = resultBytes;
        this.limitBytes = limitBytes;
    }

    /** Returns about how much there was when this was noticed. */
    public long resultBytes() {
        return resultBytes;
    }

    /** Returns how much there may be. */
    public long limitBytes() {
        return limitBytes;
    }
}

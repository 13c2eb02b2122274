package dev.favilla;

import dev.favilla.job.JobFailure;
import dev.favilla.lineage.CallSite;
import java.util.Map;

/**
 * A job failed because one of its tasks found no memory in the JVM: its functions hold more than the heap has left beside
 * the budgets of the executors, which do not count it. The cause is the {@link OutOfMemoryError}, or what user code has
 * wrapped it in. The context goes on.
 */
public final class OutOfHeapException extends JobFailedException {

    private static final long serialVersionUID = 1L;

    private final long heapBytes;
    private final long budgetBytes;

    OutOfHeapException(int jobId, CallSite action, JobFailure failure, Map<Integer, String> names, HeapShare heap) {
        super(jobId, action, failure, names, heap.advice());
        this.heapBytes = heap.heapBytes();
        this.budgetBytes = heap.budgetBytes();
    }

    /** Returns how large the heap of this JVM can get. */
    public long heapBytes() {
        return heapBytes;
    }

    /** Returns how much of it the budgets of all executors may take. */
    public long budgetBytes() {
        return budgetBytes;
    }
}

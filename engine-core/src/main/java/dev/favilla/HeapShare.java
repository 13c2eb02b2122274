package dev.favilla;

import dev.favilla.job.JobFailure;
import dev.favilla.memory.Bytes;

/**
 * How a context shares out the heap, for those who have found it full.
 *
 * @param heapBytes how large it can get
 * @param budgetBytes what the budgets of all executors may take of it
 * @param slots how many tasks share the rest
 */
record HeapShare(long heapBytes, long budgetBytes, int slots) {

    static HeapShare of(EngineSettings settings) {
        return new HeapShare(
                Runtime.getRuntime().maxMemory(),
                settings.memoryBytes() * settings.master().executors(),
                settings.master().slots());
    }

    /** Returns whether a job failed for want of heap: threads and classes can be short as well. */
    static boolean ranOut(JobFailure failure) {
        return failure instanceof JobFailure.TaskFailed task
                && task.error().isOutOfMemory()
                && !task.error().text().contains("native thread")
                && !task.error().text().contains("Metaspace");
    }

    /** Returns what there was and what to change, to be put behind what happened. */
    String advice() {
        return " The heap of this JVM is " + Bytes.format(heapBytes) + ". The budget of its executors is "
                + Bytes.format(budgetBytes) + " of that, and the functions of up to " + slots
                + " tasks share the rest, which nobody counts. Hold less in one function, use more partitions so that"
                + " each task has less in hand, fewer slots (EngineContext.builder().cores), a larger heap (-Xmx), or a"
                + " smaller favilla.memory.fraction.";
    }
}

package dev.favilla.status;

/**
 * How much the scheduler remembers.
 *
 * @param jobs running jobs
 * @param stages stages of running jobs
 * @param taskSets live task sets
 * @param attempts attempts launched and not ended
 * @param shuffles shuffles with map outputs, kept for reuse while their dataset is reachable
 * @param executors live executors
 */
public record SchedulerTables(int jobs, int stages, int taskSets, int attempts, int shuffles, int executors) {

    /** Returns whether nothing runs and nothing of a finished job is remembered. */
    public boolean isIdle() {
        return jobs == 0 && stages == 0 && taskSets == 0 && attempts == 0;
    }
}

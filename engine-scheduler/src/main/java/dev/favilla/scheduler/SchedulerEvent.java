package dev.favilla.scheduler;

import dev.favilla.memory.MetricValues;
import dev.favilla.shuffle.ExecutorId;
import dev.favilla.storage.BlockId;

/** What the scheduler's state machine is told. Applied one at a time, in the order they were posted. */
public sealed interface SchedulerEvent {

    /**
     * A job was submitted.
     *
     * @param jobId its id
     * @param request what to do
     * @param stages its lineage, cut into stages
     */
    record JobSubmitted(int jobId, JobRequest request, StageGraph stages) implements SchedulerEvent {}

    /** A job is no longer wanted. Unknown and ended jobs are ignored. */
    record JobCancelled(int jobId, String reason) implements SchedulerEvent {}

    /** An attempt began to run in a slot. */
    record AttemptStarted(long attemptId, ExecutorId executor, int slot) implements SchedulerEvent {}

    /** An attempt ended. Unknown attempts and executors of another incarnation are ignored. */
    record AttemptEnded(long attemptId, ExecutorId executor, TaskOutcome outcome, MetricValues metrics)
            implements SchedulerEvent {}

    /** An executor offers its slots. */
    record ExecutorAdded(ExecutorId executor, int slots) implements SchedulerEvent {}

    /** An executor is gone, with its map outputs and cached blocks. */
    record ExecutorLost(ExecutorId executor, String reason) implements SchedulerEvent {}

    /** A visible cached block is no longer there. */
    record BlockDropped(ExecutorId executor, BlockId block) implements SchedulerEvent {}

    /** A dataset is no longer to be kept. */
    record DatasetUnpersisted(int rddId) implements SchedulerEvent {}

    /** Nobody can read a shuffle any more: its dependency is unreachable. Ignored while a running job uses it. */
    record ShuffleUnreachable(int shuffleId) implements SchedulerEvent {}

    /** The context closes: all jobs fail, new ones are refused. */
    record Stopped(String reason) implements SchedulerEvent {}
}

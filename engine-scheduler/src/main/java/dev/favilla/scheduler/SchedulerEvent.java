package dev.favilla.scheduler;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.storage.BlockId;
import dev.favilla.task.TaskOutcome;

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

    /** Jobs are no longer wanted. Unknown and ended ones are ignored. */
    record JobsCancelled(JobSelector jobs, String reason) implements SchedulerEvent {}

    /** A running attempt is to be stopped and its task tried again. Unknown attempts are ignored. */
    record AttemptUnwanted(long attemptId, String reason) implements SchedulerEvent {}

    /** An attempt asks whether it may make its output final. Answered by {@link SchedulerCommand.AnswerCommit}. */
    record CommitAsked(long attemptId, ExecutorId executor) implements SchedulerEvent {}

    /** The moment asked for by {@link SchedulerCommand.WakeAt} has come. Once too often is harmless. */
    record TimePassed() implements SchedulerEvent {}

    /** An attempt began to run in a slot. */
    record AttemptStarted(long attemptId, ExecutorId executor, int slot) implements SchedulerEvent {}

    /** An attempt ended. Unknown attempts and executors of another incarnation are ignored. */
    record AttemptEnded(long attemptId, ExecutorId executor, TaskOutcome outcome, MetricValues metrics)
            implements SchedulerEvent {}

    /** An attempt was taken back before it began, as {@link SchedulerCommand.Withdraw} had asked for. It never will. */
    record AttemptWithdrawn(long attemptId, ExecutorId executor) implements SchedulerEvent {}

    /**
     * An executor offers its slots.
     *
     * @param ahead how many attempts it takes while all its slots are busy
     */
    record ExecutorAdded(ExecutorId executor, int slots, int ahead) implements SchedulerEvent {

        /** One that takes nothing ahead. */
        public ExecutorAdded(ExecutorId executor, int slots) {
            this(executor, slots, 0);
        }
    }

    /** An executor is to take no more attempts, and to go once those it runs have ended. */
    record ExecutorDraining(ExecutorId executor) implements SchedulerEvent {}

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

package dev.favilla.scheduler;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.job.JobOutcome;
import dev.favilla.storage.BlockId;
import dev.favilla.task.AccumulatorUpdate;
import java.time.Instant;
import java.util.List;

/** What the state machine wants done. Performed in order, after the event that caused them, without blocking. */
public sealed interface SchedulerCommand {

    /** Start an attempt on an executor that has a free slot, or takes it ahead of one. */
    record Launch(ExecutorId executor, TaskSpec task) implements SchedulerCommand {}

    /** Ask an attempt to stop, by interrupting its thread too if {@code interrupt}; its end is still reported. */
    record Kill(ExecutorId executor, long attemptId, String reason, boolean interrupt) implements SchedulerCommand {}

    /**
     * Take an attempt back that has not begun, which {@link SchedulerEvent.AttemptWithdrawn} then tells. One that has begun
     * goes on.
     */
    record Withdraw(ExecutorId executor, long attemptId) implements SchedulerCommand {}

    /** Replace the slot of an attempt that ignores being killed. Its end has been accounted for. */
    record ReplaceSlot(ExecutorId executor, long attemptId) implements SchedulerCommand {}

    /** Answer an attempt that asked whether it may commit. */
    record AnswerCommit(ExecutorId executor, long attemptId, boolean granted) implements SchedulerCommand {}

    /** Let go of an executor that was drained: nothing runs on it, and nobody looks for its blocks any more. */
    record ReleaseExecutor(ExecutorId executor) implements SchedulerCommand {}

    /** Post {@link SchedulerEvent.TimePassed} at {@code instant}. Replaces what was asked for before. */
    record WakeAt(Instant instant) implements SchedulerCommand {}

    /** Add accepted updates to the driver's accumulators. */
    record ApplyAccumulators(List<AccumulatorUpdate> updates) implements SchedulerCommand {}

    /** Tell whoever waits for a job that it ended. Comes once per job, after its accumulators were applied. */
    record EndJob(int jobId, JobOutcome outcome) implements SchedulerCommand {}

    /** Drop the map output of one attempt. */
    record DropMapOutput(ExecutorId executor, int shuffleId, int mapPartition, long attemptId)
            implements SchedulerCommand {}

    /** Drop a shuffle everywhere. */
    record DropShuffle(int shuffleId) implements SchedulerCommand {}

    /** Drop a dataset's cached blocks everywhere. */
    record DropBlocks(int rddId) implements SchedulerCommand {}

    /** Drop one cached block of one executor. */
    record DropBlock(ExecutorId executor, BlockId block) implements SchedulerCommand {}

    /** Tell observers. Made only while somebody observes. */
    record Publish(EngineEvent event) implements SchedulerCommand {}
}

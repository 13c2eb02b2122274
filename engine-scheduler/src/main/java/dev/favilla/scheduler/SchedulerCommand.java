package dev.favilla.scheduler;

import dev.favilla.shuffle.ExecutorId;
import java.util.List;

/** What the state machine wants done. Performed in order, after the event that caused them, without blocking. */
public sealed interface SchedulerCommand {

    /** Start an attempt on an executor that has a free slot. */
    record Launch(ExecutorId executor, TaskSpec task) implements SchedulerCommand {}

    /** Ask an attempt to stop; its end is still reported. */
    record Kill(ExecutorId executor, long attemptId, String reason) implements SchedulerCommand {}

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

    /** Tell observers. Made only while somebody observes. */
    record Publish(EngineEvent event) implements SchedulerCommand {}
}

package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.StageGraph.StagePlan;
import dev.favilla.scheduler.task.TaskAttempt;
import dev.favilla.scheduler.task.TaskScheduler;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputTracker;
import dev.favilla.shuffle.MapOutputTracker.Registration;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.task.TaskOutcome;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Set;

/** The registered shuffles: keeps the tracker, what was computed from what, and the executors' stores in step. */
final class ShuffleRegistry {

    private final MapOutputTracker tracker;
    private final TaskScheduler tasks;
    private final Outbox outbox;
    private final ShuffleLineage lineage = new ShuffleLineage();

    ShuffleRegistry(MapOutputTracker tracker, TaskScheduler tasks, Outbox outbox) {
        this.tracker = tracker;
        this.tasks = tasks;
        this.outbox = outbox;
    }

    /** Registers the shuffle that {@code plan} writes, unless it is, and returns the map partitions it has no output of. */
    BitSet add(ShuffleDependency output, StagePlan plan) {
        tracker.add(output.shuffleId(), plan.tasks());
        lineage.add(output.shuffleId(), plan.parentShuffles());
        return tracker.missing(output.shuffleId());
    }

    /** Drops a shuffle everywhere. */
    void drop(int shuffleId) {
        if (tracker.contains(shuffleId)) {
            tracker.remove(shuffleId);
            lineage.remove(shuffleId);
            outbox.add(new SchedulerCommand.DropShuffle(shuffleId));
        }
    }

    /** Registers an output, or drops it if its partition has one; a changed shuffle moves to its next generation. */
    Registration register(int shuffleId, MapOutput output) {
        Registration registration = tracker.register(shuffleId, output);
        if (registration == Registration.DIFFERENT) {
            tracker.advance(shuffleId);
        } else if (registration == Registration.SURPLUS) {
            dropOutput(shuffleId, output);
        }
        return registration;
    }

    /** Drops all outputs of a shuffle and moves it to its next generation. */
    void invalidate(int shuffleId) {
        for (MapOutput output : tracker.invalidate(shuffleId)) {
            dropOutput(shuffleId, output);
        }
    }

    /** Drops one output where it lies. */
    void dropOutput(int shuffleId, MapOutput output) {
        dropOutput(output.executor(), shuffleId, output.mapPartition(), output.attemptId());
    }

    private void dropOutput(ExecutorId executor, int shuffleId, int mapPartition, long attemptId) {
        if (tasks.isLive(executor)) { // otherwise it went with the executor
            outbox.add(new SchedulerCommand.DropMapOutput(executor, shuffleId, mapPartition, attemptId));
        }
    }

    /** Forgets the very output that a reader could not fetch; returns whether it was registered still. */
    boolean forget(TaskAttempt reader, TaskOutcome.FetchFailed lost) {
        if (!tracker.unregister(lost.shuffleId(), lost.mapPartition(), lost.mapAttemptId())) {
            return false;
        }
        MapOutputs given = reader.set().tasks().reads().inputs().get(lost.shuffleId());
        if (given != null && lost.mapPartition() < given.outputs().size()) {
            MapOutput output = given.outputs().get(lost.mapPartition());
            if (output.attemptId() == lost.mapAttemptId()) {
                dropOutput(lost.shuffleId(), output);
            }
        }
        return true;
    }

    /** Notes that the map tasks of a shuffle are about to read or make persisted datasets. */
    void addDatasets(int shuffleId, Set<Integer> rddIds) {
        lineage.addDatasets(shuffleId, rddIds);
    }

    /**
     * Returns the shuffles that may have been computed from a dataset as it was before.
     *
     * @param firstWithout attempts from this one on cannot have read it as it was
     */
    List<Integer> computedFrom(int rddId, long firstWithout) {
        List<Integer> computed = new ArrayList<>();
        for (int shuffle : lineage.readersOf(rddId)) {
            if (tracker.contains(shuffle) && tracker.hasOutputBefore(shuffle, firstWithout)) {
                computed.add(shuffle);
            }
        }
        return computed;
    }

    /** Returns the shuffles computed from {@code shuffleId}. */
    Iterable<Integer> consumers(int shuffleId) {
        return lineage.consumers(shuffleId);
    }
}

package dev.favilla.scheduler.dag;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.MetricValues;
import dev.favilla.job.JobProperties;
import dev.favilla.lineage.LineageNode;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.SchedulerStateMachine;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.SpeculationPolicy;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.shuffle.DriverMapOutputTracker;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.ManualClock;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Prints how many bytes of heap a job costs the scheduler for each of its tasks: when all are queued, and when half are
 * done. For a JVM of its own, in which nothing else takes memory.
 */
final class SchedulerFootprint {

    private static final int TASKS = 100_000;
    private static final int COLLECTIONS = 5;

    private final SchedulerStateMachine machine = new DagScheduler(
            DriverMapOutputTracker::new,
            RetryPolicy.LOCAL,
            SchedulingPolicy.DEFAULT.withSpeculation(SpeculationPolicy.OFF.on()),
            new ManualClock(),
            () -> false);

    private SchedulerFootprint() {}

    /** Takes the number of executors. */
    public static void main(String[] arguments) {
        new SchedulerFootprint().measure(Integer.parseInt(arguments[0]));
    }

    private void measure(int executors) {
        Queue<SchedulerCommand.Launch> running = new ArrayDeque<>();
        for (int i = 0; i < executors; i++) {
            on(new SchedulerEvent.ExecutorAdded(new ExecutorId("executor" + i % 2, i), 4), running);
        }
        LineageNode target = PlacedNode.source(0, TASKS, "executor1");
        List<Integer> partitions = IntStream.range(0, TASKS).boxed().toList();
        long before = usedBytes();
        submit(target, partitions, running);
        long queued = usedBytes();
        for (int i = 0; i < TASKS / 2; i++) {
            SchedulerCommand.Launch launch = running.remove();
            on(new SchedulerEvent.AttemptStarted(launch.task().attemptId(), launch.executor(), 0), running);
            on(
                    new SchedulerEvent.AttemptEnded(
                            launch.task().attemptId(),
                            launch.executor(),
                            new TaskOutcome.Success("result", 0, List.of(), List.of()),
                            MetricValues.ZERO),
                    running);
        }
        long halfDone = usedBytes();
        System.out.println((queued - before) / TASKS + " " + (halfDone - before) / TASKS + " " + partitions.size() + " "
                + machine.tables().attempts());
    }

    private void submit(LineageNode target, List<Integer> partitions, Queue<SchedulerCommand.Launch> running) {
        JobRequest request = new JobRequest(
                target, partitions, SimAction.COLLECT, Map.of(), Map.of(), target.callSite(), JobProperties.NONE, null);
        on(new SchedulerEvent.JobSubmitted(0, request, StageGraph.of(target, partitions, Set.of())), running);
    }

    private void on(SchedulerEvent event, Queue<SchedulerCommand.Launch> running) {
        for (SchedulerCommand command : machine.on(event)) {
            if (command instanceof SchedulerCommand.Launch launch) {
                running.add(launch);
            }
        }
    }

    private static long usedBytes() {
        Runtime runtime = Runtime.getRuntime();
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return runtime.totalMemory() - runtime.freeMemory();
    }
}

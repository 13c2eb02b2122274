package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.job.JobOutcome;
import dev.favilla.job.JobProperties;
import dev.favilla.scheduler.JobRequest;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulerEvent;
import dev.favilla.scheduler.StageGraph;
import dev.favilla.testing.ForkedJvm;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Big jobs end; how long they take is for the benchmarks, but what is quadratic would be noticed here. */
class SchedulerScaleTest {

    private static final int SLOTS = 8;

    /** Runs one job to its end and returns how many attempts it took. */
    private static int run(SimNode target) {
        SchedulerHarness harness = new SchedulerHarness();
        harness.nobodyObserves();
        List<Integer> partitions =
                IntStream.range(0, target.numPartitions()).boxed().toList();
        JobRequest request = new JobRequest(
                target, partitions, SimAction.COLLECT, Map.of(), Map.of(), target.callSite(), JobProperties.NONE, null);
        Queue<SchedulerCommand> commands =
                new ArrayDeque<>(harness.machine(new SchedulerEvent.ExecutorAdded(SchedulerHarness.EXECUTOR, SLOTS)));
        commands.addAll(harness.machine(
                new SchedulerEvent.JobSubmitted(0, request, StageGraph.of(target, partitions, Set.of()))));
        int attempts = 0;
        while (!commands.isEmpty()) {
            SchedulerCommand command = commands.remove();
            if (command instanceof SchedulerCommand.Launch launch) {
                attempts++;
                commands.addAll(harness.machine(SchedulerHarness.ended(launch.task())));
            } else if (command instanceof SchedulerCommand.EndJob end) {
                assertThat(end.outcome()).isInstanceOf(JobOutcome.Staged.class);
            }
        }
        assertThat(harness.tables().isIdle()).isTrue();
        return attempts;
    }

    @Test
    void aHundredThousandTasksInEachOfTwoStages() {
        SimNode target = SimNode.shuffled(1, 100_000, SimNode.shuffle(0, SimNode.source(0, 100_000), 100_000));

        assertThat(run(target)).isEqualTo(200_000);
    }

    @Test
    void aLineOfTwoThousandShuffles() {
        SimNode node = SimNode.source(0, 2);
        for (int id = 1; id <= 2_000; id++) {
            node = SimNode.shuffled(id, 2, SimNode.shuffle(id, node, 2));
        }

        assertThat(run(node)).isEqualTo(2 * 2_001);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2}) // with two, tasks are placed
    void aTaskCostsTheSchedulerLessThanTwoHundredBytes(int executors) throws InterruptedException {
        ForkedJvm.Result result = ForkedJvm.of(SchedulerFootprint.class)
                .jvmOptions("-Xmx256m", "-XX:+UseSerialGC")
                .arguments(Integer.toString(executors))
                .run(Duration.ofMinutes(2));

        assertThat(result.exitCode()).as(result.stderr()).isZero();
        String[] numbers = result.stdout().trim().split(" ");
        assertThat(Long.parseLong(numbers[0])).as("bytes a task, all queued").isBetween(1L, 199L);
        assertThat(Long.parseLong(numbers[1])).as("bytes a task, half done").isBetween(1L, 199L);
    }
}

package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.job.JobOutcome;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.task.TaskOutcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much the results of one job may take. */
class ResultSizeTest {

    private final SchedulerHarness harness = new SchedulerHarness(SchedulingPolicy.DEFAULT.withMaxResultBytes(100));

    private void succeed(TaskSpec task, long resultBytes) {
        harness.end(task, new TaskOutcome.Success("result", resultBytes, List.of(), List.of()));
    }

    @Test
    void aboveTheLimitTheJobFailsWithTheNameOfTheSetting() {
        harness.addExecutor(3);
        int job = harness.collect(SimNode.source(0, 3));
        succeed(harness.result(job, 0), 60);
        TaskSpec other = harness.result(job, 2);

        succeed(harness.result(job, 1), 41);

        assertThat(harness.failure(job)).contains("about 101 B", "the limit of 100 B", "favilla.driver.maxResultSize");
        assertThat(harness.all(SchedulerCommand.Kill.class))
                .extracting(SchedulerCommand.Kill::attemptId)
                .containsExactly(other.attemptId());
        succeed(other, 1000);
        assertThat(harness.tables().isIdle()).isTrue();
    }

    @Test
    void upToTheLimitManyResultsPass() {
        harness.addExecutor(100);
        int job = harness.collect(SimNode.source(0, 100));

        for (int partition = 0; partition < 100; partition++) {
            succeed(harness.result(job, partition), 1);
        }

        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void mapOutputsDoNotCount() {
        harness.addExecutor(2);
        int job = harness.collect(SimNode.shuffled(1, 1, SimNode.shuffle(0, SimNode.source(0, 2), 1)));
        for (int partition = 0; partition < 2; partition++) {
            TaskSpec task = harness.map(0, partition);
            MapOutput output = new MapOutput(
                    partition, task.attemptId(), harness.executorOf(task), 1, 1, BlockSizes.of(new long[] {1 << 20}));
            harness.end(task, new TaskOutcome.Success(output, 1 << 20, List.of(), List.of()));
        }

        succeed(harness.result(job, 0), 100);

        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void resultsTakenBackDoNotCount() {
        harness.addExecutor(2);
        int job = harness.collect(SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 1), 2)));
        harness.succeed(harness.map(0, 0));
        succeed(harness.result(job, 0), 60);
        TaskSpec reader = harness.result(job, 1);
        harness.end(
                reader,
                new TaskOutcome.FetchFailed(
                        0, 0, reader.inputs().get(0).outputs().get(0).attemptId(), "block is gone"));
        harness.succeed(harness.map(0, 0), 99); // other records than before

        succeed(harness.result(job, 0), 60);
        assertThat(harness.hasEnded(job)).isFalse();
        succeed(harness.result(job, 1), 40);

        assertThat(harness.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }
}

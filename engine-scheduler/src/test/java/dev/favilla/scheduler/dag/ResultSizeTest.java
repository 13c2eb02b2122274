package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.JobOutcome;
import dev.favilla.scheduler.SchedulerCommand;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.BlockSizes;
import dev.favilla.shuffle.MapOutput;
import java.util.List;
import org.junit.jupiter.api.Test;

/** How much the results of one job may take. */
class ResultSizeTest {

    private final Rig rig = new Rig(SchedulingPolicy.DEFAULT.withMaxResultBytes(100));

    private void succeed(TaskSpec task, long resultBytes) {
        rig.end(task, new TaskOutcome.Success("result", resultBytes, List.of(), List.of()));
    }

    @Test
    void aboveTheLimitTheJobFailsWithTheNameOfTheSetting() { // behaviour 139
        rig.addExecutor(3);
        int job = rig.collect(SimNode.source(0, 3));
        succeed(rig.result(job, 0), 60);
        TaskSpec other = rig.result(job, 2);

        succeed(rig.result(job, 1), 41);

        assertThat(rig.failure(job)).contains("about 101 B", "the limit of 100 B", "favilla.driver.maxResultSize");
        assertThat(rig.all(SchedulerCommand.Kill.class))
                .extracting(SchedulerCommand.Kill::attemptId)
                .containsExactly(other.attemptId());
        succeed(other, 1000);
        assertThat(rig.tables().isIdle()).isTrue();
    }

    @Test
    void upToTheLimitManyResultsPass() { // behaviour 139
        rig.addExecutor(100);
        int job = rig.collect(SimNode.source(0, 100));

        for (int partition = 0; partition < 100; partition++) {
            succeed(rig.result(job, partition), 1);
        }

        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void mapOutputsDoNotCount() { // behaviour 140
        rig.addExecutor(2);
        int job = rig.collect(SimNode.shuffled(1, 1, SimNode.shuffle(0, SimNode.source(0, 2), 1)));
        for (int partition = 0; partition < 2; partition++) {
            TaskSpec task = rig.map(0, partition);
            MapOutput output = new MapOutput(
                    partition, task.attemptId(), rig.executorOf(task), 1, 1, BlockSizes.of(new long[] {1 << 20}));
            rig.end(task, new TaskOutcome.Success(output, 1 << 20, List.of(), List.of()));
        }

        succeed(rig.result(job, 0), 100);

        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }

    @Test
    void resultsTakenBackDoNotCount() {
        rig.addExecutor(2);
        int job = rig.collect(SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 1), 2)));
        rig.succeed(rig.map(0, 0));
        succeed(rig.result(job, 0), 60);
        TaskSpec reader = rig.result(job, 1);
        rig.end(
                reader,
                new TaskOutcome.FetchFailed(
                        0, 0, reader.inputs().get(0).outputs().get(0).attemptId(), "block is gone"));
        rig.succeed(rig.map(0, 0), 99); // other records than before

        succeed(rig.result(job, 0), 60);
        assertThat(rig.hasEnded(job)).isFalse();
        succeed(rig.result(job, 1), 40);

        assertThat(rig.outcome(job)).isInstanceOf(JobOutcome.Staged.class);
    }
}

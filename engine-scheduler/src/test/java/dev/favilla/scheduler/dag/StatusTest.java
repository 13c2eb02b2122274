package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.job.JobProperties;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.status.SchedulerStatus;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import dev.favilla.status.SchedulerStatus.JobStatus;
import dev.favilla.status.SchedulerStatus.StageStatus;
import dev.favilla.status.SchedulerStatus.State;
import dev.favilla.task.TaskOutcome;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What can be asked about jobs, stages and executors. */
class StatusTest {

    private final SimNode reduced = SimNode.shuffled(1, 2, SimNode.shuffle(0, SimNode.source(0, 3), 2));
    private final SchedulerHarness harness = new SchedulerHarness();
    private final ExecutorId executor = harness.addExecutor(2);
    private final Instant start = harness.clock.instant();

    private JobStatus job(int jobId, State state, Integer... stages) {
        return new JobStatus(jobId, reduced.callSite(), null, Set.of(), state, List.of(stages));
    }

    private static StageStatus map(
            int attempt, @Nullable Instant since, State state, int active, int done, int failed) {
        return new StageStatus(0, attempt, "step0 at Sim.java:0", since, state, 3, active, done, failed);
    }

    private static StageStatus result(
            int attempt, @Nullable Instant since, State state, int active, int done, int failed) {
        return new StageStatus(1, attempt, "step1 at Sim.java:1", since, state, 2, active, done, failed);
    }

    @Test
    void countsWhileAJobRuns() {
        harness.collect(reduced);
        assertThat(harness.status())
                .isEqualTo(new SchedulerStatus(
                        List.of(job(0, State.RUNNING, 0, 1)),
                        List.of(map(0, start, State.RUNNING, 2, 0, 0), result(0, null, State.WAITING, 0, 0, 0)),
                        List.of(new ExecutorStatus(executor, 2, 2, false))));

        harness.fail(harness.map(0, 1));
        harness.succeed(harness.map(0, 0));
        assertThat(harness.status().stages().get(0)).isEqualTo(map(0, start, State.RUNNING, 2, 1, 1));
        harness.succeed(harness.map(0, 1));
        harness.pass(Duration.ofSeconds(3));
        harness.succeed(harness.map(0, 2));
        assertThat(harness.status().stages())
                .containsExactly(
                        map(0, start, State.SUCCEEDED, 0, 3, 1),
                        result(0, start.plusSeconds(3), State.RUNNING, 2, 0, 0));
        harness.succeedAll();

        assertThat(harness.status())
                .isEqualTo(new SchedulerStatus(
                        List.of(job(0, State.SUCCEEDED, 0, 1)),
                        List.of(
                                map(0, start, State.SUCCEEDED, 0, 3, 1),
                                result(0, start.plusSeconds(3), State.SUCCEEDED, 0, 2, 0)),
                        List.of(new ExecutorStatus(executor, 2, 0, false))));
    }

    @Test
    void showsTheAttemptAStageIsIn() {
        int job = harness.collect(reduced);
        for (int partition = 0; partition < 3; partition++) {
            harness.succeed(harness.map(0, partition));
        }
        TaskSpec reader = harness.result(job, 0);
        harness.succeed(harness.result(job, 1));

        harness.end(
                reader,
                new TaskOutcome.FetchFailed(
                        0, 2, reader.inputs().get(0).outputs().get(2).attemptId(), "block is gone"));

        assertThat(harness.status().stages())
                .containsExactly(map(1, start, State.RUNNING, 1, 2, 0), result(0, start, State.WAITING, 0, 1, 0));
        harness.succeed(harness.map(0, 2));
        assertThat(harness.status().stages().get(1)).isEqualTo(result(1, start, State.RUNNING, 1, 1, 0));
    }

    @Test
    void ofFailedAndCancelledJobsSaysWhichStageItWas() {
        int cancelled = harness.collect(reduced);
        harness.cancel(cancelled);
        assertThat(harness.status().jobs()).containsExactly(job(0, State.CANCELLED, 0, 1));
        assertThat(harness.status().stages())
                .extracting(StageStatus::state)
                .containsExactly(State.CANCELLED, State.WAITING);
        harness.succeedAll();

        int failing = harness.collect(reduced);
        for (int i = 0; i < 3; i++) {
            harness.fail(harness.map(0, 0));
        }

        assertThat(harness.hasEnded(failing)).isTrue();
        assertThat(harness.status().jobs()).containsExactly(job(0, State.CANCELLED, 0, 1), job(1, State.FAILED, 2, 3));
        assertThat(harness.status().stages())
                .extracting(StageStatus::state)
                .containsExactly(State.CANCELLED, State.WAITING, State.FAILED, State.WAITING);
    }

    @Test
    void ofASharedStageIsThatOfTheLastJob() {
        int one = harness.collect(reduced);
        harness.collect(reduced);
        harness.cancel(one);
        assertThat(harness.status().stages().get(0).state()).isEqualTo(State.RUNNING);

        harness.succeedAll();

        assertThat(harness.status().stages()).extracting(StageStatus::stageId).containsExactly(0, 1, 2);
        assertThat(harness.status().stages().get(0)).isEqualTo(map(0, start, State.SUCCEEDED, 0, 3, 0));
    }

    @Test
    void tellsGroupAndTags() {
        harness.collect(reduced, new JobProperties("nightly", "", Set.of("report"), false, null, Map.of()));
        harness.collect(reduced);

        assertThat(harness.status().jobs())
                .containsExactly(
                        new JobStatus(0, reduced.callSite(), "nightly", Set.of("report"), State.RUNNING, List.of(0, 1)),
                        job(1, State.RUNNING, 0, 2));
    }

    @Test
    void ofRefusedJobsIsThatTheyWereCancelled() {
        harness.cancel(new JobSelector.InGroup("over", true));
        harness.collect(reduced, new JobProperties("over", "", Set.of(), false, null, Map.of()));

        assertThat(harness.status().jobs())
                .containsExactly(new JobStatus(0, reduced.callSite(), "over", Set.of(), State.CANCELLED, List.of()));
    }

    @Test
    void remembersTheLastThousandJobsThatEndedAndAllThatRun() {
        SchedulerHarness many = SchedulerHarness.with(2);
        int running = many.collect(SimNode.source(0, 1));
        for (int i = 0; i < 1_100; i++) {
            many.succeed(many.result(many.collect(SimNode.source(0, 1)), 0));
            many.said.clear();
        }

        SchedulerStatus status = many.status();

        assertThat(status.jobs()).hasSize(1_001);
        assertThat(status.jobs().get(0).jobId()).isEqualTo(running);
        assertThat(status.jobs().get(1).jobId()).isEqualTo(101);
        assertThat(status.stages()).hasSize(1_001);
    }
}

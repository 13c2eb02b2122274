package dev.favilla.scheduler.dag;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.scheduler.JobProperties;
import dev.favilla.scheduler.JobSelector;
import dev.favilla.scheduler.SchedulerStatus;
import dev.favilla.scheduler.SchedulerStatus.ExecutorStatus;
import dev.favilla.scheduler.SchedulerStatus.JobStatus;
import dev.favilla.scheduler.SchedulerStatus.StageStatus;
import dev.favilla.scheduler.SchedulerStatus.State;
import dev.favilla.scheduler.TaskOutcome;
import dev.favilla.scheduler.TaskSpec;
import dev.favilla.shuffle.ExecutorId;
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
    private final Rig rig = new Rig();
    private final ExecutorId executor = rig.addExecutor(2);
    private final Instant start = rig.clock.instant();

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
    void countsWhileAJobRuns() { // behaviour 111
        rig.collect(reduced);
        assertThat(rig.status())
                .isEqualTo(new SchedulerStatus(
                        List.of(job(0, State.RUNNING, 0, 1)),
                        List.of(map(0, start, State.RUNNING, 2, 0, 0), result(0, null, State.WAITING, 0, 0, 0)),
                        List.of(new ExecutorStatus(executor, 2, 2, false))));

        rig.fail(rig.map(0, 1));
        rig.succeed(rig.map(0, 0));
        assertThat(rig.status().stages().get(0)).isEqualTo(map(0, start, State.RUNNING, 2, 1, 1));
        rig.succeed(rig.map(0, 1));
        rig.pass(Duration.ofSeconds(3));
        rig.succeed(rig.map(0, 2));
        assertThat(rig.status().stages())
                .containsExactly(
                        map(0, start, State.SUCCEEDED, 0, 3, 1),
                        result(0, start.plusSeconds(3), State.RUNNING, 2, 0, 0));
        rig.succeedAll();

        assertThat(rig.status())
                .isEqualTo(new SchedulerStatus(
                        List.of(job(0, State.SUCCEEDED, 0, 1)),
                        List.of(
                                map(0, start, State.SUCCEEDED, 0, 3, 1),
                                result(0, start.plusSeconds(3), State.SUCCEEDED, 0, 2, 0)),
                        List.of(new ExecutorStatus(executor, 2, 0, false))));
    }

    @Test
    void showsTheAttemptAStageIsIn() { // behaviour 111
        int job = rig.collect(reduced);
        for (int partition = 0; partition < 3; partition++) {
            rig.succeed(rig.map(0, partition));
        }
        TaskSpec reader = rig.result(job, 0);
        rig.succeed(rig.result(job, 1));

        rig.end(
                reader,
                new TaskOutcome.FetchFailed(
                        0, 2, reader.inputs().get(0).outputs().get(2).attemptId(), "block is gone"));

        assertThat(rig.status().stages())
                .containsExactly(map(1, start, State.RUNNING, 1, 2, 0), result(0, start, State.WAITING, 0, 1, 0));
        rig.succeed(rig.map(0, 2));
        assertThat(rig.status().stages().get(1)).isEqualTo(result(1, start, State.RUNNING, 1, 1, 0));
    }

    @Test
    void ofFailedAndCancelledJobsSaysWhichStageItWas() { // behaviour 388
        int cancelled = rig.collect(reduced);
        rig.cancel(cancelled);
        assertThat(rig.status().jobs()).containsExactly(job(0, State.CANCELLED, 0, 1));
        assertThat(rig.status().stages())
                .extracting(StageStatus::state)
                .containsExactly(State.CANCELLED, State.WAITING);
        rig.succeedAll();

        int failing = rig.collect(reduced);
        for (int i = 0; i < 3; i++) {
            rig.fail(rig.map(0, 0));
        }

        assertThat(rig.hasEnded(failing)).isTrue();
        assertThat(rig.status().jobs()).containsExactly(job(0, State.CANCELLED, 0, 1), job(1, State.FAILED, 2, 3));
        assertThat(rig.status().stages())
                .extracting(StageStatus::state)
                .containsExactly(State.CANCELLED, State.WAITING, State.FAILED, State.WAITING);
    }

    @Test
    void ofASharedStageIsThatOfTheLastJob() {
        int one = rig.collect(reduced);
        rig.collect(reduced);
        rig.cancel(one);
        assertThat(rig.status().stages().get(0).state()).isEqualTo(State.RUNNING);

        rig.succeedAll();

        assertThat(rig.status().stages()).extracting(StageStatus::stageId).containsExactly(0, 1, 2);
        assertThat(rig.status().stages().get(0)).isEqualTo(map(0, start, State.SUCCEEDED, 0, 3, 0));
    }

    @Test
    void tellsGroupAndTags() { // behaviours 112, 113
        rig.collect(reduced, new JobProperties("nightly", "", Set.of("report"), false, null, Map.of()));
        rig.collect(reduced);

        assertThat(rig.status().jobs())
                .containsExactly(
                        new JobStatus(0, reduced.callSite(), "nightly", Set.of("report"), State.RUNNING, List.of(0, 1)),
                        job(1, State.RUNNING, 0, 2));
    }

    @Test
    void ofRefusedJobsIsThatTheyWereCancelled() {
        rig.cancel(new JobSelector.InGroup("over", true));
        rig.collect(reduced, new JobProperties("over", "", Set.of(), false, null, Map.of()));

        assertThat(rig.status().jobs())
                .containsExactly(new JobStatus(0, reduced.callSite(), "over", Set.of(), State.CANCELLED, List.of()));
    }

    @Test
    void remembersTheLastThousandJobsThatEndedAndAllThatRun() {
        Rig many = Rig.with(2);
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

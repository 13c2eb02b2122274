package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.status.SchedulerStatus.JobStatus;
import dev.favilla.status.SchedulerStatus.StageStatus;
import dev.favilla.status.SchedulerStatus.State;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class StatusTrackerTest {

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,32]"})
    void aRunningJobIsSeenWithItsStagesAndTasks(String master) throws Exception {
        try (EngineContext engine = EngineContext.open(master);
                Gate gate = new Gate()) {
            String name = gate.name();
            StatusTracker tracker = engine.statusTracker();
            assertThat(tracker.getActiveJobIds()).isEmpty();
            Background<Long> job = Background.run(() -> engine.range(0, 4, 1, 4)
                    .map(x -> x < 2 ? x : Gate.pass(name, x))
                    .mapToPair(x -> Pair.of(x, x))
                    .reduceByKey(Long::sum, 3)
                    .count());
            gate.awaitArrivals(2);
            Engines.await(() -> mapStage(tracker).completed() == 2);

            assertThat(tracker.getActiveJobIds()).containsExactly(0);
            JobStatus running = tracker.getJobInfo(0).orElseThrow();
            assertThat(running.state()).isEqualTo(State.RUNNING);
            assertThat(running.group()).isNull();
            assertThat(running.callSite().toString()).startsWith("count at StatusTrackerTest.java:");
            assertThat(running.stageIds()).hasSize(2);
            StageStatus map = mapStage(tracker);
            assertThat(tracker.getActiveStageIds()).containsExactly(map.stageId());
            assertThat(List.of(map.tasks(), map.active(), map.completed(), map.failed()))
                    .as("%s", map)
                    .containsExactly(4, 2, 2, 0);
            assertThat(map.submitted()).isNotNull();
            StageStatus reduce = tracker.getStageInfo(running.stageIds().get(1)).orElseThrow();
            assertThat(reduce.state()).isEqualTo(State.WAITING);
            assertThat(reduce.tasks()).isEqualTo(3);

            gate.open();
            assertThat(job.result()).isEqualTo(4);
            assertThat(tracker.getActiveJobIds()).isEmpty();
            assertThat(tracker.getActiveStageIds()).isEmpty();
            assertThat(tracker.getJobInfo(0).map(JobStatus::state)).contains(State.SUCCEEDED);
            assertThat(mapStage(tracker).completed()).isEqualTo(4);
        }
    }

    private static StageStatus mapStage(StatusTracker tracker) {
        int id = tracker.getJobInfo(0).orElseThrow().stageIds().get(0);
        return tracker.getStageInfo(id).orElseThrow();
    }

    @Test
    void aFailedJobIsSeenWithItsFailures() {
        try (EngineContext engine = EngineContext.open("local[1,3]")) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.range(0, 1, 1, 1).map(x -> 1 / x).count());
            StatusTracker tracker = engine.statusTracker();
            JobStatus job = tracker.getJobInfo(0).orElseThrow();

            assertThat(job.state()).isEqualTo(State.FAILED);
            assertThat(tracker.getStageInfo(job.stageIds().get(0)).map(StageStatus::failed))
                    .contains(3);
        }
    }

    @Test
    void nullIsTheGroupOfJobsOutsideOfAny() {
        try (EngineContext engine = EngineContext.open("local[1]")) {
            engine.range(0, 1).count();
            engine.setJobGroup("reports", "nightly");
            engine.range(0, 1).count();
            engine.range(0, 1).count();
            engine.clearJobGroup();
            engine.range(0, 1).count();
            StatusTracker tracker = engine.statusTracker();

            assertThat(tracker.getJobIdsForGroup(null)).containsExactly(0, 3);
            assertThat(tracker.getJobIdsForGroup("reports")).containsExactly(1, 2);
            assertThat(tracker.getJobIdsForGroup("nobody")).isEmpty();
            assertThat(tracker.getJobInfo(1).map(JobStatus::group)).contains("reports");
        }
    }

    @Test
    void whatIsUnknownIsEmpty() {
        try (EngineContext engine = EngineContext.open("local[1]")) {
            assertThat(engine.statusTracker().getJobInfo(7)).isEmpty();
            assertThat(engine.statusTracker().getStageInfo(7)).isEmpty();
        }
    }

    @Test
    void onlyABoundedNumberOfEndedJobsIsRemembered() {
        try (EngineContext engine = EngineContext.open("local[1]")) {
            RDD<Long> one = engine.range(0, 1, 1, 1);
            for (int i = 0; i < 2_000; i++) {
                one.count();
            }

            assertThat(engine.statusTracker().getJobIdsForGroup(null)).hasSizeLessThan(2_000);
            assertThat(engine.statusTracker().getJobInfo(1_999)).isPresent();
            assertThat(engine.statusTracker().getJobInfo(0)).isEmpty();
        }
    }

    @Test
    void theExecutorsAreTheContexts() {
        try (EngineContext engine = EngineContext.open("local-cluster[2,3,32]")) {
            assertThat(engine.statusTracker().getExecutorInfos())
                    .isEqualTo(engine.executors())
                    .hasSize(2)
                    .allMatch(executor -> executor.slots() == 3 && executor.running() == 0 && !executor.draining());
        }
    }
}

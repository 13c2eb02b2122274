package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.event.EngineEvent;
import dev.favilla.fault.FaultSite;
import dev.favilla.status.JobReport;
import dev.favilla.task.TaskOutcome;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A slow attempt and its twin. */
@Timeout(120)
class SpeculationFaultsTest {

    private static final String CLUSTER = "local-cluster[2,1,64]";

    static EngineContext open(FaultPlan fault) {
        return EngineContext.builder()
                .master(CLUSTER)
                .set("favilla.speculation", "true")
                .set("favilla.speculation.interval", "5ms")
                .set("favilla.speculation.multiplier", "1")
                .set("favilla.speculation.quantile", "0.5")
                .set("favilla.speculation.minTaskRuntime", "1ms")
                .extension(fault)
                .open();
    }

    @Test
    void theTwinOfASlowAttemptGivesTheResultAndTheSlowOneIsKilled() {
        FaultPlan slow =
                FaultPlan.holding().at(FaultSite.RECORDS).stage(0).partition(3).attempt(0);
        try (EngineContext engine = open(slow)) {
            Events events = Events.of(engine);
            LongAccumulator seen = engine.longAccumulator("seen");
            List<Long> records = engine.range(0, 100, 1, 4)
                    .map(x -> {
                        seen.add(1);
                        return x;
                    })
                    .collect();
            slow.release();

            assertThat(slow.fired()).isEqualTo(1);
            assertThat(records).hasSize(100).doesNotHaveDuplicates();
            assertThat(seen.sum()).isEqualTo(100);
            JobReport report = Engines.lastJob(engine);
            assertThat(report.attempts()).isEqualTo(5);
            assertThat(report.stages().get(0).failures()).isZero();
            EngineEvent.TaskEnded loser = events.await(
                    EngineEvent.TaskEnded.class, event -> event.partition() == 3 && event.attemptNumber() == 0);
            assertThat(loser.outcome()).isInstanceOf(TaskOutcome.Killed.class);
            Engines.assertUsable(engine);
        }
    }

    @Test
    void aMapOutputOfTwoAttemptsIsReadOnce() {
        FaultPlan slow = FaultPlan.holding()
                .at(FaultSite.OUTPUT_COMMITTED)
                .stage(0)
                .partition(3)
                .attempt(0);
        try (EngineContext engine = open(slow)) {
            Map<Long, Long> sums = TwoSided.sums(engine);
            slow.release();

            assertThat(slow.fired()).isEqualTo(1);
            assertThat(sums).isEqualTo(TwoSided.expectedSums());
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = FaultSite.class,
            names = {"TASK_END", "OUTPUT_COMMITTED", "RESULT"})
    void twinsThatEndAtTheSameMomentCountOnce(FaultSite site) {
        for (int round = 0; round < 5; round++) {
            CyclicBarrier both = new CyclicBarrier(2);
            FaultPlan together = FaultPlan.doing((plan, point) -> both.await(30, TimeUnit.SECONDS))
                    .at(site)
                    .stage(0)
                    .partition(3)
                    .times(2);
            try (EngineContext engine = open(together)) {
                LongAccumulator seen = engine.longAccumulator("seen");
                Map<Long, Long> sums = engine.range(0, 1000, 1, 4)
                        .mapToPair(x -> {
                            seen.add(1);
                            return Pair.of(x % 7, x);
                        })
                        .reduceByKey(Long::sum, 3)
                        .collectAsMap();

                assertThat(together.fired()).isEqualTo(2);
                assertThat(sums).isEqualTo(TwoSided.expectedSums());
                assertThat(seen.sum()).isEqualTo(1000);
                Engines.assertUsable(engine);
            }
        }
    }

    @Test
    void aTwinThatFailsLeavesTheSlowAttemptItsChance() throws Exception {
        FaultPlan slow =
                FaultPlan.holding().at(FaultSite.RECORDS).stage(0).partition(3).attempt(0);
        FaultPlan failing =
                FaultPlan.failing().at(FaultSite.RECORDS).stage(0).partition(3).attempt(1);
        try (EngineContext engine = open(slow.and(failing))) {
            Events events = Events.of(engine);
            Background<Long> job =
                    Background.run(() -> engine.range(0, 100, 1, 4).count());
            EngineEvent.TaskEnded twin =
                    events.await(EngineEvent.TaskEnded.class, event -> event.outcome() instanceof TaskOutcome.Failed);
            slow.release();

            assertThat(twin.attemptNumber()).isEqualTo(1);

            assertThat(job.result()).isEqualTo(100);
            assertThat(Engines.lastJob(engine).stages().get(0).failures()).isEqualTo(1);
            Engines.assertUsable(engine);
        }
    }

    @Test
    void withoutItASlowAttemptHasNoTwin() throws Exception {
        FaultPlan slow =
                FaultPlan.holding().at(FaultSite.RECORDS).stage(0).partition(3).attempt(0);
        try (EngineContext engine =
                EngineContext.builder().master(CLUSTER).extension(slow).open()) {
            Events events = Events.of(engine);
            Background<Long> job =
                    Background.run(() -> engine.range(0, 100, 1, 4).count());
            slow.awaitFired();
            Engines.await(() -> events.of(EngineEvent.TaskEnded.class).size() == 3);
            assertThat(job.isDone()).isFalse();
            slow.release();

            assertThat(job.result()).isEqualTo(100);
            assertThat(Engines.lastJob(engine).attempts()).isEqualTo(4);
        }
    }
}

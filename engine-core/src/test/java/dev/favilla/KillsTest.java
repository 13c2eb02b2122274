package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.event.EngineEvent;
import dev.favilla.fault.FaultSite;
import dev.favilla.task.TaskOutcome;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A cancel that arrives at a moment at which it could be taken for something else. */
@Timeout(120)
class KillsTest {

    static Stream<Arguments> moments() {
        return Stream.of("local[1]", "local-cluster[2,1,64]")
                .flatMap(master -> Stream.of(true, false)
                        .flatMap(interrupt -> Stream.of(
                                Arguments.of(master, FaultSite.TASK_START, 0, interrupt),
                                Arguments.of(master, FaultSite.SOURCE_OPEN, 0, interrupt),
                                Arguments.of(master, FaultSite.RECORDS, 0, interrupt),
                                Arguments.of(master, FaultSite.TASK_END, 0, interrupt),
                                Arguments.of(master, FaultSite.OUTPUT_COMMITTED, 0, interrupt),
                                Arguments.of(master, FaultSite.RESULT, 0, interrupt),
                                Arguments.of(master, FaultSite.FETCH, 1, interrupt),
                                Arguments.of(master, FaultSite.CACHE_READ, 1, interrupt),
                                Arguments.of(master, FaultSite.RECORDS, 1, interrupt),
                                Arguments.of(master, FaultSite.RESULT, 1, interrupt))));
    }

    @ParameterizedTest
    @MethodSource("moments")
    void anAttemptThatIsToldToStopIsKilledAndNothingElse(String master, FaultSite site, int stage, boolean interrupt)
            throws Exception {
        FaultPlan hold = FaultPlan.holding().at(site).stage(stage);
        try (EngineContext engine =
                TwoSided.withoutRetries(master).extension(hold).open()) {
            Events events = Events.of(engine);
            engine.setInterruptOnCancel(interrupt);
            PairRDD<Long, Long> sums = engine.range(0, 1000, 1, 1)
                    .mapToPair(x -> Pair.of(x % 7, x))
                    .reduceByKey(Long::sum, 1)
                    .cache();
            Background<Long> job = Background.run(sums::count);
            hold.awaitFired();

            engine.cancelAllJobs();
            assertThat(job.failure())
                    .isInstanceOf(JobCancelledException.class)
                    .hasMessageContaining("cancelAllJobs at");
            hold.release(); // of no effect where it was interrupted

            EngineEvent.TaskEnded end = events.await(EngineEvent.TaskEnded.class, event -> event.stageId() == stage);
            assertThat(end.outcome()).isInstanceOf(TaskOutcome.Killed.class);
            Engines.assertIdle(engine);
            assertThat(engine.status().cachedBlocks()).isZero();
            assertThat(engine.status().mapOutputs()).isEqualTo(stage);
            assertThat(engine.recentJobs()).hasSize(1);

            assertThat(sums.count()).isEqualTo(7); // nothing wrong was left for it
            Engines.assertUsable(engine);
        }
    }
}

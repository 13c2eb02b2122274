package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.fault.FaultSite;
import dev.favilla.status.JobReport;
import dev.favilla.status.SchedulerStatus.ExecutorStatus;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An executor vanishes with all it holds. */
@Timeout(120)
class LostExecutorsTest {

    private static final String CLUSTER = "local-cluster[3,1,64]";

    /** A lost executor is nobody's failure: nothing but its loss is forgiven in these contexts. */
    private static EngineContext open(FaultPlan fault) {
        return EngineContext.builder()
                .master(CLUSTER)
                .set("favilla.task.maxFailures", "1")
                .extension(fault)
                .open();
    }

    /** Checks that all executors are there again, or one less. */
    private static void assertExecutors(EngineContext engine, int expected) {
        assertThat(engine.executors()).hasSize(expected);
        assertThat(engine.status().scheduler().executors()).isEqualTo(expected);
    }

    @Nested
    class DuringAJob {

        static Stream<Arguments> moments() {
            return Stream.of(true, false)
                    .flatMap(replace -> Stream.of(
                            Arguments.of(FaultSite.TASK_START, 0, replace),
                            Arguments.of(FaultSite.RECORDS, 0, replace),
                            Arguments.of(FaultSite.TASK_END, 0, replace),
                            Arguments.of(FaultSite.OUTPUT_COMMITTED, 0, replace), // committed, and nobody was told
                            Arguments.of(FaultSite.RESULT, 0, replace),
                            Arguments.of(FaultSite.TASK_START, 1, replace), // between map and reduce
                            Arguments.of(FaultSite.FETCH, 1, replace),
                            Arguments.of(FaultSite.RECORDS, 1, replace),
                            Arguments.of(FaultSite.RESULT, 1, replace)));
        }

        @ParameterizedTest
        @MethodSource("moments")
        void onlyWhatWasThereIsComputedAgain(FaultSite site, int stage, boolean replace) {
            FaultPlan fault = FaultPlan.losing(replace).at(site).stage(stage);
            try (EngineContext engine = open(fault)) {
                Events events = Events.of(engine);
                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());

                assertThat(fault.fired()).isEqualTo(1);
                events.awaitJobs(1);
                ExecutorId lost = events.await(EngineEvent.ExecutorRemoved.class, event -> true)
                        .executor();
                Set<Integer> maps = events.repeated(0);
                Set<Integer> reduces =
                        events.repeated(1); // also those elsewhere that turned to an output that was gone
                assertThat(events.begunOn(lost, 0)).containsAll(maps);
                assertThat(maps.size() + reduces.size()).isPositive();
                JobReport report = Engines.lastJob(engine);
                assertThat(report.stages().get(0).attempts()).isEqualTo(4 + maps.size());
                assertThat(report.stages().get(0).failures()
                                + report.stages().get(1).failures())
                        .isZero();
                assertExecutors(engine, replace ? 3 : 2);
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void whatAnotherExecutorHadIsFetchedFromItsSuccessors(boolean replace) {
            FaultPlan fault =
                    FaultPlan.losingAnother(replace).at(FaultSite.TASK_START).stage(1);
            try (EngineContext engine = open(fault)) {
                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());

                assertThat(fault.fired()).isEqualTo(1);
                assertExecutors(engine, replace ? 3 : 2);
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {0, 1})
        void againAndAgainStillGivesTheWholeAnswer(int stage) {
            FaultPlan fault =
                    FaultPlan.losing(true).at(FaultSite.RECORDS).stage(stage).times(5);
            try (EngineContext engine = open(fault)) {
                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());

                assertThat(fault.fired()).isEqualTo(5);
                assertExecutors(engine, 3);
                Engines.assertUsable(engine);
            }
        }

        @Test
        void anExecutorThatTakesEachAttemptWithItFailsTheJobInTheEnd() {
            FaultPlan fault = FaultPlan.losing(true)
                    .at(FaultSite.TASK_START)
                    .stage(0)
                    .partition(0)
                    .always();
            try (EngineContext engine = open(fault)) {
                assertThatThrownBy(() -> TwoSided.sums(engine))
                        .isInstanceOf(JobFailedException.class)
                        .hasMessageContaining("partition 0 of stage 0")
                        .hasMessageContaining("lost its executor");
                Engines.assertUsable(engine);
            }
        }

        @Test
        void theAccumulatorsCountEachPartitionOnce() {
            FaultPlan fault = FaultPlan.losing(true).at(FaultSite.RESULT).stage(0);
            try (EngineContext engine = open(fault)) {
                LongAccumulator seen = engine.longAccumulator("seen");
                long records = engine.range(0, 100, 1, 6)
                        .map(x -> {
                            seen.add(1);
                            return x;
                        })
                        .count();

                assertThat(fault.fired()).isEqualTo(1);
                assertThat(records).isEqualTo(100);
                assertThat(seen.sum()).isEqualTo(100);
            }
        }
    }

    @Nested
    class BetweenJobs {

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void mapOutputsAreMadeAgain(boolean replace) {
            FaultPlan inside = FaultPlan.failing().times(0);
            try (EngineContext engine = open(inside)) {
                Events events = Events.of(engine);
                PairRDD<Long, Long> sums = engine.range(0, 1000, 1, 6)
                        .mapToPair(x -> Pair.of(x % 7, x))
                        .reduceByKey(Long::sum, 3);
                Map<Long, Long> before = sums.collectAsMap();
                events.awaitJobs(1);
                ExecutorId lost =
                        events.of(EngineEvent.TaskStarted.class).get(0).executor();
                Set<Integer> there = events.begunOn(lost, 0);

                inside.control().loseExecutor(lost, "between jobs", replace);

                assertThat(sums.collectAsMap()).isEqualTo(before).isEqualTo(TwoSided.expectedSums());
                events.awaitJobs(2);
                JobReport report = Engines.lastJob(engine);
                assertThat(report.stages().get(0).attempts()).isEqualTo(there.size());
                assertThat(report.stages().get(1).attempts()).isEqualTo(3);
                assertThat(partitionsRunBy(events, report.stages().get(0).stageId()))
                        .isEqualTo(there);
                Engines.assertUsable(engine);
            }
        }

        private Set<Integer> partitionsRunBy(Events events, int stageId) {
            Set<Integer> partitions = new TreeSet<>();
            events.of(EngineEvent.TaskStarted.class).stream()
                    .filter(event -> event.stageId() == stageId)
                    .forEach(event -> partitions.add(event.partition()));
            return partitions;
        }

        @Test
        void cachedPartitionsAreComputedAgain() {
            FaultPlan inside = FaultPlan.failing().times(0);
            Tally computed = Tally.create();
            try (EngineContext engine = open(inside)) {
                RDD<Long> kept = engine.range(0, 60, 1, 6)
                        .mapPartitions(records -> {
                            computed.add();
                            return records;
                        })
                        .cache();
                assertThat(kept.count()).isEqualTo(60);
                assertThat(computed.count()).isEqualTo(6);
                int blocks = engine.status().cachedBlocks();
                assertThat(blocks).isEqualTo(6);

                inside.control().loseExecutor(engine.executors().get(0).id(), "between jobs", true);
                int lost = blocks - engine.status().cachedBlocks();

                assertThat(kept.collect()).hasSize(60);
                assertThat(computed.count()).isEqualTo(6 + lost);
                assertThat(engine.status().cachedBlocks()).isEqualTo(6);
            }
        }

        @Test
        void allOfThemMayGoIfAnotherComes() {
            FaultPlan inside = FaultPlan.failing().times(0);
            try (EngineContext engine = open(inside)) {
                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());
                List<ExecutorStatus> all = engine.executors();
                all.forEach(executor -> inside.control().loseExecutor(executor.id(), "all go", false));
                assertExecutors(engine, 0);

                engine.addExecutor();

                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());
                assertExecutors(engine, 1);
                Engines.assertUsable(engine);
            }
        }

        @Test
        void aJobWithoutAnyExecutorFailsNamingTheLimit() {
            FaultPlan inside = FaultPlan.failing().times(0);
            try (EngineContext engine = EngineContext.builder()
                    .master(CLUSTER)
                    .set("favilla.executor.wait", "10ms")
                    .extension(inside)
                    .open()) {
                engine.executors().forEach(executor -> inside.control().loseExecutor(executor.id(), "all go", false));

                assertThatThrownBy(() -> TwoSided.sums(engine))
                        .isInstanceOf(JobFailedException.class)
                        .hasMessageContaining("favilla.executor.wait")
                        .hasMessageContaining("addExecutor");

                engine.addExecutor();
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class TheOnlyOne {

        @Test
        void ofALocalContextIsReplacedWithoutAnyFailure() {
            FaultPlan fault = FaultPlan.losing(true).at(FaultSite.RECORDS).stage(1);
            try (EngineContext engine =
                    EngineContext.builder().cores(2).extension(fault).open()) {
                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());

                assertThat(fault.fired()).isEqualTo(1);
                assertThat(Engines.lastJob(engine).stages().get(0).attempts()).isEqualTo(8);
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class Draining {

        @Test
        void anExecutorLosesNothingThatRuns() throws Exception {
            FaultPlan fault = FaultPlan.holding().at(FaultSite.RECORDS).stage(0).partition(0);
            try (EngineContext engine = open(fault)) {
                Events events = Events.of(engine);
                Background<Map<Long, Long>> job = Background.run(() -> TwoSided.sums(engine));
                fault.awaitFired();
                ExecutorId draining = events.await(
                                EngineEvent.TaskStarted.class, event -> event.partition() == 0 && event.stageId() == 0)
                        .executor();

                engine.drainExecutor(draining);
                fault.release();

                assertThat(job.result()).isEqualTo(TwoSided.expectedSums());
                events.await(
                        EngineEvent.ExecutorRemoved.class,
                        event -> event.executor().equals(draining));
                assertThat(engine.executors())
                        .noneMatch(executor -> executor.id().equals(draining));
                assertThat(events.of(EngineEvent.TaskEnded.class))
                        .filteredOn(event -> event.partition() == 0 && event.stageId() == 0)
                        .first()
                        .satisfies(
                                event -> assertThat(event.outcome().describe()).isEqualTo("succeeded"));
                Engines.assertUsable(engine);
            }
        }
    }
}

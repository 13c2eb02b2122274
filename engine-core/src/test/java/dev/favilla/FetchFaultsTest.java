package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.fault.FaultSite;
import dev.favilla.status.JobReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Map outputs that are gone or damaged when a reducer turns to them. */
@Timeout(120)
class FetchFaultsTest {

    private static final String LOCAL = "local[2]";
    private static final String CLUSTER = "local-cluster[2,1,64]";

    /** Sums as {@link TwoSided#sums}, of values that a shuffle writes as bytes wherever it runs. */
    private static Map<Long, Long> sumsOfBytes(EngineContext engine) {
        return engine.range(0, 1000, 1, 4)
                .mapToPair(x -> Pair.of(x % 7, new long[] {x}))
                .reduceByKey((a, b) -> new long[] {a[0] + b[0]}, 3)
                .mapValues(sum -> sum[0])
                .collectAsMap();
    }

    @Nested
    class AnOutputThatIsGone {

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void isMadeAgainAndNoOther(String master) {
            TwoSided sides = new TwoSided(
                    master, () -> FaultPlan.dropping().stage(1).partition(1).block("shuffle_0_2_"));

            assertThat(sides.failureWithoutRetries(TwoSided::sums))
                    .hasMessageContaining("favilla.stage.maxConsecutiveAttempts");

            JobReport report = sides.reportOfAnswer(TwoSided::sums, TwoSided.expectedSums());
            assertThat(report.stages().get(0).attempts()).isEqualTo(4 + 1);
            assertThat(report.stages().get(0).failures()).isZero();
            assertThat(report.stages().get(1).reruns()).isEqualTo(1);
        }

        @Test
        void doesNotCountAsAFailureOfTheTask() {
            FaultPlan fault = FaultPlan.dropping().stage(1).times(3);
            try (EngineContext engine = EngineContext.builder()
                    .master(LOCAL)
                    .set("favilla.stage.maxConsecutiveAttempts", "100")
                    .extension(fault)
                    .open()) {
                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());
                assertThat(fault.fired()).isEqualTo(3);
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class ADamagedOutput {

        @Test
        void fromAnotherExecutorIsFetchedOnceMore() {
            Map<String, String> homes = new ConcurrentHashMap<>();
            FaultPlan fault = FaultPlan.damaging()
                    .at(FaultSite.FETCH)
                    .where(point -> !point.executor().equals(homes.get(outputOf(point.block()))));
            FaultPlan watcher = FaultPlan.doing((plan, point) -> homes.put(point.block(), point.executor()))
                    .at(FaultSite.OUTPUT_COMMITTED)
                    .always();
            try (EngineContext engine = TwoSided.withoutRetries(CLUSTER)
                    .extension(fault.and(watcher))
                    .open()) {
                assertThat(sumsOfBytes(engine)).isEqualTo(TwoSided.expectedSums());

                assertThat(fault.fired()).isEqualTo(1);
                assertThat(Engines.lastJob(engine).attempts()).isEqualTo(4 + 3);
                Engines.assertUsable(engine);
            }
        }

        private String outputOf(String block) {
            return block.substring(0, block.lastIndexOf('_'));
        }

        @Test
        void ofItsOwnExecutorIsMadeAgainAtOnce() {
            TwoSided sides = new TwoSided(
                    LOCAL, () -> FaultPlan.damaging().at(FaultSite.FETCH).stage(1));

            assertThat(sides.failureWithoutRetries(FetchFaultsTest::sumsOfBytes))
                    .hasMessageContaining("damaged");
            JobReport report = sides.reportOfAnswer(FetchFaultsTest::sumsOfBytes, TwoSided.expectedSums());
            assertThat(report.stages().get(0).attempts()).isEqualTo(4 + 1);
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void isMadeAgainWhenItIsDamagedForGood(String master) {
            TwoSided sides = new TwoSided(
                    master,
                    () -> FaultPlan.damaging()
                            .at(FaultSite.FETCH)
                            .stage(1)
                            .stageAttempt(0)
                            .partition(1)
                            .block("shuffle_0_2_")
                            .always());

            assertThat(sides.failureWithoutRetries(FetchFaultsTest::sumsOfBytes))
                    .hasMessageContaining("favilla.stage.maxConsecutiveAttempts")
                    .hasMessageContaining("damaged");

            JobReport report = sides.reportOfAnswer(FetchFaultsTest::sumsOfBytes, TwoSided.expectedSums());
            assertThat(report.stages().get(0).attempts()).isEqualTo(4 + 1);
        }
    }

    @Nested
    class UserCodeThatCatchesEverything {

        /** Sums of the values of each partition, or -1 for those whose reading fails. */
        private static List<Long> swallowing(EngineContext engine) {
            return engine.range(0, 1000, 1, 4)
                    .mapToPair(x -> Pair.of(x % 7, new long[] {x}))
                    .groupByKey(3)
                    .mapPartitions(groups -> {
                        try {
                            long sum = 0;
                            while (groups.hasNext()) {
                                for (long[] value : groups.next().value()) {
                                    sum += value[0];
                                }
                            }
                            return List.of(sum).iterator();
                        } catch (Throwable t) { // on purpose: there is code that does this
                            return List.of(-1L).iterator();
                        }
                    })
                    .collect();
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void cannotMakeALostInputAResult(String master) {
            List<Long> expected;
            try (EngineContext engine = EngineContext.open(master)) {
                expected = swallowing(engine);
            }
            assertThat(expected).doesNotContain(-1L).hasSize(3);
            List<Supplier<FaultPlan>> faults =
                    List.of(FaultPlan::dropping, () -> FaultPlan.damaging().times(2));
            for (Supplier<FaultPlan> fault : faults) {
                TwoSided sides = new TwoSided(
                        master,
                        () -> fault.get()
                                .at(FaultSite.FETCH)
                                .stage(1)
                                .partition(1)
                                .block("shuffle_0_2_"));

                assertThat(sides.failureWithoutRetries(UserCodeThatCatchesEverything::swallowing))
                        .hasMessageContaining("favilla.stage.maxConsecutiveAttempts");
                sides.reportOfAnswer(UserCodeThatCatchesEverything::swallowing, expected);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void cannotTurnALostInputIntoAFailureOfItsOwn(String master) {
            FaultPlan fault = FaultPlan.dropping().stage(1).partition(1);
            try (EngineContext engine = EngineContext.builder()
                    .master(master)
                    .set("favilla.task.maxFailures", "1")
                    .extension(fault)
                    .open()) {
                long records = engine.range(0, 100, 1, 4)
                        .keyBy(x -> x % 7)
                        .groupByKey(3)
                        .mapPartitions(groups -> {
                            try {
                                return List.copyOf(Engines.toList(groups)).iterator();
                            } catch (Throwable t) { // on purpose
                                throw new IllegalStateException("mistaken for a failure of the user's", t);
                            }
                        })
                        .count();

                assertThat(records).isEqualTo(7);
                assertThat(fault.fired()).isEqualTo(1);
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class Limits {

        private static EngineContext open(FaultPlan fault, int consecutive, int all) {
            return EngineContext.builder()
                    .master(LOCAL)
                    .set("favilla.stage.maxConsecutiveAttempts", String.valueOf(consecutive))
                    .set("favilla.stage.maxAttempts", String.valueOf(all))
                    .extension(fault)
                    .open();
        }

        @Test
        void ofConsecutiveAttemptsWithoutProgressEndTheJob() {
            FaultPlan fault = FaultPlan.dropping().stage(1).always();
            try (EngineContext engine = open(fault, 3, 100)) {
                assertThatThrownBy(() -> TwoSided.sums(engine))
                        .isInstanceOf(JobFailedException.class)
                        .hasMessageContaining("lost its input in 3 consecutive attempts")
                        .hasMessageContaining("favilla.stage.maxConsecutiveAttempts is 3");
                Engines.assertUsable(engine);
            }
        }

        @Test
        void ofAllAttemptsEndTheJobThoughThereWasProgress() {
            FaultPlan fault = FaultPlan.dropping().stage(1).always();
            try (EngineContext engine = open(fault, 1000, 5)) {
                assertThatThrownBy(() -> TwoSided.sums(engine))
                        .isInstanceOf(JobFailedException.class)
                        .hasMessageContaining("favilla.stage.maxAttempts is 5");
                Engines.assertUsable(engine);
            }
        }

        @Test
        void ofConsecutiveAttemptsBeginAnewWithEachSuccess() {
            List<FaultPlan> each = new ArrayList<>();
            for (int partition = 0; partition < 6; partition++) {
                each.add(FaultPlan.dropping().stage(1).partition(partition));
            }
            FaultPlan all = FaultPlan.failing().times(0);
            each.forEach(all::and);
            try (EngineContext engine = EngineContext.builder()
                    .master("local[1]")
                    .set("favilla.stage.maxConsecutiveAttempts", "2")
                    .extension(all)
                    .open()) {
                assertThat(engine.range(0, 100, 1, 2)
                                .keyBy(x -> x)
                                .groupByKey(6)
                                .count())
                        .isEqualTo(100);
                assertThat(each).extracting(FaultPlan::fired).containsOnly(1);
                assertThat(Engines.lastJob(engine).stages().get(1).reruns()).isEqualTo(6);
                Engines.assertUsable(engine);
            }
        }

        @Test
        void thatEndedOneJobDoNotEndTheNext() {
            FaultPlan fault = FaultPlan.dropping().stage(1).always();
            FaultPlan later = FaultPlan.dropping().stage(3).times(2);
            try (EngineContext engine = open(fault.and(later), 3, 100)) {
                assertThatThrownBy(() -> TwoSided.sums(engine)).isInstanceOf(JobFailedException.class);

                assertThat(TwoSided.sums(engine)).isEqualTo(TwoSided.expectedSums());
                assertThat(later.fired()).isEqualTo(2);
            }
        }
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.favilla.fault.FaultSite;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a failed job says: the root cause, where it was, what was tried before, and which limit it ran into. */
@Timeout(120)
class ErrorTextTest {

    private static final String LOCAL = "local[1,3]";
    private static final String CLUSTER = "local-cluster[2,1,64]";

    private static JobFailedException failure(EngineContext engine, Function<EngineContext, ?> job) {
        JobFailedException failure = catchThrowableOfType(JobFailedException.class, () -> job.apply(engine));
        assertThat(failure).as("the job failed").isNotNull();
        return failure;
    }

    @Nested
    class ATaskThatFailsAsOftenAsItMay {

        private static JobFailedException failing(EngineContext engine) {
            return failure(
                    engine,
                    context -> context.range(0, 4, 1, 2)
                            .map(x -> {
                                if (x == 2) {
                                    throw new IOException("try " + Engines.attemptNumber());
                                }
                                return x;
                            })
                            .collect());
        }

        @Test
        void saysWhatWhereHowOftenAndWhatWasBefore() {
            try (EngineContext engine = EngineContext.open(LOCAL)) {
                JobFailedException failure = failing(engine);

                assertThat(Engines.withoutLines(failure.getMessage()))
                        .startsWith("Job 0 (collect at ErrorTextTest.java:N) failed: MapPartitionsRDD[1] at map at"
                                + " ErrorTextTest.java:N threw java.io.IOException: try 2 on record 2. Partition 1 of"
                                + " stage 0 (collect at ErrorTextTest.java:N) was tried 3 times, the last on driver#0."
                                + " Before that: ")
                        .contains("failed on record 2 with java.io.IOException");
                assertThat(failure).hasRootCauseMessage("try 2");
                Engines.assertUsable(engine);
            }
        }

        @Test
        void saysTheSameOfIsolatedExecutors() {
            try (EngineContext engine = EngineContext.open(CLUSTER)) {
                JobFailedException failure = failing(engine);

                assertThat(Engines.withoutLines(failure.getMessage()))
                        .startsWith(
                                "Job 0 (collect at ErrorTextTest.java:N) failed: MapPartitionsRDD[1] at map at"
                                        + " ErrorTextTest.java:N threw java.io.IOException: try 3 on record 2. Partition 1 of"
                                        + " stage 0 (collect at ErrorTextTest.java:N) was tried 4 times, the last on executor-");
                assertThat(failure).hasRootCauseMessage("try 3");
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void namesTheStageThatFailedAndNotTheOneThatWaited(String master) {
            try (EngineContext engine = EngineContext.open(master)) {
                JobFailedException failure = failure(
                        engine,
                        context -> context.range(0, 4, 1, 2)
                                .mapToPair(x -> Pair.of(4 / (x - 2), x))
                                .reduceByKey(Long::sum, 2)
                                .collect());

                assertThat(Engines.withoutLines(failure.getMessage()))
                        .contains("/ by zero on record 2. Partition 1 of stage 0 (mapToPair at ErrorTextTest.java:N)");
                assertThat(failure.stageId()).hasValue(0);
                Engines.assertUsable(engine);
            }
        }

        @Test
        void tellsOfWhatWasLostOnTheWay() {
            FaultPlan lost =
                    FaultPlan.losing(true).at(FaultSite.TASK_START).partition(0).attempt(0);
            try (EngineContext engine = EngineContext.builder()
                    .master("local-cluster[1,1,64]")
                    .set("favilla.task.maxFailures", "2")
                    .extension(lost)
                    .open()) {
                JobFailedException failure = failure(
                        engine,
                        context -> context.range(0, 1, 1, 1).map(x -> 1 / x).collect());

                assertThat(lost.fired()).isEqualTo(1);
                assertThat(failure)
                        .hasMessageContaining("was tried 2 times")
                        .hasMessageContaining("the test lost it")
                        .hasRootCauseInstanceOf(ArithmeticException.class);
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void isNotHiddenByWhatGoesWrongWhenItIsCleanedUp(String master) {
            try (EngineContext engine = EngineContext.open(master)) {
                JobFailedException failure = failure(
                        engine,
                        context -> context.range(0, 4, 1, 2)
                                .mapPartitions(records -> {
                                    dev.favilla.task.TaskContext.get().addTaskCompletionListener(task -> {
                                        throw new IllegalStateException("while cleaning up");
                                    });
                                    throw new IOException("the root cause");
                                })
                                .collect());

                assertThat(failure).hasMessageContaining("the root cause").hasRootCauseInstanceOf(IOException.class);
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class ALimit {

        private JobFailedException reached(String key, String value, FaultPlan fault) {
            try (EngineContext engine = EngineContext.builder()
                    .master("local[2]")
                    .set(key, value)
                    .extension(fault)
                    .open()) {
                JobFailedException failure = failure(engine, TwoSided::sums);
                Engines.assertUsable(engine);
                return failure;
            }
        }

        @Test
        void ofLostInputsIsNamedWithItsSettingAndWhatWasLost() {
            assertThat(reached(
                            "favilla.stage.maxConsecutiveAttempts",
                            "2",
                            FaultPlan.dropping().stage(1).always()))
                    .hasMessageContaining("favilla.stage.maxConsecutiveAttempts is 2")
                    .hasMessageContaining("lost its input in 2 consecutive attempts")
                    .hasMessageContaining("Cannot fetch block shuffle_0_")
                    .hasMessageContaining("raise the limit");
        }

        @Test
        void ofStageAttemptsIsNamedWithItsSetting() {
            assertThat(reached(
                            "favilla.stage.maxAttempts",
                            "2",
                            FaultPlan.dropping().stage(1).always()))
                    .hasMessageContaining("favilla.stage.maxAttempts is 2")
                    .hasMessageContaining("raise the limit");
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", CLUSTER})
        void ofResultsIsNamedWithItsSettingAndManySmallOnesPass(String master) {
            try (EngineContext engine = EngineContext.builder()
                    .master(master)
                    .set("favilla.driver.maxResultSize", "64k")
                    .open()) {
                JobFailedException failure = failure(
                        engine,
                        context -> context.range(0, 8, 1, 8)
                                .map(x -> new byte[32 << 10])
                                .collect());
                assertThat(failure).hasMessageContaining("favilla.driver.maxResultSize");
                Engines.assertUsable(engine);

                assertThat(engine.range(0, 100, 1, 20).collect()).hasSize(100);
                assertThat(engine.range(0, 8, 1, 8)
                                .mapToPair(x -> Pair.of(x, new byte[32 << 10]))
                                .groupByKey(2)
                                .count())
                        .isEqualTo(8);
            }
        }
    }

    @Nested
    class TheUsersLine {

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void isInTheStackOfWhatTheActionThrows(String master) {
            try (EngineContext engine = EngineContext.open(master)) {
                JobFailedException failure = failure(engine, TheUsersLine::action);

                assertThat(List.of(failure.getStackTrace()))
                        .anyMatch(frame -> frame.getMethodName().equals("action"));
            }
        }

        private static List<Long> action(EngineContext engine) {
            return engine.range(0, 1, 1, 1).map(x -> 1 / x).collect();
        }
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.fault.FaultSite;
import dev.favilla.status.JobReport;
import dev.favilla.task.TaskContext;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(120)
class TaskFaultsTest {

    private static final String LOCAL = "local[2]";
    private static final String CLUSTER = "local-cluster[2,1,64]";

    @Nested
    class AtEverySite {

        static Stream<Arguments> sites() {
            return Stream.of(LOCAL, CLUSTER)
                    .flatMap(master -> Stream.of(
                            Arguments.of(master, FaultSite.TASK_START, 0),
                            Arguments.of(master, FaultSite.SOURCE_OPEN, 0),
                            Arguments.of(master, FaultSite.RECORDS, 0),
                            Arguments.of(master, FaultSite.TASK_END, 0),
                            Arguments.of(master, FaultSite.OUTPUT_COMMITTED, 0),
                            Arguments.of(master, FaultSite.RESULT, 0),
                            Arguments.of(master, FaultSite.TASK_START, 1),
                            Arguments.of(master, FaultSite.RECORDS, 1),
                            Arguments.of(master, FaultSite.TASK_END, 1),
                            Arguments.of(master, FaultSite.RESULT, 1)));
        }

        @ParameterizedTest
        @MethodSource("sites")
        void aFailureFailsTheJobOrCostsOneAttempt(String master, FaultSite site, int stage) {
            TwoSided sides = new TwoSided(
                    master,
                    () -> FaultPlan.failing().at(site).stage(stage).partition(1).attempt(0));

            assertThat(sides.failureWithoutRetries(TwoSided::sums))
                    .hasCauseInstanceOf(FaultPlan.InjectedException.class)
                    .satisfies(failure -> {
                        assertThat(failure.stageId()).hasValue(stage);
                        assertThat(failure.partition()).hasValue(1);
                        assertThat(failure.attempts()).hasValue(1);
                    });

            JobReport report = sides.reportOfAnswer(TwoSided::sums, TwoSided.expectedSums());
            assertThat(report.attempts()).isEqualTo(4 + 3 + 1);
            assertThat(report.stages().get(stage).failures()).isEqualTo(1);
            assertThat(report.stages().get(stage).attempts())
                    .isEqualTo(report.stages().get(stage).tasks() + 1);
        }

        @ParameterizedTest
        @MethodSource("sites")
        void aFailureEachTimeFailsTheJobWhenTheLimitIsReached(String master, FaultSite site, int stage) {
            FaultPlan fault =
                    FaultPlan.failing().at(site).stage(stage).partition(1).always();
            try (EngineContext engine =
                    TwoSided.withRetries(master).extension(fault).open()) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> TwoSided.sums(engine))
                        .satisfies(failure -> assertThat(failure.attempts()).hasValue(4))
                        .withCauseInstanceOf(FaultPlan.InjectedException.class);
                assertThat(fault.fired()).isEqualTo(4);
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class Errors {

        static Stream<Arguments> errors() {
            return Stream.of(LOCAL, CLUSTER)
                    .flatMap(master -> Stream.<Supplier<Throwable>>of(
                                    () -> new IOException("checked"),
                                    () -> new LinkageError("linkage"),
                                    StackOverflowError::new,
                                    () -> new AssertionError("assertion"),
                                    () -> new OutOfMemoryError("thrown by hand"))
                            .map(error -> Arguments.of(master, error)));
        }

        @ParameterizedTest
        @MethodSource("errors")
        void areTreatedAsExceptionsAre(String master, Supplier<Throwable> error) {
            TwoSided sides = new TwoSided(
                    master,
                    () -> FaultPlan.throwing(error)
                            .at(FaultSite.RECORDS)
                            .stage(0)
                            .attempt(0));

            assertThat(sides.failureWithoutRetries(TwoSided::sums))
                    .hasCauseInstanceOf(error.get().getClass());
            sides.reportOfAnswer(TwoSided::sums, TwoSided.expectedSums());
        }

        @Test
        void aRealStackOverflowOfUserCodeCostsOneAttempt() {
            for (String master : List.of(LOCAL, CLUSTER)) {
                thrownByUserCode(master, x -> x + endless(x), StackOverflowError.class);
            }
        }

        private static long endless(long depth) {
            return endless(depth + 1) + 1;
        }

        @Test
        void anArrayTooLargeForTheHeapCostsOneAttempt() {
            for (String master : List.of(LOCAL, CLUSTER)) {
                thrownByUserCode(master, x -> x + tooLarge().length, OutOfMemoryError.class);
            }
        }

        @Test
        void anOutOfMemoryErrorInsideOfAnotherExceptionCostsOneAttempt() {
            for (String master : List.of(LOCAL, CLUSTER)) {
                thrownByUserCode(
                        master,
                        x -> {
                            try {
                                return x + tooLarge().length;
                            } catch (OutOfMemoryError e) {
                                throw new IllegalStateException("wrapped", e);
                            }
                        },
                        IllegalStateException.class);
            }
        }

        private static long[] tooLarge() {
            return new long[Integer.MAX_VALUE];
        }

        private void thrownByUserCode(
                String master, dev.favilla.function.MapFunction<Long, Long> bad, Class<? extends Throwable> type) {
            try (EngineContext engine = TwoSided.withoutRetries(master).open()) {
                assertThatThrownBy(() -> engine.range(0, 8, 1, 4).map(bad).collect())
                        .isInstanceOf(JobFailedException.class)
                        .hasCauseInstanceOf(type);
                Engines.assertUsable(engine);
            }
            try (EngineContext engine = TwoSided.withRetries(master).open()) {
                assertThat(engine.range(0, 8, 1, 4)
                                .map(x -> Engines.attemptNumber() == 0 ? bad.call(x) : x)
                                .collect())
                        .containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
                assertThat(Engines.lastJob(engine).stages().get(0).failures()).isEqualTo(4);
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class AfterTheLastRecord {

        @Test
        void aCompletionListenerThatThrowsFailsTheAttempt() {
            for (String master : List.of(LOCAL, CLUSTER)) {
                try (EngineContext engine = TwoSided.withoutRetries(master).open()) {
                    assertThatThrownBy(() -> closingBadly(engine))
                            .isInstanceOf(JobFailedException.class)
                            .hasMessageContaining("close failed")
                            .hasCauseInstanceOf(IOException.class);
                    Engines.assertUsable(engine);
                }
                try (EngineContext engine = TwoSided.withRetries(master).open()) {
                    assertThat(closingBadly(engine)).containsExactly(0L, 1L, 2L, 3L);
                    assertThat(Engines.lastJob(engine).stages().get(0).failures())
                            .isEqualTo(2);
                    Engines.assertUsable(engine);
                }
            }
        }

        private List<Long> closingBadly(EngineContext engine) {
            return engine.range(0, 4, 1, 2)
                    .mapPartitions(records -> {
                        Objects.requireNonNull(TaskContext.get()).addTaskCompletionListener(context -> {
                            if (context.attemptNumber() == 0) {
                                throw new IOException("close failed");
                            }
                        });
                        return records;
                    })
                    .collect();
        }

        @Test
        void aMergeThatThrowsFailsTheJobOrIsTriedAgain() {
            for (String master : List.of(LOCAL, CLUSTER)) {
                TwoSided sides = new TwoSided(master, TaskFaultsTest::mergeFault);

                sides.failureWithoutRetries(engine -> engine.range(0, 100, 1, 4).reduce(Long::sum));
                sides.reportOfAnswer(engine -> engine.range(0, 100, 1, 4).reduce(Long::sum), 4950L);
            }
        }
    }

    /** The merge goes by the number of the first partition, when that has come to its end before. */
    private static FaultPlan mergeFault() {
        AtomicInteger ends = new AtomicInteger();
        return FaultPlan.failing()
                .at(FaultSite.TASK_END)
                .where(point -> point.partition() == 0 && ends.incrementAndGet() == 2);
    }
}

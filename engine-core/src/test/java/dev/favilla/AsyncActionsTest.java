package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Actions that run while their caller goes on. */
@InEveryMode
@Timeout(60)
class AsyncActionsTest {

    private static final String ONE = "local[2]";
    private static final String TWO = "local-cluster[2,1,64]";

    private static final ConcurrentLinkedQueue<Long> SEEN = new ConcurrentLinkedQueue<>();

    private final Gate gate = new Gate();
    private final String gateName = gate.name();

    @AfterEach
    void letGo() {
        gate.close();
    }

    /** Names it for tasks, without the test itself. */
    private static RDD<Long> held(EngineContext engine, String gate) {
        return engine.range(0, 4, 1, 2).map(x -> Gate.pass(gate, x));
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void resultsAreThoseOfTheActionsThatWait(String master) throws Exception {
        try (EngineContext engine = Engines.open(master)) {
            RDD<Long> numbers = engine.range(0, 100, 1, 7);
            SEEN.clear();

            assertThat(numbers.countAsync().get()).isEqualTo(100);
            assertThat(numbers.collectAsync().get()).isEqualTo(numbers.collect());
            assertThat(numbers.takeAsync(30).get()).isEqualTo(numbers.take(30));
            assertThat(numbers.takeAsync(0).get()).isEmpty();
            assertThat(engine.range(0, 3).foreachAsync(x -> SEEN.add(x)).get()).isNull();
            assertThat(SEEN).containsExactlyInAnyOrder(0L, 1L, 2L);
            assertThat(numbers.foreachPartitionAsync(records -> SEEN.add(-1L)).get())
                    .isNull();
            assertThat(SEEN).hasSize(3 + 7);
        }
    }

    @Test
    void nothingIsAResultAsWell(@TempDir Path empty) throws Exception {
        try (EngineContext engine = Engines.open(ONE)) {
            RDD<String> nothing = engine.textFile(empty.toString());

            assertThat(nothing.countAsync().get()).isZero();
            assertThat(nothing.collectAsync().get()).isEmpty();
            assertThat(nothing.takeAsync(10).get()).isEmpty();
            assertThat(nothing.foreachAsync(x -> {}).get()).isNull();
        }
    }

    @Test
    void severalRunAtOnceAndNoThreadWaitsForThem() throws Exception {
        try (EngineContext engine = Engines.open(ONE)) {
            FutureAction<Long> count = held(engine, gateName).countAsync();
            FutureAction<List<Long>> all = engine.range(0, 3).collectAsync();
            gate.awaitArrivals(2);

            assertThat(count.isDone()).isFalse();
            assertThat(actionThreads()).isEmpty();
            gate.open();
            assertThat(all.get()).containsExactly(0L, 1L, 2L);
            assertThat(count.get()).isEqualTo(4);
            assertThat(count.get()).isEqualTo(4);
            assertThat(count.isDone()).isTrue();
            assertThat(count.isCancelled()).isFalse();
            assertThat(count.cancel(true)).isFalse();
        }
    }

    private static List<String> actionThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.matches("favilla-.*-action-.*"))
                .toList();
    }

    @Test
    void whatNobodyAsksForIsRememberedAllTheSame() {
        try (EngineContext engine = Engines.open(ONE)) {
            FutureAction<Long> count = engine.range(0, 10).countAsync();
            Engines.await(count::isDone);
            Engines.await(() -> !engine.recentJobs().isEmpty());

            assertThat(Engines.lastJob(engine).jobId()).isEqualTo(count.jobIds().get(0));
            assertThat(Engines.lastJob(engine).callSite().toString()).startsWith("countAsync at AsyncActionsTest.java");
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void waitingForTooShortATimeSaysSo(boolean stepwise) {
        try (EngineContext engine = Engines.open(ONE)) {
            FutureAction<?> action = begin(engine, gateName, stepwise);
            gate.awaitArrivals(1);

            assertThatExceptionOfType(TimeoutException.class).isThrownBy(() -> action.get(1, TimeUnit.NANOSECONDS));
            assertThat(action.isDone()).isFalse();
        }
    }

    private static FutureAction<?> begin(EngineContext engine, String gate, boolean stepwise) {
        return stepwise ? held(engine, gate).takeAsync(3) : held(engine, gate).collectAsync();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCancelledActionIsDoneAndHasNoResult(boolean stepwise) {
        try (EngineContext engine = Engines.open(ONE)) {
            FutureAction<?> action = begin(engine, gateName, stepwise);
            gate.awaitArrivals(1);

            assertThat(action.cancel(false)).isTrue();
            assertThat(action.cancel(false)).isFalse();
            assertThat(action.isCancelled()).isTrue();
            assertThat(action.isDone()).isTrue();
            assertThatExceptionOfType(CancellationException.class).isThrownBy(action::get);
            gate.open();
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void cancellingWakesWhoeverWaits(boolean stepwise) throws Exception {
        try (EngineContext engine = Engines.open(ONE)) {
            FutureAction<?> action = begin(engine, gateName, stepwise);
            Background<?> waiting = Background.run(action::get);
            gate.awaitArrivals(1);

            action.cancel(true);

            assertThat(waiting.failure()).isInstanceOf(CancellationException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void aFailureCarriesTheUsersException(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<Long> failing = engine.range(0, 4, 1, 2).map(x -> {
                throw new IllegalStateException("no such luck");
            });

            for (FutureAction<?> action : List.of(failing.countAsync(), failing.takeAsync(2))) {
                assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(action::get)
                        .withMessageContaining("no such luck")
                        .withCauseInstanceOf(JobFailedException.class)
                        .withRootCauseInstanceOf(IllegalStateException.class);
                assertThat(action.isDone()).isTrue();
                assertThat(action.isCancelled()).isFalse();
            }
        }
    }

    @Test
    void aJobThatOthersCancelHasFailed() {
        try (EngineContext engine = Engines.open(ONE)) {
            engine.setJobGroup("mine", null, true);
            FutureAction<Long> count = held(engine, gateName).countAsync();
            FutureAction<List<Long>> some = held(engine, gateName).takeAsync(4);
            gate.awaitArrivals(2);
            Engines.await(() -> !some.jobIds().isEmpty());

            engine.cancelJobGroup("mine", "enough");

            for (FutureAction<?> action : List.of(count, some)) {
                assertThatExceptionOfType(ExecutionException.class)
                        .isThrownBy(action::get)
                        .withCauseInstanceOf(JobCancelledException.class)
                        .withMessageContaining("enough");
            }
        }
    }

    @NotIn(value = TestMode.SPARK, because = "jobs that have ended are known to Spark only")
    @Test
    void idsOfAllJobsAreListedAndTakeOverTheTagsOfTheirThread() throws Exception {
        try (EngineContext engine = Engines.open(ONE)) {
            engine.addJobTag("counted");
            FutureAction<List<Long>> some = engine.range(0, 100, 1, 100).takeAsync(50);
            assertThat(some.get()).hasSize(50);
            FutureAction<Long> count = engine.range(0, 3).countAsync();

            assertThat(some.jobIds()).hasSize(4).isSorted();
            assertThat(count.jobIds()).hasSize(1);
            assertThat(count.get()).isEqualTo(3);
            assertThat(engine.statusTracker().getJobIdsForTag("counted"))
                    .containsAll(some.jobIds())
                    .containsAll(count.jobIds());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void rangesAreSampledFirstByAThreadThatEnds(String master) throws Exception {
        try (EngineContext engine = Engines.open(master)) {
            RDD<Long> sorted = engine.range(0, 1000, 1, 4).sortBy(x -> -x);

            FutureAction<List<Long>> all = sorted.collectAsync();

            assertThat(all.get().subList(0, 3)).containsExactly(999L, 998L, 997L);
            assertThat(all.jobIds()).hasSizeGreaterThan(1);
            Engines.await(() -> actionThreads().isEmpty());
            assertThat(actionThreads()).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void closingTheContextEndsThem(boolean stepwise) {
        FutureAction<?> action;
        try (EngineContext engine = Engines.open(ONE)) {
            action = begin(engine, gateName, stepwise);
            gate.awaitArrivals(1);
            gate.open();
            IntStream.range(0, 20).forEach(i -> begin(engine, gateName, stepwise));
        }
        Engines.await(action::isDone);
        assertThat(action.isDone()).isTrue();
        Engines.await(() -> actionThreads().isEmpty());
        assertThat(actionThreads()).isEmpty();
    }

    @Test
    void theyAreRefusedWhereActionsAre() {
        EngineContext engine = Engines.open(ONE);
        RDD<Long> numbers = engine.range(0, 3);
        assertThatIllegalArgumentException().isThrownBy(() -> numbers.takeAsync(-1));
        engine.close();

        assertThatIllegalStateException().isThrownBy(numbers::countAsync);
        assertThatIllegalStateException().isThrownBy(() -> numbers.takeAsync(1));
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.event.EngineEvent;
import dev.favilla.lineage.CallSite;
import dev.favilla.spi.EngineControl;
import dev.favilla.spi.EngineExtension;
import dev.favilla.stats.BoundedDouble;
import dev.favilla.stats.Estimates;
import dev.favilla.stats.PartialResult;
import dev.favilla.stats.StatCounter;
import dev.favilla.status.JobReport;
import dev.favilla.task.TaskContext;
import dev.favilla.task.TaskOutcome;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import dev.favilla.testing.TestSeed;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Actions that return an estimate when their time is over, while their job goes on. */
@InEveryMode
@Timeout(60)
class ApproximateActionsTest {

    private static final String ONE = "local[2]";
    private static final String TWO = "local-cluster[2,1,64]";

    private static final Duration AT_ONCE = Duration.ZERO;
    private static final Duration EVER = Duration.ofSeconds(Long.MAX_VALUE);
    private static final CallSite HERE = new CallSite("approximately", "ApproximateActionsTest.java:1");
    private static final BoundedDouble NOTHING_COUNTED = new BoundedDouble(0, 0, 0, Double.POSITIVE_INFINITY);
    private static final BoundedDouble NOTHING_KNOWN =
            new BoundedDouble(0, 0, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);

    private final Gate gate = new Gate();
    private final String gateName = gate.name();

    @AfterEach
    void letGo() {
        gate.close();
    }

    /** The numbers from 0 to 15 in four partitions, of which those from {@code firstHeld} on wait at the gate. */
    private static RDD<Long> held(EngineContext engine, int firstHeld, String gate) {
        return engine.range(0, 16, 1, 4).map(x -> x < firstHeld * 4L ? x : Gate.pass(gate, x));
    }

    private static Predicate<EngineEvent.TaskEnded> succeeded() {
        return event -> event.outcome() instanceof TaskOutcome.Success;
    }

    /** As if time were over when as many tasks have succeeded. */
    private static JobRunner.Patience until(Events events, int tasks) {
        return job -> {
            Engines.await(() -> events.of(EngineEvent.TaskEnded.class).stream()
                            .filter(succeeded())
                            .count()
                    >= tasks);
            return job.outcome();
        };
    }

    private static <R> PartialResult<R> begin(RDD<?> dataset, Approximation<R> action, JobRunner.Patience patience) {
        return dataset.datasets().approximate(dataset.lineage(), action, patience, HERE);
    }

    /** Waits for the reports of the jobs that have ended, which come after their results. */
    private static List<JobReport> reports(EngineContext engine, int jobs) {
        Engines.await(() -> engine.recentJobs().size() >= jobs);
        assertThat(engine.recentJobs()).hasSize(jobs);
        return engine.recentJobs();
    }

    private static void await(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Nested
    class InTime {

        @ParameterizedTest
        @ValueSource(strings = {ONE, TWO})
        void resultsHaveTheBitsOfTheExactActions(String master, TestSeed seed) {
            long shift = seed.split("numbers").nextLong(1, 1000);
            try (EngineContext engine = Engines.open(master)) {
                DoubleRDD numbers = engine.range(0, 1000, 1, 7).mapToDouble(x -> 1.0 / (x + shift));

                assertFinal(numbers.countApprox(EVER), 1000);
                assertFinal(numbers.countApprox(EVER, 0.5), 1000);
                assertFinal(numbers.sumApprox(EVER), numbers.sum());
                assertFinal(numbers.sumApprox(EVER, 0.5), numbers.sum());
                assertFinal(numbers.meanApprox(EVER), numbers.mean());
                assertFinal(numbers.meanApprox(EVER, 0.5), numbers.mean());
            }
        }

        private static void assertFinal(PartialResult<BoundedDouble> result, double expected) {
            assertThat(result.isInitialValueFinal()).isTrue();
            assertThat(result.initialValue()).isEqualTo(BoundedDouble.exactly(expected));
            assertThat(result.getFinalValue()).isEqualTo(BoundedDouble.exactly(expected));
        }

        @ParameterizedTest
        @ValueSource(strings = {ONE, TWO})
        void countsByKeyAreThoseOfTheExactActions(String master) {
            try (EngineContext engine = Engines.open(master)) {
                RDD<@Nullable String> words = engine.range(0, 100, 1, 5).map(x -> x % 7 == 0 ? null : "word" + x % 7);
                PairRDD<Long, Long> pairs = engine.range(0, 100, 1, 5).keyBy(x -> x % 3);

                assertThat(words.countByValueApprox(EVER).initialValue()).isEqualTo(exactly(words.countByValue()));
                assertThat(words.countByValueApprox(EVER, 0.5).getFinalValue())
                        .isEqualTo(exactly(words.countByValue()));
                assertThat(pairs.countByKeyApprox(EVER).initialValue()).isEqualTo(exactly(pairs.countByKey()));
                assertThat(pairs.countByKeyApprox(EVER, 0.5).isInitialValueFinal())
                        .isTrue();
            }
        }

        private static <K extends @Nullable Object> Map<K, BoundedDouble> exactly(Map<K, Long> counts) {
            Map<K, BoundedDouble> all = new HashMap<>();
            counts.forEach((key, count) -> all.put(key, BoundedDouble.exactly(count)));
            return all;
        }

        @NotIn(value = TestMode.SPARK, because = "nobody listens to the events of the engine there")
        @ParameterizedTest
        @ValueSource(strings = {ONE, TWO})
        void noPartitionsAreAJobThatEndsAtOnce(String master) {
            try (EngineContext engine = Engines.open(master)) {
                Events events = Events.of(engine);
                RDD<String> nothing = engine.emptyRDD();

                PartialResult<BoundedDouble> count = nothing.countApprox(EVER);

                assertThat(count.isInitialValueFinal()).isTrue();
                assertThat(count.initialValue()).isEqualTo(BoundedDouble.exactly(0));
                events.awaitJobs(1);
                assertThat(events.of(EngineEvent.JobStarted.class)).hasSize(1);
                assertThat(nothing.countByValueApprox(EVER).getFinalValue()).isEmpty();
                assertThat(nothing.mapToDouble(x -> 1.0).sumApprox(EVER).getFinalValue())
                        .isEqualTo(BoundedDouble.exactly(0));
            }
        }

        @Test
        void rangesOfASortAreFoundOutFirst() {
            try (EngineContext engine = Engines.open(ONE)) {
                RDD<Long> sorted = engine.range(0, 100, 1, 3).sortBy(x -> -x);

                assertThat(sorted.countApprox(EVER).initialValue()).isEqualTo(BoundedDouble.exactly(100));
                assertThat(reports(engine, 2))
                        .extracting(report -> report.callSite().operation())
                        .containsOnly("countApprox");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {ONE, TWO})
        void aFailureIsThrownByTheCall(String master) {
            try (EngineContext engine = Engines.open(master)) {
                RDD<Long> failing = engine.range(0, 4, 1, 2).map(x -> {
                    throw new IllegalStateException("no such luck");
                });

                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> failing.countApprox(EVER))
                        .withMessageContaining("countApprox at ApproximateActionsTest.java")
                        .withRootCauseInstanceOf(IllegalStateException.class);
            }
        }

        @Test
        void arraysAreNoValuesToCount() {
            try (EngineContext engine = Engines.open(ONE)) {
                RDD<int[]> arrays = engine.range(0, 2).map(x -> new int[1]);

                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> arrays.countByValueApprox(EVER))
                        .withMessageContaining("int[]");
            }
        }
    }

    @Nested
    class TooLate {

        @NotIn(value = TestMode.SPARK, because = "nobody listens to the events of the engine there")
        @ParameterizedTest
        @ValueSource(strings = {ONE, TWO})
        void anEstimateIsMadeOfThePartitionsThatHaveEnded(String master) {
            try (EngineContext engine = Engines.open(master)) {
                Events events = Events.of(engine);
                Estimates.Seen half = new Estimates.Seen(2, 4);

                PartialResult<BoundedDouble> count =
                        begin(held(engine, 2, gateName), new Approximations.Count(0.9), until(events, 2));

                assertThat(count.isInitialValueFinal()).isFalse();
                assertThat(count.initialValue()).isEqualTo(Estimates.count(8, half, 0.9));
                assertThat(count.initialValue().mean()).isEqualTo(16);
                gate.open();
                assertThat(count.getFinalValue()).isEqualTo(BoundedDouble.exactly(16));
                assertThat(count.initialValue().mean()).isEqualTo(16);
                assertThat(count.isInitialValueFinal()).isFalse();
            }
        }

        @NotIn(value = TestMode.SPARK, because = "nobody listens to the events of the engine there")
        @ParameterizedTest
        @ValueSource(strings = {ONE, TWO})
        void sumsAndMeansAreThoseOfThePartitionsThatHaveEnded(String master) {
            StatCounter eight = StatCounter.of(0, 1, 2, 3).merge(StatCounter.of(4, 5, 6, 7));
            Estimates.Seen half = new Estimates.Seen(2, 4);
            try (EngineContext engine = Engines.open(master)) {
                Events events = Events.of(engine);
                DoubleRDD numbers = held(engine, 2, gateName).mapToDouble(x -> (double) x);

                PartialResult<BoundedDouble> sum = begin(numbers, new Approximations.Sum(0.9, HERE), until(events, 2));

                assertThat(sum.initialValue()).isEqualTo(Estimates.sum(28, eight, half, 0.9));
                gate.open();
                assertThat(sum.getFinalValue()).isEqualTo(BoundedDouble.exactly(120));
            }
            try (Gate again = new Gate();
                    EngineContext engine = Engines.open(master)) {
                Events events = Events.of(engine);
                DoubleRDD numbers = held(engine, 2, again.name()).mapToDouble(x -> (double) x);

                PartialResult<BoundedDouble> mean =
                        begin(numbers, new Approximations.Mean(0.9, HERE), until(events, 2));

                assertThat(mean.initialValue()).isEqualTo(Estimates.mean(eight, half, 0.9));
                again.open();
                assertThat(mean.getFinalValue()).isEqualTo(BoundedDouble.exactly(7.5));
            }
        }

        @NotIn(value = TestMode.SPARK, because = "nobody listens to the events of the engine there")
        @ParameterizedTest
        @ValueSource(strings = {ONE, TWO})
        void keysAreThoseOfThePartitionsThatHaveEnded(String master) {
            try (EngineContext engine = Engines.open(master)) {
                Events events = Events.of(engine);
                PairRDD<Boolean, Long> pairs = held(engine, 2, gateName).keyBy(x -> x >= 10);
                Estimates.Seen half = new Estimates.Seen(2, 4);

                PartialResult<Map<Boolean, BoundedDouble>> counts =
                        ByKeyActions.countApprox(pairs, PairFormat.of(HERE), until(events, 2), 0.9, HERE);

                assertThat(counts.initialValue()).isEqualTo(Map.of(false, Estimates.count(8, half, 0.9)));
                gate.open();
                assertThat(counts.getFinalValue())
                        .isEqualTo(Map.of(false, BoundedDouble.exactly(10), true, BoundedDouble.exactly(6)));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {ONE, TWO})
        void withNothingSeenNothingIsKnown(String master) {
            try (EngineContext engine = Engines.open(master)) {
                RDD<Long> all = held(engine, 0, gateName);
                DoubleRDD numbers = all.mapToDouble(x -> (double) x);

                PartialResult<BoundedDouble> count = all.countApprox(Duration.ofMillis(1));
                PartialResult<BoundedDouble> sum = numbers.sumApprox(AT_ONCE);
                PartialResult<BoundedDouble> mean = numbers.meanApprox(AT_ONCE);
                PartialResult<Map<Long, BoundedDouble>> counts = all.countByValueApprox(AT_ONCE);

                assertThat(List.of(count, sum, mean, counts)).noneMatch(PartialResult::isInitialValueFinal);
                assertThat(count.initialValue()).isEqualTo(NOTHING_COUNTED);
                assertThat(sum.initialValue()).isEqualTo(NOTHING_KNOWN);
                assertThat(mean.initialValue()).isEqualTo(NOTHING_KNOWN);
                assertThat(counts.initialValue()).isEmpty();
                gate.open();
                assertThat(count.getFinalValue()).isEqualTo(BoundedDouble.exactly(16));
                assertThat(sum.getFinalValue()).isEqualTo(BoundedDouble.exactly(120));
                assertThat(mean.getFinalValue()).isEqualTo(BoundedDouble.exactly(7.5));
                assertThat(counts.getFinalValue()).hasSize(16).containsEntry(9L, BoundedDouble.exactly(1));
            }
        }

        @NotIn(value = TestMode.SPARK, because = "nobody listens to the events of the engine there")
        @ParameterizedTest
        @ValueSource(strings = {"local[2,2]", TWO})
        void aTaskThatIsTriedAgainCountsOnce(String master) {
            try (EngineContext engine = Engines.open(master)) {
                Events events = Events.of(engine);
                RDD<Long> numbers = held(engine, 2, gateName).map(Engines::notInFirstAttempt);

                PartialResult<BoundedDouble> count = begin(numbers, new Approximations.Count(0.95), until(events, 2));

                assertThat(count.initialValue().mean()).isEqualTo(16);
                gate.open();
                assertThat(count.getFinalValue()).isEqualTo(BoundedDouble.exactly(16));
                assertThat(reports(engine, 1).get(0).stages().get(0).failures()).isEqualTo(4);
            }
        }

        @Test
        void whatALostExecutorHasLeftStillCounts() {
            Control control = new Control();
            try (EngineContext engine = Engines.builder(TWO).extension(control).open()) {
                Events events = Events.of(engine);
                JobRunner.Patience losing = job -> {
                    until(events, 2).await(job);
                    ExecutorId first = events.await(EngineEvent.TaskEnded.class, succeeded())
                            .executor();
                    control.of().loseExecutor(first, "the test lost it", true);
                    events.await(EngineEvent.ExecutorRemoved.class, event -> true);
                    return job.outcome();
                };

                PartialResult<BoundedDouble> count =
                        begin(held(engine, 2, gateName), new Approximations.Count(0.95), losing);

                assertThat(count.initialValue()).isEqualTo(Estimates.count(8, new Estimates.Seen(2, 4), 0.95));
                gate.open();
                assertThat(count.getFinalValue()).isEqualTo(BoundedDouble.exactly(16));
                Engines.assertUsable(engine);
            }
        }

        /** The third of three reducers finds an output lost, whose successor has other keys: the first two are void. */
        @NotIn(value = TestMode.SPARK, because = "results are never taken back there: Spark hands each on once")
        @Test
        void whatWasTakenBackCountsNoMore() {
            FaultPlan fault =
                    FaultPlan.dropping().stage(1).stageAttempt(0).partition(2).block("shuffle_0_1_");
            try (EngineContext engine =
                    Engines.builder("local[1]").extension(fault).open()) {
                String name = gateName;
                RDD<Long> scattered = engine.range(0, 1000, 1, 4)
                        .mapToPair(x -> Pair.of(System.nanoTime() * 1000 + x, x))
                        .groupByKey(3)
                        .flatMap(group -> group.value())
                        .map(x -> stageAttempt() == 0 ? x : Gate.pass(name, x));

                PartialResult<BoundedDouble> count = begin(scattered, new Approximations.Count(0.95), job -> {
                    gate.awaitArrivals(1);
                    return job.outcome();
                });

                assertThat(fault.fired()).isEqualTo(1);
                assertThat(count.initialValue()).isEqualTo(NOTHING_COUNTED);
                gate.open();
                assertThat(count.getFinalValue()).isEqualTo(BoundedDouble.exactly(1000));
            }
        }

        private static int stageAttempt() {
            return Objects.requireNonNull(TaskContext.get()).stageAttempt();
        }
    }

    /** Lets the test lose executors. */
    private static final class Control implements EngineExtension {

        private @Nullable EngineControl control;

        @Override
        public void opened(EngineControl opened) {
            control = opened;
        }

        EngineControl of() {
            return Objects.requireNonNull(control);
        }
    }

    @Nested
    class AfterTheEstimate {

        private final ConcurrentLinkedQueue<Object> told = new ConcurrentLinkedQueue<>();
        private final CountDownLatch toldLast = new CountDownLatch(1);

        private void last(Object what) {
            told.add(what);
            toldLast.countDown();
        }

        @Test
        void handlersAreCalledInOrderOnAThreadOfTheirOwn() throws Exception {
            try (EngineContext engine = Engines.open(ONE)) {
                PartialResult<BoundedDouble> count = held(engine, 0, gateName)
                        .countApprox(AT_ONCE)
                        .onFail(told::add)
                        .onComplete(value -> told.add(value.mean()))
                        .onComplete(value -> {
                            throw new IllegalStateException("a handler of the test's throws");
                        })
                        .onComplete(value -> last(Thread.currentThread().getName()));
                gate.awaitArrivals(1);
                assertThat(actionThreads()).isEmpty();
                assertThat(told).isEmpty();

                gate.open();

                await(toldLast);
                assertThat(told).hasSize(2).startsWith(16.0);
                assertThat(told).last().asString().matches("favilla-.*-action-.*");
                CountDownLatch late = new CountDownLatch(1);
                count.onComplete(value -> late.countDown());
                await(late);
            }
        }

        private List<String> actionThreads() {
            return Thread.getAllStackTraces().keySet().stream()
                    .map(Thread::getName)
                    .filter(name -> name.matches("favilla-.*-action-.*"))
                    .toList();
        }

        @ParameterizedTest
        @ValueSource(strings = {ONE, TWO})
        void aFailureIsToldByTheFinalValueAndToHandlers(String master) throws Exception {
            String name = gateName;
            try (EngineContext engine = Engines.open(master)) {
                RDD<Long> failing = engine.range(0, 4, 1, 2).map(x -> {
                    throw new IllegalStateException("no such luck with " + Gate.pass(name, x));
                });

                PartialResult<BoundedDouble> count =
                        failing.countApprox(AT_ONCE).onComplete(told::add).onFail(this::last);
                gate.open();

                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(count::getFinalValue)
                        .withMessageContaining("no such luck")
                        .withRootCauseInstanceOf(IllegalStateException.class);
                await(toldLast);
                assertThat(told).singleElement().isInstanceOf(JobFailedException.class);
                assertThat(count.initialValue()).isEqualTo(NOTHING_COUNTED);
            }
        }

        @ParameterizedTest
        @ValueSource(booleans = {false, true})
        void aCancelledJobHasNoFinalValue(boolean byGroup) throws Exception {
            try (EngineContext engine = Engines.open(ONE)) {
                engine.setJobGroup("mine", null, true);
                PartialResult<BoundedDouble> count =
                        held(engine, 0, gateName).countApprox(AT_ONCE).onFail(this::last);
                gate.awaitArrivals(1);

                if (byGroup) {
                    engine.cancelJobGroup("mine", "enough");
                } else {
                    count.cancel();
                }

                assertThatExceptionOfType(JobCancelledException.class)
                        .isThrownBy(count::getFinalValue)
                        .withMessageContaining(byGroup ? "enough" : "its PartialResult was cancelled");
                await(toldLast);
                assertThat(told).singleElement().isInstanceOf(JobCancelledException.class);
                gate.open();
                Engines.assertUsable(engine);
            }
        }

        @Test
        void closingTheContextIsAFailure() throws Exception {
            try (EngineContext engine = Engines.open(ONE)) {
                held(engine, 0, gateName).countApprox(AT_ONCE).onFail(this::last);
                gate.awaitArrivals(1);
            }

            await(toldLast);
            assertThat(told).singleElement().isInstanceOf(JobFailedException.class);
        }

        @Test
        void anInterruptOfTheWaitingThreadCancelsTheJob() {
            try (EngineContext engine = Engines.open(ONE)) {
                PartialResult<BoundedDouble> begun = held(engine, 0, gateName).countApprox(AT_ONCE);

                Thread.currentThread().interrupt();
                assertThatExceptionOfType(JobCancelledException.class).isThrownBy(begun::getFinalValue);
                assertThat(Thread.interrupted()).isTrue();
                assertThatExceptionOfType(JobCancelledException.class).isThrownBy(begun::getFinalValue);

                Thread.currentThread().interrupt();
                assertThatExceptionOfType(JobCancelledException.class)
                        .isThrownBy(() -> held(engine, 0, gateName).countApprox(EVER))
                        .withMessageContaining("interrupted");
                assertThat(Thread.interrupted()).isTrue();
                gate.open();
                Engines.assertUsable(engine);
            }
        }
    }

    @Test
    void argumentsAreCheckedAtTheCall() {
        try (EngineContext engine = Engines.open(ONE)) {
            RDD<Long> numbers = engine.range(0, 3);
            PartialResult<BoundedDouble> count = numbers.countApprox(EVER);

            for (double confidence : new double[] {-0.1, 1.1, Double.NaN}) {
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> numbers.countApprox(AT_ONCE, confidence))
                        .withMessage("confidence must be >= 0 and <= 1, got " + confidence);
                assertThatIllegalArgumentException().isThrownBy(() -> numbers.countByValueApprox(AT_ONCE, confidence));
            }
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> numbers.countApprox(Duration.ofMillis(-1)))
                    .withMessage("timeout must be >= 0, got PT-0.001S");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> count.onComplete(null))
                    .withMessageStartingWith("handler must not be null (onComplete at ApproximateActionsTest.java");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> count.onFail(null))
                    .withMessageStartingWith("handler must not be null (onFail at ApproximateActionsTest.java");
            assertThat(reports(engine, 1)).hasSize(1);
        }
    }

    @Test
    void aResultOutlivesItsContext() {
        RDD<Long> numbers;
        PartialResult<BoundedDouble> count;
        try (EngineContext engine = Engines.open(ONE)) {
            numbers = engine.range(0, 3);
            count = numbers.countApprox(EVER);
        }

        assertThat(count.getFinalValue()).isEqualTo(BoundedDouble.exactly(3));
        assertThatIllegalStateException().isThrownBy(() -> numbers.countApprox(EVER));
    }
}

package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.EngineContext;
import dev.favilla.LongAccumulator;
import dev.favilla.Ordering;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.attempt.Metric;
import dev.favilla.closure.ClosureNotSerializableException;
import dev.favilla.event.EngineEvent;
import dev.favilla.stats.BoundedDouble;
import dev.favilla.stats.PartialResult;
import dev.favilla.storage.StorageLevel;
import dev.favilla.task.TaskContext;
import dev.favilla.text.InputNotFoundException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What the pages under {@code docs} say and show. */
class DocumentedBehaviourTest {

    /** tour.md */
    @Test
    void aReportSaysWhatAJobDid() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            PairRDD<String, Long> pairs =
                    engine.parallelize(List.of("a", "b", "a", "c"), 4).mapToPair(letter -> Pair.of(letter, 1L));

            List<Pair<String, Long>> counts = pairs.reduceByKey(Long::sum, 8).collect();
            var report = engine.recentJobs().get(0);

            assertThat(counts).containsExactlyInAnyOrder(Pair.of("a", 2L), Pair.of("b", 1L), Pair.of("c", 1L));
            assertThat(report.stagesRun()).isEqualTo(2);
            assertThat(report.attempts()).isEqualTo(4 + 8);
            assertThat(report.metrics().get(Metric.SHUFFLE_RECORDS_WRITTEN)).isEqualTo(4);
        }
    }

    /** tour.md */
    @Test
    void aSecondActionFindsTheMapOutputsOfTheFirst() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            PairRDD<Long, Long> sums = engine.range(0, 100).keyBy(x -> x % 7).reduceByKey(Long::sum, 3);

            sums.collect();
            sums.count();

            assertThat(engine.recentJobs().get(0).stagesRun()).isEqualTo(2);
            assertThat(engine.recentJobs().get(1).stagesRun()).isEqualTo(1);
        }
    }

    /** spark-differences.md */
    @Test
    void filesAreLookedForWhenPartitionsAreAskedFor() {
        try (EngineContext engine = EngineContext.local()) {
            RDD<String> lines = engine.textFile("no/such/file"); // no error yet

            assertThatExceptionOfType(InputNotFoundException.class).isThrownBy(lines::getNumPartitions);
            assertThatExceptionOfType(InputNotFoundException.class).isThrownBy(lines::count);
        }
    }

    /** spark-differences.md */
    @Test
    void functionsKeepWhatTheyCapturedWhenTheyWerePassed() {
        try (EngineContext engine = EngineContext.local()) {
            List<Integer> bonus = new ArrayList<>(List.of(1));
            RDD<Integer> sums = engine.parallelize(List.of(10, 20)).map(x -> x + bonus.get(0));
            bonus.set(0, 1000);

            assertThat(sums.collect()).containsExactly(11, 21);
        }
    }

    /** spark-differences.md */
    @Test
    void comparatorsOfTheJdkAreRefusedWhereTheyArePassed() {
        try (EngineContext engine = EngineContext.local()) {
            PairRDD<String, Long> counts = engine.parallelizePairs(List.of(Pair.of("a", 1L), Pair.of("b", 2L)));

            List<Pair<String, Long>> best = counts.top(1, Ordering.by(Pair::value));

            assertThat(best).containsExactly(Pair.of("b", 2L));
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> counts.top(1, Comparator.comparing(Pair::value)))
                    .withMessageContaining("Ordering.by");
        }
    }

    /** spark-differences.md */
    @Test
    void sortsSampleAtTheFirstAction() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            PairRDD<String, Long> counts = engine.parallelizePairs(List.of(Pair.of("b", 1L), Pair.of("a", 2L)));

            PairRDD<String, Long> sorted = counts.sortByKey(); // nothing runs
            sorted.collect(); // two jobs: the sample, and the sort
            sorted.count(); // one job: the ranges are known

            assertThat(engine.recentJobs()).hasSize(3);
        }
    }

    /** spark-differences.md */
    @Test
    void anApproximateCountGoesOnToTheExactOne() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            RDD<String> lines = engine.parallelize(List.of("one", "two", "three"), 2);

            PartialResult<BoundedDouble> about = lines.countApprox(Duration.ofSeconds(2));
            BoundedDouble soFar = about.initialValue(); // an estimate with bounds; exact if the job has ended in time
            BoundedDouble exact = about.getFinalValue(); // waits for the job

            assertThat(soFar.low()).isLessThanOrEqualTo(3);
            assertThat(exact).isEqualTo(BoundedDouble.exactly(3));
        }
    }

    /** spark-differences.md */
    @Test
    void aDatasetInsideAFunctionIsRefusedWhereItIsPassed() {
        try (EngineContext engine = EngineContext.local()) {
            RDD<Integer> small = engine.parallelize(List.of(1));

            assertThatExceptionOfType(ClosureNotSerializableException.class)
                    .isThrownBy(() -> engine.parallelize(List.of(2)).map(x -> x + small.first()))
                    .withMessageContaining("Bring two datasets together with join or union");
        }
    }

    /** spark-differences.md */
    @Test
    void theLevelThatKeepsNothingIsRefused() {
        try (EngineContext engine = EngineContext.local()) {
            assertThatExceptionOfType(UnsupportedOperationException.class)
                    .isThrownBy(() -> engine.range(0, 9).persist(StorageLevel.NONE));
        }
    }

    /** spark-differences.md */
    @Test
    void partitionsBelowOneAreRefused() {
        try (EngineContext engine = EngineContext.local()) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.parallelize(List.of(1), 0))
                    .withMessageContaining("got 0");
        }
    }

    /** spark-differences.md */
    @Test
    void whatFailedAttemptsOfAnActionAddedIsNotCounted() {
        try (EngineContext engine = EngineContext.open("local[2,2]")) {
            LongAccumulator seen = engine.longAccumulator("seen");

            engine.range(0, 10, 1, 2).foreach(x -> {
                seen.add(1);
                TaskContext task = TaskContext.get();
                if (task != null && task.attemptNumber() == 0 && x % 5 == 4) {
                    throw new IllegalStateException("the last record of a first attempt");
                }
            });

            assertThat(seen.sum()).isEqualTo(10);
        }
    }

    /** concurrency.md */
    @Test
    void userFunctionsNeverRunOnTheCallersThread() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            List<String> threads = engine.range(0, 4, 1, 4)
                    .map(x -> Thread.currentThread().getName())
                    .distinct()
                    .collect();

            assertThat(threads).allSatisfy(name -> assertThat(name).startsWith("favilla-"));
        }
    }

    /** concurrency.md */
    @Test
    void listenersAreToldInCausalOrder() {
        List<EngineEvent> events = Collections.synchronizedList(new ArrayList<>());
        try (EngineContext engine = EngineContext.open("local[2]")) {
            engine.addListener(events::add);
            engine.range(0, 4, 1, 4).count();
        }
        AtomicInteger running = new AtomicInteger();
        assertThat(events.get(0)).isInstanceOf(EngineEvent.JobStarted.class);
        for (EngineEvent event : events) {
            if (event instanceof EngineEvent.TaskStarted) {
                running.incrementAndGet();
            } else if (event instanceof EngineEvent.TaskEnded) {
                assertThat(running.getAndDecrement()).isPositive();
            }
        }
        assertThat(running).hasValue(0);
    }
}

package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.attempt.Metric;
import dev.favilla.status.JobReport;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What the mistakes cost: counts of records, bytes, jobs and tasks, as {@code docs/pitfalls.md} states them. */
class PitfallsTest {

    private static final String MOBY_DICK = Run.resource(ShippedText.MOBY_DICK).toString();

    @Test
    void groupsSendEveryValueAndSumsOneForEachKey() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            PairRDD<String, Long> sales = sales(engine);

            assertThat(Pitfalls.Sums.grouped(sales).collectAsMap())
                    .isEqualTo(Pitfalls.Sums.reduced(sales).collectAsMap());
            assertThat(sum(engine, 0, 1, Metric.SHUFFLE_RECORDS_WRITTEN)).isEqualTo(100_000);
            assertThat(sum(engine, 1, 2, Metric.SHUFFLE_RECORDS_WRITTEN)).isEqualTo(4 * 50);
            assertThat(sum(engine, 0, 1, Metric.SHUFFLE_BYTES_WRITTEN))
                    .isGreaterThan(400 * sum(engine, 1, 2, Metric.SHUFFLE_BYTES_WRITTEN));
        }
    }

    @Test
    void aFunctionOnWholePairsForgetsHowTheyLie() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            PairRDD<String, Long> sums = Pitfalls.Sums.reduced(sales(engine));
            sums.count();

            assertThat(Pitfalls.Placement.forgotten(sums).collectAsMap())
                    .isEqualTo(Pitfalls.Placement.kept(sums).collectAsMap());
            assertThat(sum(engine, 1, 2, Metric.SHUFFLE_RECORDS_WRITTEN)).isEqualTo(50);
            assertThat(job(engine, 1).stagesRun()).isEqualTo(2);
            assertThat(sum(engine, 2, 3, Metric.SHUFFLE_RECORDS_WRITTEN)).isZero();
            assertThat(job(engine, 2).stagesRun()).isEqualTo(1);
        }
    }

    @Test
    void onePartitionIsOneTaskWhateverTheSlots() {
        try (EngineContext engine = EngineContext.open("local[4]")) {
            RDD<String> one = engine.textFile(MOBY_DICK, 1);
            RDD<String> eight = engine.textFile(MOBY_DICK, 8);

            assertThat(one.count()).isEqualTo(eight.count());
            assertThat(job(engine, 0).attempts()).isEqualTo(1);
            assertThat(job(engine, 1).attempts()).isEqualTo(8);
        }
    }

    @Test
    void morePartitionsNeedLessMemoryAtOnce() {
        try (EngineContext engine = EngineContext.open("local-cluster[1,2,32]")) {
            PairRDD<Integer, String> rows = engine.range(0, 400_000, 1, 16)
                    .mapToPair(i -> Pair.of((int) (i % 100_000), "value number " + i + " of many"));

            long few = rows.groupByKey(2).count();
            long many = rows.groupByKey(64).count();

            assertThat(few).isEqualTo(many);
            assertThat(sum(engine, 0, 1, Metric.DISK_BYTES_SPILLED)).isGreaterThan(1_000_000);
            assertThat(sum(engine, 1, 2, Metric.DISK_BYTES_SPILLED)).isZero();
        }
    }

    @Test
    void manySmallExecutorsMoveWhatOneLargeOneHas() {
        long[] remote = new long[2];
        String[] masters = {"local-cluster[4,1,32]", "local-cluster[1,4,128]"};
        for (int i = 0; i < 2; i++) {
            try (EngineContext engine = EngineContext.open(masters[i])) {
                Pitfalls.Sums.grouped(sales(engine)).count();
                remote[i] = sum(engine, 0, 1, Metric.REMOTE_BYTES_READ);
            }
        }
        assertThat(remote[0]).isPositive();
        assertThat(remote[1]).isZero();
    }

    @Test
    void whatIsCollectedIsCarried() {
        try (EngineContext engine = EngineContext.open("local-cluster[2,1,64]")) {
            RDD<String> lines = engine.textFile(MOBY_DICK, 4);

            assertThat(Pitfalls.Results.countHere(lines)).isEqualTo(Pitfalls.Results.countThere(lines));
            assertThat(sum(engine, 0, 1, Metric.RESULT_BYTES)).isGreaterThan(1_000_000);
            assertThat(sum(engine, 1, 2, Metric.RESULT_BYTES)).isLessThan(100);
        }
    }

    @Test
    void theLargestNeedNoSort() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            RDD<String> lines = engine.textFile(MOBY_DICK, 4);

            List<String> sorted = Pitfalls.Results.longestBySorting(lines);
            int jobs = engine.recentJobs().size();
            List<String> top = Pitfalls.Results.longest(lines);

            assertThat(sorted)
                    .extracting(String::length)
                    .isEqualTo(top.stream().map(String::length).toList());
            assertThat(jobs).isEqualTo(2);
            assertThat(sum(engine, 0, 2, Metric.SHUFFLE_RECORDS_WRITTEN)).isEqualTo(21_424);
            assertThat(engine.recentJobs()).hasSize(3);
            assertThat(sum(engine, 2, 3, Metric.SHUFFLE_RECORDS_WRITTEN)).isZero();
            assertThat(sum(engine, 0, 2, Metric.BYTES_READ)).isEqualTo(2 * sum(engine, 2, 3, Metric.BYTES_READ));
        }
    }

    @Test
    void aJobForEachKeyReadsAllForEachKey() {
        List<String> words = List.of("whale", "ship", "sea", "captain", "boat");
        try (EngineContext engine = EngineContext.open("local[2]")) {
            RDD<String> lines = engine.textFile(MOBY_DICK, 4);

            Map<String, Long> one = Pitfalls.PerKey.oneForAll(lines, words);
            Map<String, Long> each = Pitfalls.PerKey.aJobForEach(lines, words);

            assertThat(each).isEqualTo(one);
            assertThat(engine.recentJobs()).hasSize(1 + 5);
            assertThat(sum(engine, 1, 6, Metric.BYTES_READ)).isEqualTo(5 * sum(engine, 0, 1, Metric.BYTES_READ));
        }
    }

    @Test
    void whatIsUsedTwiceIsComputedTwice() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            RDD<String> lines = engine.textFile(MOBY_DICK, 4);

            assertThat(Pitfalls.Twice.computedTwice(lines)).isEqualTo(Pitfalls.Twice.keptBetween(lines));
            assertThat(sum(engine, 0, 2, Metric.BYTES_READ)).isEqualTo(2 * sum(engine, 2, 4, Metric.BYTES_READ));
        }
    }

    @Test
    void aLoopOfJobsRunsOneAtATime() throws Exception {
        RunningJobs inALoop = new RunningJobs();
        RunningJobs started = new RunningJobs();
        RunningJobs overlapped = new RunningJobs();
        List<Long> counts;
        try (EngineContext engine = EngineContext.open("local[4]")) {
            engine.addListener(inALoop);
            counts = Pitfalls.Loops.oneAfterAnother(tables(engine, 1));
        }
        try (EngineContext engine = EngineContext.open("local[4]")) {
            engine.addListener(started);
            assertThat(Pitfalls.Loops.started(tables(engine, 4))).isEqualTo(counts);
        }
        try (EngineContext engine = EngineContext.open("local[4]")) {
            engine.addListener(overlapped);
            assertThat(Pitfalls.Loops.overlapped(tables(engine, 4))).isEqualTo(counts);
        }
        assertThat(inALoop.started()).isEqualTo(4);
        assertThat(inALoop.mostAtOnce()).isEqualTo(1);
        assertThat(started.started()).isEqualTo(4);
        assertThat(started.mostAtOnce()).isEqualTo(4);
        assertThat(overlapped.started()).isEqualTo(4);
        assertThat(overlapped.mostAtOnce()).isEqualTo(4);
    }

    @Test
    void aCapturedTableIsCopiedForEveryTask() {
        Map<Integer, String> names = new HashMap<>();
        IntStream.range(0, 10_000).forEach(i -> names.put(i, "name " + i));
        try (EngineContext engine = EngineContext.open("local[2]")) {
            RDD<Integer> codes =
                    engine.parallelize(IntStream.range(0, 10_000).boxed().toList(), 16);

            assertThat(Pitfalls.Tables.captured(codes, names).collect())
                    .isEqualTo(Pitfalls.Tables.broadcast(engine, codes, names).collect());
            assertThat(sum(engine, 0, 1, Metric.CLOSURE_BYTES))
                    .isGreaterThan(400 * sum(engine, 1, 2, Metric.CLOSURE_BYTES));
        }
    }

    @Test
    void whatIsCountedInATransformationIsCountedAsOftenAsItRuns() {
        try (EngineContext engine = EngineContext.open("local[2]")) {
            RDD<String> lines = engine.parallelize(List.of("", "a", "", "b", "c", ""), 2);

            long inAnAction = Pitfalls.Counters.inAnAction(lines, engine.longAccumulator("once"));
            long inATransformation =
                    Pitfalls.Counters.inATransformation(lines, engine.longAccumulator("again and again"));

            assertThat(inAnAction).isEqualTo(3);
            assertThat(inATransformation).isEqualTo(3 + 1 + 3);
        }
    }

    /** 100,000 sales of 50 shops, in 4 partitions. */
    private static PairRDD<String, Long> sales(EngineContext engine) {
        return engine.range(0, 100_000, 1, 4).mapToPair(i -> Pair.of("shop " + i % 50, i));
    }

    /** Four tables of one partition each, whose first tasks wait until that many of them have begun. */
    private static List<RDD<Long>> tables(EngineContext engine, int together) {
        Meeting.expect(together);
        List<RDD<Long>> tables = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            tables.add(engine.range(0, 100L * i, 1, 1).mapPartitions(rows -> {
                Meeting.arrive();
                return rows;
            }));
        }
        return tables;
    }

    private static JobReport job(EngineContext engine, int index) {
        return engine.recentJobs().get(index);
    }

    private static long sum(EngineContext engine, int from, int to, Metric metric) {
        return engine.recentJobs().subList(from, to).stream()
                .mapToLong(job -> job.metrics().get(metric))
                .sum();
    }

    /** Where tasks of this JVM wait for each other. */
    private static final class Meeting {

        private static volatile CountDownLatch latch = new CountDownLatch(0);

        private Meeting() {}

        static void expect(int tasks) {
            latch = new CountDownLatch(tasks);
        }

        static void arrive() throws InterruptedException {
            latch.countDown();
            if (!latch.await(30, TimeUnit.SECONDS)) {
                throw new IllegalStateException("the other jobs have not begun");
            }
        }
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.fault.FaultSite;
import dev.favilla.status.JobReport;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A producer that gives other records when it runs again: all of one run or all of another, never some of each. */
@Timeout(120)
class NondeterminismTest {

    private static final String LOCAL = "local[1]";
    private static final String CLUSTER = "local-cluster[2,1,64]";

    private static final AtomicLong NEXT = new AtomicLong();

    /** Returns a number that was never returned before. */
    private static long fresh() {
        return NEXT.getAndIncrement();
    }

    /** The numbers below 1000 under keys that are others in each run: a reducer of one run has not what it has in another. */
    private static RDD<Long> scattered(EngineContext engine) {
        return engine.range(0, 1000, 1, 4)
                .mapToPair(x -> Pair.of(fresh(), x))
                .groupByKey(3)
                .flatMap(group -> group.value());
    }

    private static List<Long> sorted(List<Long> records) {
        List<Long> sorted = new ArrayList<>(records);
        sorted.sort(null);
        return sorted;
    }

    private static List<Long> below1000() {
        return LongStream.range(0, 1000).boxed().toList();
    }

    /** One output is lost when two of three reducers are done. */
    private static FaultPlan lostLate() {
        return FaultPlan.dropping().stage(1).stageAttempt(0).partition(2).block("shuffle_0_1_");
    }

    private static EngineContext open(String master, FaultPlan fault) {
        return EngineContext.builder()
                .master(master)
                .set("favilla.task.maxFailures", "1")
                .extension(fault)
                .open();
    }

    @Nested
    class RandomKeys {

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void giveEachRecordOnceAlthoughAnOutputIsMadeAgain(String master) {
            TwoSided sides = new TwoSided(master, NondeterminismTest::lostLate);
            assertThat(sides.failureWithoutRetries(engine -> scattered(engine).collect()))
                    .hasMessageContaining("favilla.stage.maxConsecutiveAttempts");

            JobReport report =
                    sides.reportOfAnswer(engine -> sorted(scattered(engine).collect()), below1000());
            assertThat(report.stages().get(0).attempts()).isEqualTo(4 + 1);
        }

        @Test
        void rollBackWhatWasDoneWithTheOldOnes() {
            FaultPlan fault = lostLate();
            try (EngineContext engine = open(LOCAL, fault)) {
                LongAccumulator seen = engine.longAccumulator("seen");
                long count = scattered(engine)
                        .map(x -> {
                            seen.add(1);
                            return x;
                        })
                        .count();

                assertThat(fault.fired()).isEqualTo(1);
                assertThat(count).isEqualTo(1000);
                assertThat(seen.sum()).isEqualTo(1000);
                JobReport report = Engines.lastJob(engine);
                assertThat(report.stages().get(1).attempts()).isEqualTo(3 + 3); // two were done and are void
                Engines.assertUsable(engine);
            }
        }

        @Test
        void leaveFilesOfOneRunOnly(@TempDir Path directory) throws IOException {
            FaultPlan fault = lostLate();
            Path output = directory.resolve("out");
            try (EngineContext engine = open(LOCAL, fault)) {
                scattered(engine).saveAsTextFile(output.toString());

                assertThat(fault.fired()).isEqualTo(1);
                List<Long> written = new ArrayList<>();
                for (int part = 0; part < 3; part++) {
                    Files.readAllLines(output.resolve("part-0000" + part))
                            .forEach(line -> written.add(Long.valueOf(line)));
                }
                assertThat(sorted(written)).isEqualTo(below1000());
                Engines.assertUsable(engine);
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {LOCAL, CLUSTER})
        void failAJobWhoseEffectsCannotBeTakenBack(String master) {
            FaultPlan fault = lostLate();
            try (EngineContext engine = open(master, fault)) {
                assertThatThrownBy(() -> scattered(engine).foreach(x -> {}))
                        .isInstanceOf(JobFailedException.class)
                        .hasMessageContaining("foreach cannot be taken back")
                        .hasMessageContaining("partition 1 of stage 0")
                        .hasMessageContaining("deterministic");

                assertThat(fault.fired()).isEqualTo(1);
                Engines.assertUsable(engine);
            }
        }

        @Test
        void doNotConcernAJobWhoseProducerGivesTheSameAgain() {
            FaultPlan fault = lostLate();
            try (EngineContext engine = open(LOCAL, fault)) {
                engine.range(0, 1000, 1, 4).keyBy(x -> x).groupByKey(3).foreach(x -> {});

                assertThat(fault.fired()).isEqualTo(1);
                assertThat(Engines.lastJob(engine).stages().get(1).attempts()).isEqualTo(3 + 1);
                Engines.assertUsable(engine);
            }
        }

        @Test
        void rollBackEveryShuffleBehindThem() {
            // the second shuffle has been written from the old keys when the first is found to be lost
            FaultPlan fault =
                    FaultPlan.dropping().stage(1).stageAttempt(0).partition(2).block("shuffle_0_1_");
            try (EngineContext engine = open(LOCAL, fault)) {
                List<Long> records = scattered(engine)
                        .mapToPair(x -> Pair.of(fresh(), x))
                        .groupByKey(2)
                        .flatMap(group -> group.value())
                        .collect();

                assertThat(fault.fired()).isEqualTo(1);
                assertThat(sorted(records)).isEqualTo(below1000());
                Engines.assertUsable(engine);
            }
        }

        @Test
        void thatALaterJobFindsLostAreNotMixedWithWhatTheFirstHadRead() {
            FaultPlan fault = FaultPlan.dropping().stage(3).partition(2).block("shuffle_0_1_");
            try (EngineContext engine = open(LOCAL, fault)) {
                RDD<Long> records = scattered(engine);
                assertThat(sorted(records.collect())).isEqualTo(below1000());
                assertThat(sorted(records.collect())).isEqualTo(below1000());

                assertThat(fault.fired()).isEqualTo(1);
                Engines.assertUsable(engine);
            }
        }
    }

    @Nested
    class CachedRandomData {

        /** Reads each partition of random numbers twice, in two tasks; a mix would have different halves. */
        private void halvesAgree(String master, FaultPlan fault) {
            try (EngineContext engine = open(master, fault)) {
                RDD<Long> kept = engine.range(0, 40, 1, 4).map(x -> fresh()).cache();
                List<Long> both = kept.union(kept).collect();

                assertThat(fault.fired()).isEqualTo(1);
                assertThat(both).hasSize(80);
                assertThat(both.subList(40, 80)).isEqualTo(both.subList(0, 40));
                Engines.assertUsable(engine);
            }
        }

        @Test
        void thatIsNotFoundAndMadeAgainIsNotMixedWithWhatWasRead() {
            halvesAgree(LOCAL, FaultPlan.failing().at(FaultSite.CACHE_READ).partition(6));
        }

        @Test
        void thatTwoTasksMakeAtTheSameMomentIsNotMixed() {
            CyclicBarrier both = new CyclicBarrier(2);
            for (String master : List.of("local[2]", CLUSTER)) {
                FaultPlan together = FaultPlan.doing((plan, point) -> both.await(30, TimeUnit.SECONDS))
                        .at(FaultSite.TASK_END)
                        .stageAttempt(0)
                        .times(2);
                try (EngineContext engine = open(master, together)) {
                    RDD<Long> kept = engine.range(0, 10, 1, 1).map(x -> fresh()).cache();
                    List<Long> halves = kept.union(kept).collect();

                    assertThat(together.fired()).isEqualTo(2);
                    assertThat(halves.subList(10, 20)).isEqualTo(halves.subList(0, 10));
                    assertThat(kept.collect()).isEqualTo(halves.subList(0, 10));
                    Engines.assertUsable(engine);
                }
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"own", "other"})
        void thatIsLostWithItsExecutorAndMadeAgainIsNotMixedWithWhatWasRead(String which) {
            Supplier<FaultPlan> lost =
                    () -> which.equals("own") ? FaultPlan.losing(true) : FaultPlan.losingAnother(true);
            halvesAgree(CLUSTER, lost.get().at(FaultSite.TASK_START).partition(6));
        }

        @Test
        void thatWasShuffledAndIsMadeAgainIsShuffledAgain() {
            FaultPlan fault =
                    FaultPlan.losing(true).at(FaultSite.TASK_START).stage(1).partition(2);
            try (EngineContext engine = open(CLUSTER, fault)) {
                RDD<Long> kept = engine.range(0, 400, 1, 4).map(x -> fresh()).cache();
                List<Long> direct = kept.keyBy(x -> x)
                        .groupByKey(3)
                        .flatMap(group -> group.value())
                        .collect();

                assertThat(fault.fired()).isEqualTo(1);
                assertThat(sorted(direct)).hasSize(400).doesNotHaveDuplicates();
                assertThat(sorted(kept.collect())).isEqualTo(sorted(direct));
                Engines.assertUsable(engine);
            }
        }
    }
}

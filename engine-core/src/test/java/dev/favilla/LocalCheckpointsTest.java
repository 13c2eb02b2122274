package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.favilla.fault.FaultSite;
import dev.favilla.rdd.CheckpointException;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Lineages are cut to what is cached. */
@InEveryMode
@Timeout(120)
class LocalCheckpointsTest {

    private static final String LOCAL = "local[2]";
    private static final String CLUSTER = "local-cluster[2,1,64]";

    private static final List<Long> BELOW_100 = LongStream.range(0, 100).boxed().toList();

    private static RDD<Long> numbers(EngineContext engine) {
        return engine.range(0, 100, 1, 3).map(x -> x);
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void cutTheLineageAfterAnActionAndNeedNoDirectory(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<Long> numbers = numbers(engine).localCheckpoint();
            assertThat(numbers.isCheckpointed()).isFalse();
            numbers.count();

            assertThat(numbers.isCheckpointed()).isTrue();
            assertThat(numbers.getCheckpointFile()).isEmpty();
            assertThat(numbers.dependencies()).isEmpty();
            assertThat(numbers.collect()).isEqualTo(BELOW_100);
            assertThat(numbers.toDebugString()).contains("Checkpoint: cached blocks");
            Engines.assertUsable(engine);
        }
    }

    static Stream<Arguments> levels() {
        return Stream.of(
                Arguments.of(StorageLevel.NONE, StorageLevel.MEMORY_AND_DISK),
                Arguments.of(StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_AND_DISK),
                Arguments.of(StorageLevel.MEMORY_ONLY_SER, StorageLevel.MEMORY_AND_DISK_SER),
                Arguments.of(StorageLevel.MEMORY_AND_DISK_SER, StorageLevel.MEMORY_AND_DISK_SER),
                Arguments.of(StorageLevel.DISK_ONLY, StorageLevel.DISK_ONLY));
    }

    @ParameterizedTest
    @MethodSource("levels")
    void moveTheStorageLevelToOneThatUsesDiskWheneverPersistWasCalled(StorageLevel level, StorageLevel raised) {
        try (EngineContext engine = Engines.open(LOCAL)) {
            RDD<Long> before = numbers(engine);
            RDD<Long> after = numbers(engine);
            if (level.keeps()) {
                before.persist(level).count();
                before.localCheckpoint();
                after.localCheckpoint().persist(level);
            } else {
                before.localCheckpoint();
                after.localCheckpoint();
            }

            for (RDD<Long> each : List.of(before, after)) {
                assertThat(each.getStorageLevel()).isEqualTo(raised);
                assertThat(each.collect()).isEqualTo(BELOW_100);
                assertThat(each.isCheckpointed()).isTrue();
                assertThat(each.collect()).isEqualTo(BELOW_100);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void cutTheLineageOfTheMarkedDatasetOnlyAndChildrenKeepTheirs(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<Long> numbers = numbers(engine);
            RDD<Long> child = numbers.map(x -> x + 1);
            PairRDD<Long, Long> moved = child.keyBy(x -> x % 10).reduceByKey(Long::sum, 2);
            List<Pair<Long, Long>> before = moved.collect();
            numbers.localCheckpoint();

            child.count();

            assertThat(numbers.isCheckpointed()).isTrue();
            assertThat(child.isCheckpointed()).isFalse();
            assertThat(child.dependencies()).hasSize(1);
            assertThat(child.dependencies().get(0).parent()).isEqualTo(numbers.lineage());
            assertThat(moved.collect()).isEqualTo(before);
            assertThat(moved.toDebugString()).doesNotContain("RangeRDD");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void keepTheRecordsOfOneRunHoweverOftenTheyAreRead(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<Long> random = engine.range(0, 100, 1, 4)
                    .mapToPair(x -> Pair.of(ThreadLocalRandom.current().nextLong(), x))
                    .repartition(3)
                    .map(pair -> pair.key())
                    .localCheckpoint();
            List<Long> first = random.collect();

            assertThat(random.collect()).isEqualTo(first);
            assertThat(Engines.shufflesOf(random)).isZero();
            assertThat(random.keyBy(x -> x).reduceByKey(Long::sum, 2).keys().collect())
                    .containsExactlyInAnyOrderElementsOf(first);
        }
    }

    @Test
    void whoseBlocksAreLostFailWithAMessageThatNamesTheBlockAndRecommendsReliableOnes() {
        try (EngineContext engine = Engines.open(CLUSTER)) {
            RDD<Long> numbers = numbers(engine).localCheckpoint();
            numbers.count();
            List.copyOf(engine.executors()).forEach(executor -> {
                engine.addExecutor();
                engine.drainExecutor(executor.id());
            });

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(numbers::count)
                    .withMessageContaining("Block rdd_" + numbers.id() + "_")
                    .withMessageContaining("is gone")
                    .withMessageContaining("Use checkpoint() with EngineContext.setCheckpointDir")
                    .withCauseInstanceOf(CheckpointException.class);
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {LOCAL, CLUSTER})
    void loseTheirDataForGoodWithUnpersistAndSaySo(String master) {
        try (EngineContext engine = Engines.open(master)) {
            RDD<Long> numbers = numbers(engine).localCheckpoint();
            numbers.count();
            numbers.unpersist();

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> numbers.map(x -> x).count())
                    .withMessageContaining("Block rdd_" + numbers.id() + "_")
                    .withMessageContaining("unpersist()");
        }
    }

    @NotIn(value = TestMode.SPARK, because = "the fault is put into an executor of our own, of which there is none")
    @ParameterizedTest
    @ValueSource(strings = {"local[2,4]", CLUSTER})
    void areCompleteAlthoughTheTasksThatKeepThemFailAtFirst(String master) {
        FaultPlan fault = FaultPlan.failing().at(FaultSite.TASK_END).stage(1).times(2);
        try (EngineContext engine = Engines.builder(master).extension(fault).open()) {
            RDD<Long> numbers = numbers(engine).localCheckpoint();
            numbers.count();

            assertThat(fault.fired()).isEqualTo(2);
            assertThat(numbers.collect()).isEqualTo(BELOW_100);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void areCompleteAlthoughAnExecutorIsLostBeforeTheLineageIsCut(int stage) {
        FaultPlan fault = FaultPlan.losing(true).at(FaultSite.RESULT).stage(stage);
        try (EngineContext engine = Engines.builder(CLUSTER).extension(fault).open()) {
            RDD<Long> numbers = numbers(engine).localCheckpoint();
            numbers.count();

            assertThat(fault.fired()).isEqualTo(1);
            assertThat(numbers.isCheckpointed()).isTrue();
            assertThat(numbers.collect()).isEqualTo(BELOW_100);
        }
    }

    @Test
    void takeThePlaceOfAMarkForAReliableOneAndWorkWithoutPartitions() {
        try (EngineContext engine = EngineContext.builder()
                .set("favilla.checkpoint.dir", "unused")
                .master(LOCAL)
                .open()) {
            RDD<Long> numbers = numbers(engine).checkpoint().localCheckpoint();
            numbers.count();
            assertThat(numbers.isCheckpointed()).isTrue();
            assertThat(numbers.getCheckpointFile()).isEmpty();

            RDD<Long> nothing = engine.<Long>emptyRDD().localCheckpoint();
            nothing.count();
            assertThat(nothing.isCheckpointed()).isTrue();
            assertThat(nothing.collect()).isEmpty();
        }
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.Metric;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

@InEveryMode
class CachingTest {

    private static final Map<Integer, AtomicInteger> COMPUTED = new ConcurrentHashMap<>();

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    /** Counts how often each record is computed, failed attempts and all. */
    private static int computed(int record) {
        COMPUTED.computeIfAbsent(record, key -> new AtomicInteger()).incrementAndGet();
        return record;
    }

    private static int timesComputed() {
        return COMPUTED.values().stream().mapToInt(AtomicInteger::get).sum();
    }

    private RDD<Integer> counted(int partitions) {
        COMPUTED.clear();
        return engine.parallelize(List.of(0, 1, 2, 3, 4, 5, 6, 7), partitions).map(x -> computed(x));
    }

    private long lastMetric(Metric metric) {
        return Engines.lastJob(engine).metrics().get(metric);
    }

    @NotIn(
            value = {TestMode.STRICT, TestMode.SPARK},
            because = "it counts calls of a function, some of which are called once more there; "
                    + "reports have no counts of records and bytes there")
    @Test
    void aKeptPartitionIsComputedOnceAndFoundAfterwards() {
        RDD<Integer> kept = counted(4).cache();

        assertThat(kept.count()).isEqualTo(8);
        assertThat(lastMetric(Metric.CACHE_MISSES)).isEqualTo(4);
        assertThat(kept.collect()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(kept.map(x -> x + 1).reduce(Integer::sum)).isEqualTo(36);

        assertThat(timesComputed()).isEqualTo(8);
        assertThat(lastMetric(Metric.CACHE_HITS)).isEqualTo(4);
        assertThat(lastMetric(Metric.RECORDS_READ)).isZero();
        assertThat(engine.status().cachedBlocks()).isEqualTo(4);
        assertThat(engine.status().memory().storageBytes()).isPositive();
    }

    @NotIn(value = TestMode.STRICT, because = "it counts calls of a function, some of which are called once more there")
    @Test
    void keepingIsAMarkAndItsResultMayBeIgnored() {
        RDD<Integer> kept = counted(2);
        assertThat(kept.getStorageLevel()).isEqualTo(StorageLevel.NONE);

        assertThat(kept.cache()).isSameAs(kept);

        assertThat(kept.getStorageLevel()).isEqualTo(StorageLevel.MEMORY_ONLY);
        assertThat(timesComputed()).isZero();
        kept.count();
        kept.count();
        assertThat(timesComputed()).isEqualTo(8);
    }

    @NotIn(value = TestMode.STRICT, because = "it counts calls of a function, some of which are called once more there")
    @Test
    void takeKeepsTheWholePartition() {
        RDD<Integer> kept = counted(2).cache();

        assertThat(kept.take(1)).containsExactly(0);
        assertThat(engine.status().cachedBlocks()).isEqualTo(1);
        assertThat(COMPUTED.keySet()).containsExactlyInAnyOrder(0, 1, 2, 3);

        assertThat(kept.collect()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(timesComputed()).isEqualTo(8);
    }

    @Test
    void takeAboveAKeptDatasetKeepsTheWholePartitionToo() {
        RDD<Integer> kept = counted(2).cache();
        RDD<Integer> above = kept.map(x -> x * 10).filter(x -> x > 0);

        assertThat(above.take(1)).containsExactly(10);
        assertThat(above.mapPartitions(records -> List.of(records.next()).iterator())
                        .take(2))
                .containsExactly(10, 40);
        assertThat(kept.collect()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(timesComputed()).isEqualTo(8);
    }

    @NotIn(value = TestMode.STRICT, because = "it counts calls of a function, some of which are called once more there")
    @Test
    void keptDataMakesParentStagesUnnecessary() {
        PairRDD<Integer, Integer> kept =
                counted(4).keyBy(x -> x % 2).reduceByKey(Integer::sum, 3).cache();
        kept.count();
        assertThat(Engines.lastJob(engine).stagesRun()).isEqualTo(2);

        assertThat(kept.mapValues(x -> -x).collectAsMap()).isEqualTo(Map.of(0, -12, 1, -16));

        assertThat(Engines.lastJob(engine).stagesRun()).isEqualTo(1);
        assertThat(timesComputed()).isEqualTo(8);
    }

    @NotIn(value = TestMode.STRICT, because = "it counts calls of a function, some of which are called once more there")
    @Test
    void mapOutputsAreUsedAgainWithoutAnyKeeping() {
        PairRDD<Integer, Integer> reduced = counted(4).keyBy(x -> x % 2).reduceByKey(Integer::sum, 3);

        assertThat(reduced.collectAsMap()).isEqualTo(reduced.collectAsMap());

        assertThat(timesComputed()).isEqualTo(8);
        assertThat(Engines.lastJob(engine).stagesRun()).isEqualTo(1);
    }

    @NotIn(value = TestMode.STRICT, because = "it counts calls of a function, some of which are called once more there")
    @Test
    void unpersistDropsTheDataAndTheMark() {
        RDD<Integer> other = engine.parallelize(List.of(1), 1).cache();
        other.count();
        RDD<Integer> kept = counted(2).cache();
        kept.count();

        assertThat(kept.unpersist()).isSameAs(kept);

        assertThat(engine.status().cachedBlocks()).isEqualTo(1);
        assertThat(kept.getStorageLevel()).isEqualTo(StorageLevel.NONE);
        kept.count();
        assertThat(timesComputed()).isEqualTo(16);
        assertThat(engine.status().cachedBlocks()).isEqualTo(1);
        kept.unpersist();
        assertThat(kept.persist(StorageLevel.MEMORY_ONLY_SER).count()).isEqualTo(8);
        assertThat(engine.status().cachedBlocks()).isEqualTo(3);
    }

    @Test
    void whatIsMarkedIsListedBeforeItIsComputedAndUntilUnpersist() {
        RDD<Integer> kept = counted(2).persist(StorageLevel.DISK_ONLY);
        RDD<Integer> other = counted(2);

        assertThat(engine.getPersistentRDDs()).containsOnlyKeys(kept.id());
        assertThat(engine.getPersistentRDDs().get(kept.id()).getStorageLevel()).isEqualTo(StorageLevel.DISK_ONLY);
        assertThat(engine.getPersistentRDDs().get(kept.id()).count()).isEqualTo(other.count());
        kept.unpersist(true);

        assertThat(engine.getPersistentRDDs()).isEmpty();
        assertThat(engine.status().cachedBlocks()).isZero();
    }

    @Test
    void aFailureWhileComputingAKeptDatasetReachesTheCallerAsItIs() {
        RDD<Integer> kept = engine.parallelize(List.of(1, 0), 2).map(x -> 1 / x).cache();

        assertThatThrownBy(kept::count)
                .isInstanceOf(JobFailedException.class)
                .hasCauseInstanceOf(ArithmeticException.class);
        assertThatThrownBy(kept::count).hasCauseInstanceOf(ArithmeticException.class);
        Engines.assertUsable(engine);
    }

    @Nested
    class Levels {

        @Test
        void anotherLevelIsRefusedUntilUnpersist() {
            RDD<Integer> kept = counted(2).cache();

            assertThat(kept.cache()).isSameAs(kept);
            assertThatThrownBy(() -> kept.persist(StorageLevel.MEMORY_ONLY_SER))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("Call unpersist() first");
            assertThat(kept.getStorageLevel()).isEqualTo(StorageLevel.MEMORY_ONLY);
        }

        @Test
        void theLevelThatKeepsNothingIsRefused() {
            assertThatThrownBy(() -> counted(1).persist(StorageLevel.NONE))
                    .isInstanceOf(UnsupportedOperationException.class)
                    .hasMessageContaining("unpersist()");
        }

        @NotIn(
                value = {TestMode.STRICT, TestMode.SPARK},
                because = "it counts calls of a function, some of which are called once more there; "
                        + "reports have no counts of records and bytes there")
        @Test
        void whatLiesOnDiskIsFoundThereAndToldInTheDebugString() {
            RDD<Integer> kept = counted(4).persist(StorageLevel.DISK_ONLY_2);

            assertThat(kept.count()).isEqualTo(8);
            assertThat(kept.collect()).containsExactly(0, 1, 2, 3, 4, 5, 6, 7);

            assertThat(timesComputed()).isEqualTo(8);
            assertThat(lastMetric(Metric.CACHE_HITS)).isEqualTo(4);
            assertThat(engine.status().memory().storageBytes()).isZero();
            assertThat(kept.toDebugString())
                    .contains("[Disk Serialized 2x Replicated]")
                    .contains("CachedPartitions: 4; MemorySize: 0 B; DiskSize: ")
                    .doesNotContain("DiskSize: 0 B");
            kept.unpersist();
            assertThat(engine.status().cachedBlocks()).isZero();
            assertThat(kept.toDebugString()).doesNotContain("CachedPartitions");
        }

        @NotIn(
                value = {TestMode.STRICT, TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
                because = "nobody gets a record there but as a copy")
        @Test
        void objectsAreSharedAndBytesGiveCopies() {
            RDD<int[]> arrays = engine.range(0, 2, 1, 2).map(x -> new int[] {x.intValue()});
            RDD<int[]> objects = arrays.map(x -> x).cache();
            RDD<int[]> bytes = arrays.map(x -> x).persist(StorageLevel.MEMORY_ONLY_SER);
            objects.count();
            bytes.count();

            assertThat(objects.collect().get(0)).isSameAs(objects.collect().get(0));
            int[] copy = bytes.collect().get(1);
            copy[0] = 77;
            assertThat(bytes.collect().get(1)).isNotSameAs(copy).containsExactly(1);
            assertThat(lastMetric(Metric.CACHE_HITS)).isEqualTo(2);
        }

        @Test
        void theFirstRunOverBytesGivesCopiesOfWhatWasKept() {
            RDD<int[]> bytes = engine.range(0, 1, 1, 1).map(x -> new int[] {1}).persist(StorageLevel.MEMORY_ONLY_SER);

            bytes.collect().get(0)[0] = 99;

            assertThat(bytes.collect().get(0)).containsExactly(1);
        }
    }

    @Nested
    class WithLittleMemory {

        private static final long BUDGET = 32L << 20;

        /** Eight partitions of about 8 MB each. */
        private RDD<byte[]> large(EngineContext context) {
            return context.range(0, 8, 1, 8).flatMap(p -> {
                List<byte[]> chunks = new ArrayList<>();
                for (int i = 0; i < 8; i++) {
                    byte[] chunk = new byte[1 << 20];
                    chunk[0] = (byte) (p * 8 + i);
                    chunks.add(chunk);
                }
                return chunks;
            });
        }

        private void sums(RDD<byte[]> kept) {
            for (int run = 0; run < 3; run++) {
                assertThat(kept.map(chunk -> (int) chunk[0]).reduce(Integer::sum))
                        .isEqualTo(63 * 64 / 2);
                assertThat(kept.count()).isEqualTo(64);
            }
        }

        @NotIn(
                value = {TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
                because = "three executors have three times the memory that is to be too little; "
                        + "Spark keeps cached partitions, in memory of its own")
        @Test
        void whatDoesNotFitGoesToDiskAndIsComputedOnce() {
            for (String name : List.of("MEMORY_AND_DISK", "MEMORY_AND_DISK_SER_2", "OFF_HEAP", "DISK_ONLY")) {
                try (EngineContext small = Engines.builder("local[2]", BUDGET).open()) {
                    RDD<byte[]> kept = large(small).persist(StorageLevel.fromString(name));
                    sums(kept);
                    assertThat(small.status().cachedBlocks()).as(name).isEqualTo(8);
                    assertThat(small.status().memory().storageBytes()).isLessThanOrEqualTo(BUDGET);
                    assertThat(Engines.lastJob(small).metrics().get(Metric.CACHE_HITS))
                            .as(name)
                            .isEqualTo(8);
                    kept.unpersist();
                    Engines.assertUsable(small);
                    assertThat(small.status().memory().storageBytes()).isZero();
                }
            }
        }

        @NotIn(
                value = {TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
                because = "three executors have three times the memory that is to be too little; "
                        + "Spark keeps cached partitions, in memory of its own")
        @Test
        void whatDoesNotFitIsComputedAgainAndAllResultsAreRight() {
            for (StorageLevel level : List.of(StorageLevel.MEMORY_ONLY, StorageLevel.MEMORY_ONLY_SER)) {
                try (EngineContext small = Engines.builder("local[2]", BUDGET).open()) {
                    RDD<byte[]> kept = large(small).persist(level);
                    sums(kept);
                    assertThat(small.status().cachedBlocks()).as("%s", level).isBetween(1, 4);
                    assertThat(small.status().memory().storageBytes()).isBetween(8L << 20, BUDGET);
                    Engines.assertUsable(small);
                }
            }
        }

        @NotIn(value = TestMode.SPARK, because = "Spark keeps cached partitions, in memory of its own")
        @Test
        void aPartitionLargerThanMemoryIsNotKept() {
            try (EngineContext small = Engines.builder("local[1]", BUDGET).open()) {
                RDD<byte[]> kept = large(small).mapPartitions(records -> {
                    List<byte[]> copies = new ArrayList<>();
                    records.forEachRemaining(chunk -> {
                        for (int i = 0; i < 5; i++) {
                            copies.add(chunk.clone());
                        }
                    });
                    return copies.iterator();
                });
                kept.cache();
                for (int run = 0; run < 2; run++) {
                    assertThat(kept.take(1)).hasSize(1);
                    assertThat(small.status().cachedBlocks()).isZero();
                    assertThat(small.status().memory().storageBytes()).isZero();
                }
                assertThat(kept.count()).isEqualTo(320);
                Engines.assertUsable(small);
            }
        }

        @NotIn(
                value = {TestMode.MEMORY, TestMode.TCP, TestMode.SPARK},
                because = "three executors have three times the memory that is to be too little; "
                        + "Spark keeps cached partitions, in memory of its own")
        @Test
        void theLeastRecentlyUsedPartitionGoesFirst() {
            try (EngineContext small = Engines.builder("local[1]", BUDGET).open()) {
                RDD<byte[]> first = large(small)
                        .mapPartitionsWithIndex((i, chunks) -> i == 0 ? chunks : none())
                        .cache();
                RDD<byte[]> second = large(small)
                        .mapPartitionsWithIndex((i, chunks) -> i == 1 ? chunks : none())
                        .cache();
                RDD<byte[]> third = large(small)
                        .mapPartitionsWithIndex((i, chunks) -> i == 2 || i == 3 ? chunks : none())
                        .cache();
                first.count();
                second.count();
                first.count();
                third.count();

                assertThat(first.toDebugString()).contains("MemorySize: 8.0 MiB");
                assertThat(second.toDebugString()).contains("MemorySize: 0 B");
                assertThat(third.toDebugString()).contains("MemorySize: 16.0 MiB");
            }
        }

        private static <T> java.util.Iterator<T> none() {
            return java.util.Collections.emptyIterator();
        }
    }

    @Nested
    class FailedAttempts {

        @NotIn(
                value = {TestMode.STRICT, TestMode.SPARK},
                because = "it counts calls of a function, some of which are called once more there; "
                        + "a retry needs another context of Spark, which has one in a JVM")
        @Test
        void leaveNoBlockAndNoCount() {
            COMPUTED.clear();
            try (EngineContext retrying = Engines.open("local[2,2]")) {
                LongAccumulator accumulated = retrying.longAccumulator("computed");
                RDD<Integer> kept = retrying.parallelize(List.of(0, 1, 2, 3), 2)
                        .map(x -> {
                            accumulated.add(1);
                            return computed(x);
                        })
                        .cache();
                // the block is complete when the attempt fails, yet nobody may see it
                RDD<Integer> failing = kept.mapPartitions(records -> {
                    List<Integer> all = Engines.toList(records);
                    Engines.notInFirstAttempt(all);
                    return all.iterator();
                });

                assertThat(failing.collect()).containsExactly(0, 1, 2, 3);

                assertThat(timesComputed()).isEqualTo(8);
                assertThat(accumulated.value()).as("counted once per partition").isEqualTo(4);
                assertThat(retrying.status().cachedBlocks()).isEqualTo(2);
                assertThat(kept.collect()).containsExactly(0, 1, 2, 3);
                assertThat(timesComputed()).isEqualTo(8);
            }
        }

        @NotIn(
                value = TestMode.SPARK,
                because = "Spark keeps a block once it is complete, whatever becomes of the task")
        @Test
        void ofAJobThatFailsLeaveNoBlock() {
            RDD<Integer> kept = counted(2).cache();

            assertThatThrownBy(() -> kept.mapPartitionsWithIndex((i, records) -> {
                                Engines.toList(records);
                                throw new IllegalStateException("after the block was complete");
                            })
                            .collect())
                    .isInstanceOf(JobFailedException.class);

            Engines.assertIdle(engine);
            assertThat(engine.status().cachedBlocks()).isZero();
            assertThat(engine.status().memory().storageBytes()).isZero();
        }
    }

    @Nested
    class Unreachable {

        /** Runs collections and jobs until {@code condition} holds; the caller asserts it. */
        private void collectUntil(BooleanSupplier condition) {
            Engines.await(() -> {
                System.gc();
                engine.parallelize(List.of(1), 1).count(); // whoever uses the context sweeps
                return condition.getAsBoolean();
            });
        }

        @NotIn(value = TestMode.SPARK, because = "map outputs are counted by Spark only")
        @Test
        void datasetsTakeTheirBlocksAndMapOutputsWithThem() {
            RDD<Integer> reachable = engine.parallelize(List.of(1, 2), 2).cache();
            PairRDD<Integer, Integer> shuffled = reachable.keyBy(x -> x).partitionBy(new HashPartitioner(2));
            shuffled.count();
            runAndForget();
            assertThat(engine.status().cachedBlocks()).isEqualTo(2 + 3 + 4);

            collectUntil(() -> engine.status().cachedBlocks() == 2
                    && engine.status().scheduler().shuffles() == 1);

            assertThat(engine.status().cachedBlocks()).isEqualTo(2);
            assertThat(engine.status().scheduler().shuffles()).isEqualTo(1);
            assertThat(engine.status().mapOutputs()).isEqualTo(2);
            assertThat(shuffled.count()).isEqualTo(2);
            assertThat(Engines.lastJob(engine).stagesRun()).as("still there").isEqualTo(1);
        }

        private void runAndForget() {
            engine.range(0, 8, 1, 4)
                    .setName("forgotten")
                    .cache()
                    .keyBy(x -> x % 3)
                    .reduceByKey(Long::sum, 3)
                    .cache()
                    .count();
        }

        @Test
        void broadcastsAreForgotten() {
            broadcastAndForget();
            assertThat(engine.status().broadcasts()).isOne();

            collectUntil(() -> engine.status().broadcasts() == 0);

            assertThat(engine.status().broadcasts()).isZero();
        }

        private void broadcastAndForget() {
            Broadcast<List<String>> broadcast = engine.broadcast(new ArrayList<>(List.of("x")));
            engine.range(0L, 2L).map(x -> broadcast.value()).count();
        }
    }
}

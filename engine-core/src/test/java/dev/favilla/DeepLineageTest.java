package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.shuffle.HashPartitioner;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Lineages far longer than a stack is deep, and ones with more paths than atoms. */
@Timeout(100) // what grows exponentially is to fail, not to hang
class DeepLineageTest {

    @AutoClose
    private final EngineContext engine = EngineContext.open("local[2]");

    @Test
    void aHundredThousandNarrowStepsArePlannedPrintedAndRun() {
        RDD<Long> deep = engine.range(0, 3, 1, 1);
        for (int i = 0; i < 50_000; i++) {
            deep = deep.map(x -> x + 1).filter(x -> true);
        }

        assertThat(deep.toDebugString().lines()).hasSize(100_001);
        assertThat(deep.explain()).contains("1 stage, 1 task, 0 shuffles");
        assertThat(deep.partitioner()).isEmpty();
        assertThat(deep.collect()).containsExactly(50_000L, 50_001L, 50_002L);
        assertThat(deep.take(1)).containsExactly(50_000L);
        assertThat(deep).isNotEqualTo(engine.range(0L, 1L)).hasSameHashCodeAs(deep);
    }

    @Test
    void manyLazyPartitionStepsRun() {
        RDD<Long> deep = engine.range(0, 3, 1, 1);
        for (int i = 0; i < 5_000; i++) {
            deep = deep.mapPartitions(records -> records);
        }

        assertThat(deep.collect()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void tenThousandZipsRun() {
        RDD<Long> ones = engine.range(1, 2, 1, 1);
        RDD<Long> deep = ones;
        for (int i = 0; i < 10_000; i++) {
            deep = deep.zip(ones).map(pair -> pair.key() + pair.value());
        }

        assertThat(deep.explain()).contains("1 stage, 1 task, 0 shuffles");
        assertThat(deep.collect()).containsExactly(10_001L);
    }

    @Test
    void tenThousandCoalescesAndSamplesRun() {
        RDD<Long> deep = engine.range(0, 8, 1, 8);
        for (int i = 0; i < 10_000; i++) {
            deep = deep.coalesce(10_008 - i).sample(false, 1, i);
        }

        assertThat(deep.coalesce(3).getNumPartitions()).isEqualTo(3);
        assertThat(deep.coalesce(3).collect()).containsExactly(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L);
    }

    @Test
    void aThousandCoalescesThatPutPartitionsTogetherRun() {
        RDD<Long> deep = engine.range(0, 1_001, 1, 1_001);
        for (int i = 1_000; i > 0; i--) {
            deep = deep.coalesce(i).map(x -> x);
        }

        assertThat(deep.explain()).contains("1 stage, 1 task, 0 shuffles");
        assertThat(deep.take(1)).containsExactly(0L);
        assertThat(deep.collect())
                .isEqualTo(LongStream.rangeClosed(0, 1_000).boxed().toList());
    }

    @Test
    void tenThousandZipsOnTheRightRun() {
        RDD<Long> ones = engine.range(1, 2, 1, 1);
        RDD<Long> deep = ones;
        for (int i = 0; i < 10_000; i++) {
            deep = ones.zip(deep).map(pair -> pair.key() + pair.value());
        }

        assertThat(deep.toDebugString().lines()).hasSizeGreaterThan(10_000);
        assertThat(deep.collect()).containsExactly(10_001L);
    }

    @Test
    void tenThousandCartesiansOnTheRightRun() {
        RDD<Long> ones = engine.range(1, 2, 1, 1);
        RDD<Long> deep = ones;
        for (int i = 0; i < 10_000; i++) {
            deep = ones.cartesian(deep).map(pair -> pair.key() + pair.value());
        }

        assertThat(deep.collect()).containsExactly(10_001L);
    }

    @Test
    void tenThousandUnionsOnTheRightRun() {
        RDD<Long> one = engine.range(1, 2, 1, 1);
        RDD<Long> deep = one;
        for (int i = 0; i < 10_000; i++) {
            deep = one.union(deep.coalesce(1)).coalesce(1);
        }

        assertThat(deep.count()).isEqualTo(10_001);
    }

    @Test
    void tenThousandUnionsThatLieAlikeRunOnTheRight() {
        PairRDD<Integer, Integer> one =
                engine.parallelizePairs(List.of(Pair.of(1, 1)), 1).partitionBy(new HashPartitioner(2));
        PairRDD<Integer, Integer> deep = one;
        for (int i = 0; i < 10_000; i++) {
            deep = one.union(deep);
        }

        assertThat(deep.getNumPartitions()).isEqualTo(2);
        assertThat(deep.count()).isEqualTo(10_001);
    }

    @Test
    void fiveThousandJoinsAndCogroupsOnTheRightRun() {
        HashPartitioner one = new HashPartitioner(1);
        PairRDD<Integer, Integer> left =
                engine.parallelizePairs(List.of(Pair.of(1, 1)), 1).partitionBy(one);
        PairRDD<Integer, Integer> joined = left;
        PairRDD<Integer, Integer> grouped = left;
        for (int i = 0; i < 5_000; i++) {
            joined = left.join(joined, one).mapValues(both -> both.key() + both.value());
            grouped = left.cogroup(grouped, one)
                    .mapValues(groups -> groups.second().iterator().next() + 1);
        }

        assertThat(joined.collect()).containsExactly(Pair.of(1, 5_001));
        assertThat(grouped.collect()).containsExactly(Pair.of(1, 5_001));
    }

    @Test
    void keptStepsOnTheRightAreComputedOnce() {
        LongAccumulator computed = engine.longAccumulator("computed");
        RDD<Long> ones = engine.range(1, 2, 1, 1);
        RDD<Long> deep = ones;
        for (int i = 0; i < 1_000; i++) {
            deep = ones.zip(deep).map(pair -> {
                computed.add(1);
                return pair.key() + pair.value();
            });
            if (i % 50 == 0) {
                deep.cache();
            }
        }

        assertThat(deep.collect()).containsExactly(1_001L);
        assertThat(deep.collect()).containsExactly(1_001L);
        assertThat(computed.value()).isEqualTo(1_000 + 49);
    }

    @Test
    void tenThousandGlomsAndNumberingsRun() {
        RDD<Long> deep = engine.range(0, 3, 1, 1);
        for (int i = 0; i < 10_000; i++) {
            deep = deep.glom().flatMap(list -> list).zipWithUniqueId().keys();
        }

        assertThat(deep.collect()).containsExactly(0L, 1L, 2L);
    }

    @Test
    void aHundredCountsOfPlacesArePreparedInOrder() {
        RDD<Long> deep = engine.range(0, 6, 1, 3);
        for (int i = 0; i < 100; i++) {
            deep = deep.zipWithIndex().map(pair -> pair.key() + pair.value());
        }

        assertThat(deep.collect()).containsExactly(0L, 101L, 202L, 303L, 404L, 505L);
        assertThat(engine.recentJobs()).hasSize(100); // the last hundred are remembered
    }

    @Test
    void keptStepsInALongChainRun() {
        RDD<Long> deep = engine.range(0, 3, 1, 1);
        for (int i = 0; i < 3_000; i++) {
            deep = deep.map(x -> x + 1);
            if (i % 100 == 0) {
                deep.cache();
            }
        }

        assertThat(deep.collect()).containsExactly(3_000L, 3_001L, 3_002L);
        assertThat(deep.count()).isEqualTo(3);
        assertThat(engine.status().cachedBlocks()).isEqualTo(30);
    }

    @Test
    void aLongRowOfUnionsRuns() {
        RDD<Integer> one = engine.parallelize(List.of(1), 1);
        RDD<Integer> all = one;
        for (int i = 0; i < 2_000; i++) {
            all = all.union(one);
        }

        assertThat(all.getNumPartitions()).isEqualTo(2_001);
        assertThat(all.toDebugString()).contains("UnionRDD");
        assertThat(all.take(3)).containsExactly(1, 1, 1);
        assertThat(all.count()).isEqualTo(2_001);
    }

    @Test
    void aLongRowOfUnionsThatLieAlikeRuns() {
        PairRDD<Integer, Integer> one =
                engine.parallelizePairs(List.of(Pair.of(1, 1)), 1).partitionBy(new HashPartitioner(2));
        PairRDD<Integer, Integer> all = one;
        for (int i = 0; i < 5_000; i++) {
            all = all.union(one);
        }

        assertThat(all.getNumPartitions()).isEqualTo(2);
        assertThat(all.count()).isEqualTo(5_001);
    }

    @Test
    void aLongChainOfAggregationsWithoutAShuffleRuns() {
        PairRDD<Integer, Integer> sums = engine.parallelizePairs(List.of(Pair.of(1, 1), Pair.of(1, 2)), 1)
                .partitionBy(new HashPartitioner(1));
        for (int i = 0; i < 3_000; i++) {
            sums = sums.reduceByKey(new HashPartitioner(1), Integer::sum).mapValues(x -> x + 1);
        }

        assertThat(sums.collect()).containsExactly(Pair.of(1, 3_003));
    }

    @Test
    void twoThousandShufflesArePlannedPrintedAndRun() {
        PairRDD<Integer, Integer> deep = engine.parallelizePairs(List.of(Pair.of(0, 1), Pair.of(1, 2)), 1);
        for (int i = 0; i < 2_000; i++) {
            deep = deep.mapToPair(pair -> Pair.of(pair.key() + 1, pair.value())).reduceByKey(Integer::sum, 1);
        }

        assertThat(deep.toDebugString().lines()).hasSize(4_001);
        assertThat(deep.explain()).contains("2001 stages, 2001 tasks, 2000 shuffles");
        assertThat(deep.collect()).containsExactlyInAnyOrder(Pair.of(2_000, 1), Pair.of(2_001, 2));
        assertThat(deep.count()).isEqualTo(2);
        assertThat(Engines.lastJob(engine).stagesRun()).isEqualTo(1);
        Engines.assertIdle(engine);
    }

    @Test
    void diamondsDoNotMultiplyWhatIsPrintedAndPlanned() {
        PairRDD<Integer, Integer> aligned =
                engine.parallelizePairs(List.of(Pair.of(1, 1)), 2).partitionBy(new HashPartitioner(2));
        for (int i = 0; i < 30; i++) {
            aligned = aligned.filter(x -> false).union(aligned.filter(x -> false));
        }

        assertThat(aligned.toDebugString().lines()).hasSizeLessThan(200);
        assertThat(aligned.explain()).contains("2 stages, 4 tasks, 1 shuffle");
    }

    @Test
    void diamondsOfShufflesRunEachStageOnce() {
        PairRDD<Integer, Integer> diamond = engine.parallelizePairs(List.of(Pair.of(1, 1)), 1);
        for (int i = 0; i < 30; i++) {
            diamond = diamond.join(diamond, 1) // forgets the partitioner, so that the next one shuffles
                    .mapToPair(pair -> Pair.of(pair.key(), pair.value().key()));
        }

        assertThat(diamond.toDebugString().lines()).hasSizeLessThan(200);
        assertThat(diamond.explain()).contains("shuffles");
        assertThat(diamond.collect()).containsExactly(Pair.of(1, 1));
        assertThat(Engines.lastJob(engine).attempts()).isLessThan(100);
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.lineage.NarrowDependency;
import dev.favilla.lineage.ShuffleDependency;
import dev.favilla.shuffle.HashPartitioner;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

class LineageTextTest {

    @AutoClose
    private final EngineContext engine = EngineContext.open("local[2]");

    private static String text(RDD<?> dataset) {
        return Engines.withoutLines(dataset.toDebugString());
    }

    private static String plan(RDD<?> dataset) {
        return Engines.withoutLines(dataset.explain());
    }

    @Test
    void theDebugStringHasSparksLayout() {
        PairRDD<Integer, Integer> counts = engine.parallelize(List.of(1, 2, 3, 4, 5, 6, 7, 8), 4)
                .mapToPair(x -> Pair.of(x % 2, x))
                .reduceByKey(Integer::sum, 3)
                .setName("counts")
                .cache();
        PairRDD<Integer, Iterable<Integer>> grouped =
                counts.mapToPair(pair -> Pair.of(pair.value(), pair.key())).groupByKey(12);

        assertThat(text(grouped)).isEqualTo("""
            (12) ShuffledRDD[4] at groupByKey at LineageTextTest.java:N []
             +-(3) MapPartitionsRDD[3] at mapToPair at LineageTextTest.java:N []
                |  counts ShuffledRDD[2] at reduceByKey at LineageTextTest.java:N [Memory Deserialized 1x Replicated]
                +-(4) MapPartitionsRDD[1] at mapToPair at LineageTextTest.java:N []
                   |  ParallelCollectionRDD[0] at parallelize at LineageTextTest.java:N []\
            """);

        counts.count();

        assertThat(text(grouped).replaceAll("MemorySize: [^;]+", "MemorySize: S"))
                .isEqualTo("""
                    (12) ShuffledRDD[4] at groupByKey at LineageTextTest.java:N []
                     +-(3) MapPartitionsRDD[3] at mapToPair at LineageTextTest.java:N []
                        |  counts ShuffledRDD[2] at reduceByKey at LineageTextTest.java:N [Memory Deserialized 1x Replicated]
                        |      CachedPartitions: 3; MemorySize: S; DiskSize: 0 B
                        +-(4) MapPartitionsRDD[1] at mapToPair at LineageTextTest.java:N []
                           |  ParallelCollectionRDD[0] at parallelize at LineageTextTest.java:N []\
                    """);
    }

    @Test
    void theDebugStringDrawsALineBesideAllShufflesButTheLast() {
        PairRDD<Integer, Integer> left = engine.parallelizePairs(List.of(Pair.of(1, 1)), 2);
        PairRDD<Integer, Integer> right = engine.parallelizePairs(List.of(Pair.of(1, 1)), 3);

        assertThat(text(left.join(right, 2).filter(x -> true))).isEqualTo("""
            (2) MapPartitionsRDD[3] at filter at LineageTextTest.java:N []
             |  JoinedRDD[2] at join at LineageTextTest.java:N []
             +-(2) ParallelCollectionRDD[0] at parallelizePairs at LineageTextTest.java:N []
             +-(3) ParallelCollectionRDD[1] at parallelizePairs at LineageTextTest.java:N []\
            """);
        assertThat(text(left.mapValues(x -> x).join(right, 2))).isEqualTo("""
            (2) JoinedRDD[5] at join at LineageTextTest.java:N []
             +-(2) MapPartitionsRDD[4] at mapValues at LineageTextTest.java:N []
             |  |  ParallelCollectionRDD[0] at parallelizePairs at LineageTextTest.java:N []
             +-(3) ParallelCollectionRDD[1] at parallelizePairs at LineageTextTest.java:N []\
            """);
    }

    @Test
    void anAncestorReachedTwiceIsNotFollowedTwice() {
        RDD<Integer> base = engine.parallelize(List.of(1), 1).map(x -> x);

        assertThat(text(base.union(base))).isEqualTo("""
            (2) UnionRDD[2] at union at LineageTextTest.java:N []
             |  MapPartitionsRDD[1] at map at LineageTextTest.java:N []
             |  ParallelCollectionRDD[0] at parallelize at LineageTextTest.java:N []
             |  MapPartitionsRDD[1] at map at LineageTextTest.java:N [] (as above)\
            """);
    }

    @Test
    void explainTellsStagesTasksAndShufflesBeforeAnythingRuns() {
        PairRDD<Integer, Iterable<Integer>> grouped = engine.parallelize(List.of(1, 2, 3, 4, 5, 6, 7, 8), 4)
                .map(x -> x * 2)
                .filter(x -> x > 5)
                .groupBy(x -> x % 2);

        assertThat(plan(grouped)).isEqualTo("""
            Plan of ShuffledRDD[4] at groupBy at LineageTextTest.java:N: 2 stages, 8 tasks, 1 shuffle
              stage 0: 4 tasks, MapPartitionsRDD[3] at groupBy at LineageTextTest.java:N
                writes shuffle 0 to 4 partitions
              stage 1: 4 tasks, ShuffledRDD[4] at groupBy at LineageTextTest.java:N
                reads shuffle 0 of stage 0\
            """);
        assertThat(engine.recentJobs()).isEmpty();
    }

    @Test
    void explainOfAJoinNamesBothInputs() {
        PairRDD<Integer, Integer> left = engine.parallelizePairs(List.of(Pair.of(1, 1)), 1);

        assertThat(plan(left.join(left, 5))).isEqualTo("""
            Plan of JoinedRDD[1] at join at LineageTextTest.java:N: 3 stages, 7 tasks, 2 shuffles
              stage 0: 1 task, ParallelCollectionRDD[0] at parallelizePairs at LineageTextTest.java:N
                writes shuffle 0 to 5 partitions
              stage 1: 1 task, ParallelCollectionRDD[0] at parallelizePairs at LineageTextTest.java:N
                writes shuffle 1 to 5 partitions
              stage 2: 5 tasks, JoinedRDD[1] at join at LineageTextTest.java:N
                reads shuffle 0 of stage 0
                reads shuffle 1 of stage 1\
            """);
        assertThat(plan(left.map(x -> x))).isEqualTo("""
            Plan of MapPartitionsRDD[2] at map at LineageTextTest.java:N: 1 stage, 1 task, 0 shuffles
              stage 0: 1 task, MapPartitionsRDD[2] at map at LineageTextTest.java:N\
            """);
    }

    @Test
    void whatExplainPromisesIsWhatRuns() {
        PairRDD<Integer, Integer> dataset = engine.parallelize(List.of(1, 2, 3), 3)
                .keyBy(x -> x)
                .reduceByKey(Integer::sum, 4)
                .mapToPair(pair -> Pair.of(pair.key() % 2, 1))
                .reduceByKey(Integer::sum, 2);

        assertThat(dataset.explain()).contains("3 stages, 9 tasks, 2 shuffles");
        dataset.count();
        assertThat(Engines.lastJob(engine).stagesRun()).isEqualTo(3);
        assertThat(Engines.lastJob(engine).attempts()).isEqualTo(9);
    }

    @Test
    void idsGrowFromZeroAndNamesAreMarks() {
        RDD<Integer> first = engine.parallelize(List.of(1), 1);
        RDD<Integer> second = first.map(x -> x);

        assertThat(List.of(first.id(), second.id())).containsExactly(0, 1);
        assertThat(second.name()).isEmpty();
        assertThat(second.setName("clean input")).isSameAs(second);
        assertThat(second.name()).contains("clean input");
        assertThat(Engines.withoutLines(second.toString()))
                .isEqualTo("clean input MapPartitionsRDD[1] at map at LineageTextTest.java:N");
        second.setName("other");
        assertThat(text(second)).startsWith("(1) other MapPartitionsRDD[1]");
        assertThat(plan(second)).contains("other");
    }

    @Test
    void dependenciesAreNarrowOrShuffles() {
        RDD<Integer> base = engine.parallelize(List.of(1), 1);
        RDD<Integer> mapped = base.map(x -> x);
        PairRDD<Integer, Integer> placed = mapped.keyBy(x -> x).partitionBy(new HashPartitioner(7));

        assertThat(base.dependencies()).isEmpty();
        assertThat(mapped.dependencies()).containsExactly(new NarrowDependency(base.lineage()));
        assertThat(base.union(mapped).dependencies())
                .containsExactly(new NarrowDependency(base.lineage()), new NarrowDependency(mapped.lineage()));
        assertThat(placed.dependencies()).singleElement().isInstanceOfSatisfying(ShuffleDependency.class, shuffle -> {
            assertThat(shuffle.parent().id()).isEqualTo(2);
            assertThat(shuffle.spec().numReducers()).isEqualTo(7);
            assertThat(shuffle.spec().aggregator()).isEmpty();
        });
        assertThat(placed.getNumPartitions()).isEqualTo(7);
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.testing.InEveryMode;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** Many datasets as one, and none at all. */
@InEveryMode
class UnionTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private final Partitioner twoWays = new HashPartitioner(2);
    private final RDD<Integer> one = engine.parallelize(List.of(1, 2, 3), 2);
    private final RDD<Integer> other = engine.parallelize(List.of(4, 5), 1);
    private final PairRDD<Integer, Integer> placed = one.keyBy(x -> x).partitionBy(twoWays);

    @Test
    void hasThePartitionsOfAllInOrder() {
        assertThat(engine.union(one, other, one).glom().collect())
                .containsExactly(List.of(1), List.of(2, 3), List.of(4, 5), List.of(1), List.of(2, 3));
        assertThat(engine.union(List.of(one, other)).collect()).containsExactly(1, 2, 3, 4, 5);
        assertThat(engine.union(one).collect()).containsExactly(1, 2, 3);
    }

    @Test
    void ofPairsIsOfPairsAndOfNumbersOfNumbers() {
        PairRDD<Integer, Integer> pairs = engine.union(placed, placed, placed);
        DoubleRDD doubles =
                engine.union(engine.parallelizeDoubles(List.of(1.0, 2.0)), engine.parallelizeDoubles(List.of(4.0), 1));

        assertThat(pairs.reduceByKey(Integer::sum).collectAsMap()).containsEntry(3, 9);
        assertThat(doubles.sum()).isEqualTo(7);
    }

    @Test
    void ofDatasetsThatLieAlikeLiesAlike() {
        PairRDD<Integer, Integer> all = engine.union(placed, placed.mapValues(x -> -x), placed);

        assertThat(all.partitioner()).contains(twoWays);
        assertThat(all.glom().collect())
                .isEqualTo(List.of(
                        List.of(Pair.of(2, 2), Pair.of(2, -2), Pair.of(2, 2)),
                        List.of(
                                Pair.of(1, 1),
                                Pair.of(3, 3),
                                Pair.of(1, -1),
                                Pair.of(3, -3),
                                Pair.of(1, 1),
                                Pair.of(3, 3))));
    }

    @Test
    void ofDatasetsThatLieOtherwiseForgetsWhere() {
        PairRDD<Integer, Integer> elsewhere = placed.partitionBy(new HashPartitioner(3));

        assertThat(engine.union(placed, placed, elsewhere).partitioner()).isEmpty();
        assertThat(engine.union(placed, placed, elsewhere).getNumPartitions()).isEqualTo(7);
        assertThat(engine.union(placed, one.keyBy(x -> x)).partitioner()).isEmpty();
    }

    @Test
    void countsNoDatasetWithoutPartitions() {
        PairRDD<Integer, Integer> none = PairRDD.of(engine.emptyRDD());

        assertThat(engine.union(none, placed, none, placed).partitioner()).contains(twoWays);
        assertThat(engine.union(none, none).collect()).isEmpty();
        assertThat(engine.union(none, none).getNumPartitions()).isZero();
    }

    @Test
    void looksAtNoFileWhereNobodyLiesAnywhere() {
        RDD<String> missing = engine.textFile("no/such/file");

        assertThat(engine.union(missing, missing).partitioner()).isEmpty();
    }

    @Test
    void ofNoneOrOfAnothersIsRefusedAtTheCall() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.union(List.<RDD<Integer>>of()))
                .withMessageContaining("union needs at least one dataset");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.union(Arrays.asList(one, null)))
                .withMessageContaining("must not be null");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> engine.union(one, (RDD<Integer>) null))
                .withMessageContaining("must not be null");
        try (EngineContext another = Engines.open("local[1]")) {
            RDD<Integer> theirs = another.emptyRDD();
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.union(one, theirs))
                    .withMessageContaining("belongs to another context");
        }
    }

    @Test
    void nothingHasNoPartitionAndStartsNoTask() {
        RDD<String> none = engine.emptyRDD();

        assertThat(none.getNumPartitions()).isZero();
        assertThat(none.collect()).isEmpty();
        assertThat(none.count()).isZero();
        assertThat(none.isEmpty()).isTrue();
        assertThat(none.map(x -> x + x).keyBy(x -> x).reduceByKey((x, y) -> x).collect())
                .isEmpty();
        assertThat(none.toDebugString()).startsWith("(0) EmptyRDD[");
        assertThat(none.union(engine.parallelize(List.of("a"), 1)).collect()).containsExactly("a");
    }

    @Test
    void numbersInAListBecomeADatasetOfNumbers() {
        assertThat(engine.parallelizeDoubles(List.of(1.0, 2.5)).getNumPartitions())
                .isEqualTo(engine.defaultParallelism());
        assertThat(engine.parallelizeDoubles(List.of(1.0, 2.5), 3).stats().mean())
                .isEqualTo(1.75);
        DoubleRDD both = engine.parallelizeDoubles(List.of(1.0, 2.0, 2.0), 2);
        assertThat(both.subtract(engine.parallelizeDoubles(List.of(1.0), 1)).sum())
                .isEqualTo(4);
        assertThat(both.intersection(engine.parallelizeDoubles(List.of(2.0), 1)).sum())
                .isEqualTo(2);
    }
}

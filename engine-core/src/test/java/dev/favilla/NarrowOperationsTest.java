package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.InEveryMode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@InEveryMode
class NarrowOperationsTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    private RDD<Integer> numbers(int partitions) {
        return engine.parallelize(List.of(1, 2, 3, 4, 5, 6, 7, 8), partitions);
    }

    @Test
    void nothingRunsBeforeAnAction() {
        LongAccumulator calls = engine.longAccumulator("calls");
        RDD<Integer> dataset = numbers(3)
                .map(x -> {
                    calls.add(1);
                    return x;
                })
                .filter(x -> x > 4)
                .setName("late");
        dataset.toDebugString();
        dataset.explain();

        assertThat(engine.recentJobs()).isEmpty();
        assertThat(calls.value()).isZero();
        assertThat(dataset.count()).isEqualTo(4);
        assertThat(calls.value()).isEqualTo(8);
    }

    @Test
    void mapMakesOneRecordOfEach() {
        assertThat(Engines.partitionsOf(numbers(4).map(x -> "n" + x)))
                .containsExactly(List.of("n1", "n2"), List.of("n3", "n4"), List.of("n5", "n6"), List.of("n7", "n8"));
        assertThat(numbers(2).<Object>map(x -> null).collect())
                .containsOnlyNulls()
                .hasSize(8);
    }

    @Test
    void mapTakesOneMethodForSeveralTypes() {
        assertThat(numbers(2).map(Object::toString).map(String::valueOf).collect())
                .containsExactly("1", "2", "3", "4", "5", "6", "7", "8");
        assertThat(numbers(2).map(List::of).map(Object::toString).first()).isEqualTo("[1]");
        assertThat(numbers(2).map(Optional::of).map(String::valueOf).first()).isEqualTo("Optional[1]");
    }

    @Test
    void filterLeavesPartitionsWhereTheyAre() {
        assertThat(Engines.partitionsOf(numbers(4).map(x -> x * 2).filter(x -> x > 5)))
                .containsExactly(List.of(), List.of(6, 8), List.of(10, 12), List.of(14, 16));
    }

    @Nested
    class FlatMap {

        @Test
        void anEmptyIterableDropsItsRecord() {
            assertThat(numbers(3).flatMap(x -> Collections.nCopies(x % 3, x)).collect())
                    .containsExactly(1, 2, 2, 4, 5, 5, 7, 8, 8);
        }

        @Test
        void anEndlessIterableIsReadAsFarAsWanted() {
            assertThat(numbers(2)
                            .flatMap(x -> (Iterable<Integer>)
                                    () -> Stream.iterate(x, y -> y + 1).iterator())
                            .take(4))
                    .containsExactly(1, 2, 3, 4);
        }

        @Test
        void nullInsteadOfAnIterableFailsTheJobAndSaysWhatToReturn() {
            assertThatThrownBy(() ->
                            numbers(2).flatMap(x -> (Iterable<Integer>) null).collect())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("flatMap at NarrowOperationsTest.java")
                    .hasMessageContaining("return an empty list")
                    .hasCauseInstanceOf(NullPointerException.class);
            Engines.assertUsable(engine);
        }
    }

    @Nested
    class MapMulti {

        @Test
        void recordsAreThoseEmitted() {
            assertThat(numbers(3)
                            .<String>mapMulti((x, emit) -> {
                                for (int i = 0; i < x % 3; i++) {
                                    emit.emit(x + "." + i);
                                }
                            })
                            .collect())
                    .containsExactly("1.0", "2.0", "2.1", "4.0", "5.0", "5.1", "7.0", "8.0", "8.1");
        }

        @Test
        void whatIsEmittedWhenNoMoreIsWantedIsIgnored() {
            assertThat(numbers(1)
                            .<Integer>mapMulti((x, emit) -> {
                                for (int i = 0; i < 1000; i++) {
                                    emit.emit(i);
                                }
                            })
                            .take(3))
                    .containsExactly(0, 1, 2);
        }

        @Test
        void aFailureOfALaterOperatorIsItsOwnEvenIfTheEmitterCatchesIt() {
            assertThatThrownBy(() -> numbers(1)
                            .<Integer>mapMulti((x, emit) -> {
                                try {
                                    emit.emit(x);
                                } catch (RuntimeException e) {
                                    emit.emit(-1);
                                }
                            })
                            .map(x -> {
                                if (x == 3) {
                                    throw new java.io.IOException("three");
                                }
                                return x;
                            })
                            .collect())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("map at NarrowOperationsTest.java")
                    .hasMessageNotContaining("mapMulti at NarrowOperationsTest.java:0")
                    .cause()
                    .isInstanceOf(java.io.IOException.class)
                    .hasMessage("three");
        }
    }

    @Nested
    class MapPartitions {

        @Test
        void theFunctionIsCalledOncePerPartitionEmptyOnesIncluded() {
            assertThat(engine.parallelize(List.of(1, 2), 4)
                            .mapPartitions(records ->
                                    List.of(Engines.toList(records).size()).iterator())
                            .collect())
                    .containsExactly(0, 1, 0, 1);
        }

        @Test
        void theFunctionIsToldThePartition() {
            assertThat(numbers(3)
                            .mapPartitionsWithIndex((index, records) -> List.of(index + ":" + Engines.toList(records))
                                    .iterator())
                            .collect())
                    .containsExactly("0:[1, 2]", "1:[3, 4, 5]", "2:[6, 7, 8]");
        }

        @Test
        void recordsAreComputedAsTheFunctionAsksForThem() {
            LongAccumulator computed = engine.longAccumulator("computed");
            List<Long> first = engine.range(0, 100_000, 1, 1)
                    .map(x -> {
                        computed.add(1);
                        return x;
                    })
                    .mapPartitions(
                            records -> List.of(records.next(), records.next()).iterator())
                    .collect();

            assertThat(first).containsExactly(0L, 1L);
            assertThat(computed.value()).isBetween(2L, 4L); // at most twice what was asked for
        }

        @Test
        void theReturnedIteratorIsReadAsFarAsWanted() {
            LongAccumulator handedOut = engine.longAccumulator("handed out");
            List<Integer> taken = numbers(1)
                    .mapPartitions(records -> Stream.generate(() -> {
                                handedOut.add(1);
                                return 7;
                            })
                            .iterator())
                    .take(5);

            assertThat(taken).containsExactly(7, 7, 7, 7, 7);
            assertThat(handedOut.value()).isEqualTo(5);
        }

        @Test
        void theFunctionMayIgnoreItsInput() {
            assertThat(numbers(2)
                            .mapPartitions(records -> List.of("x").iterator())
                            .collect())
                    .containsExactly("x", "x");
        }

        @Test
        void theInputEndsWithNoSuchElement() {
            assertThatThrownBy(() -> engine.parallelize(List.of(), 1)
                            .mapPartitions(records -> List.of(records.next()).iterator())
                            .collect())
                    .isInstanceOf(JobFailedException.class)
                    .hasCauseInstanceOf(java.util.NoSuchElementException.class);
        }

        @Test
        void nullInsteadOfAnIteratorFailsTheJobAndSaysWhatToReturn() {
            assertThatThrownBy(() -> numbers(1)
                            .mapPartitions(records -> (Iterator<Integer>) null)
                            .collect())
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContaining("mapPartitions at NarrowOperationsTest.java")
                    .hasMessageContaining("emptyIterator");
        }

        @Test
        void thePartitionerIsKeptIfThatIsPromised() {
            PairRDD<Integer, Integer> placed =
                    numbers(2).mapToPair(x -> Pair.of(x, x)).partitionBy(new HashPartitioner(3));

            assertThat(placed.mapPartitions(records -> records).partitioner()).isEmpty();
            assertThat(placed.mapPartitions(records -> records, true).partitioner())
                    .contains(new HashPartitioner(3));
            assertThat(placed.mapPartitionsWithIndex((i, records) -> records, true)
                            .partitioner())
                    .contains(new HashPartitioner(3));
            assertThat(placed.mapPartitionsWithIndex((i, records) -> records).partitioner())
                    .isEmpty();
        }
    }

    @Nested
    class Pairs {

        private final PairRDD<Integer, Integer> pairs = numbers(2).keyBy(x -> x % 3);

        @Test
        void keyByPutsAKeyBeforeEachRecord() {
            assertThat(pairs.take(3)).containsExactly(Pair.of(1, 1), Pair.of(2, 2), Pair.of(0, 3));
        }

        @Test
        void keysAndValuesKeepDuplicatesAndOrder() {
            assertThat(pairs.keys().collect()).containsExactly(1, 2, 0, 1, 2, 0, 1, 2);
            assertThat(pairs.values().collect()).containsExactly(1, 2, 3, 4, 5, 6, 7, 8);
        }

        @Test
        void mapToPairMayMakeNullKeysAndValues() {
            assertThat(numbers(1)
                            .<String, String>mapToPair(x -> Pair.of(null, null))
                            .first())
                    .isEqualTo(Pair.of(null, null));
        }

        @Test
        void ofTakesADatasetOfPairsAsItIs() {
            RDD<Pair<Integer, Integer>> plain = numbers(2).map(x -> Pair.of(x % 2, x));
            PairRDD<Integer, Integer> same = PairRDD.of(plain);

            assertThat(same.id()).isEqualTo(plain.id());
            assertThat(same).isEqualTo(plain).hasSameHashCodeAs(plain);
            assertThat(PairRDD.of(same)).isSameAs(same);
            assertThat(same.reduceByKey(Integer::sum, 1).collectAsMap()).isEqualTo(java.util.Map.of(0, 20, 1, 16));
        }

        @Test
        void onlyWhatKeepsKeysKeepsThePartitioner() {
            PairRDD<Integer, Integer> placed = pairs.partitionBy(new HashPartitioner(3));
            Optional<HashPartitioner> three = Optional.of(new HashPartitioner(3));

            assertThat(placed.partitioner()).isEqualTo(three);
            assertThat(placed.mapValues(x -> x).filter(x -> true).partitioner()).isEqualTo(three);
            assertThat(placed.keys().partitioner()).isEmpty();
            assertThat(placed.values().partitioner()).isEmpty();
            assertThat(placed.map(x -> x).partitioner()).isEmpty();
            assertThat(placed.mapToPair(x -> x).partitioner()).isEmpty();
            assertThat(placed.flatMap(x -> List.of(x)).partitioner()).isEmpty();
            assertThat(placed.keyBy(x -> x).partitioner()).isEmpty();
        }

        @Test
        void everyMethodThatKeepsTheTypeGivesPairs() {
            PairRDD<Integer, Integer> same = pairs.setName("pairs")
                    .cache()
                    .unpersist()
                    .persist(StorageLevel.MEMORY_ONLY)
                    .filter(x -> true)
                    .union(pairs)
                    .distinct()
                    .distinct(2);

            assertThat(same.count()).isEqualTo(8);
        }
    }

    @Nested
    class Union {

        @Test
        void partitionsFollowEachOtherAndDuplicatesStay() {
            RDD<Integer> small = engine.parallelize(List.of(1, 2, 3), 2);

            assertThat(Engines.partitionsOf(small.union(engine.parallelize(List.of(9), 1))))
                    .containsExactly(List.of(1), List.of(2, 3), List.of(9));
            assertThat(Engines.partitionsOf(small.union(small)))
                    .containsExactly(List.of(1), List.of(2, 3), List.of(1), List.of(2, 3));
        }

        @Test
        void inputsWithOnePartitionerKeepIt() {
            PairRDD<Integer, String> left = engine.parallelizePairs(
                            List.of(Pair.of(0, "a"), Pair.of(1, "b"), Pair.of(2, "c")), 2)
                    .partitionBy(new HashPartitioner(2));
            PairRDD<Integer, String> right = engine.parallelizePairs(List.of(Pair.of(1, "d"), Pair.of(4, "e")), 3)
                    .partitionBy(new HashPartitioner(2));

            PairRDD<Integer, String> both = left.union(right);

            assertThat(both.partitioner()).contains(new HashPartitioner(2));
            assertThat(Engines.partitionsOf(both))
                    .containsExactly(
                            List.of(Pair.of(0, "a"), Pair.of(2, "c"), Pair.of(4, "e")),
                            List.of(Pair.of(1, "b"), Pair.of(1, "d")));
            assertThat(both.take(4)).hasSize(4);
            assertThat(both.union(left).count()).isEqualTo(8);
        }

        @Test
        void anInputWithoutAPartitionerDropsIt() {
            PairRDD<Integer, Integer> pairs = numbers(2).keyBy(x -> x);
            PairRDD<Integer, Integer> placed = pairs.partitionBy(new HashPartitioner(3));

            assertThat(placed.union(pairs).partitioner()).isEmpty();
            assertThat(placed.union(pairs).getNumPartitions()).isEqualTo(5);
            assertThat(placed.union(pairs.partitionBy(new HashPartitioner(4))).getNumPartitions())
                    .isEqualTo(7);
        }

        @Test
        void inputsWithoutPartitionsDoNotDropThePartitioner(@TempDir Path empty) {
            PairRDD<String, String> nothing = engine.textFile(empty.toString()).keyBy(x -> x);
            PairRDD<String, String> placed =
                    engine.parallelize(List.of("a", "b"), 2).keyBy(x -> x).partitionBy(new HashPartitioner(3));

            assertThat(nothing.getNumPartitions()).isZero();
            assertThat(nothing.union(nothing).collect()).isEmpty();
            assertThat(placed.union(nothing).count()).isEqualTo(2);
            assertThat(placed.union(nothing).partitioner()).contains(new HashPartitioner(3));
            assertThat(nothing.union(placed).partitioner()).contains(new HashPartitioner(3));
        }

        @Test
        void datasetsOfOtherContextsAreRefused() {
            try (EngineContext other = Engines.open("local")) {
                RDD<Integer> foreign = other.parallelize(List.of(1), 1);

                assertThatIllegalArgumentException()
                        .isThrownBy(() -> numbers(1).union(foreign))
                        .withMessageContaining("belongs to another context");
            }
        }

        @Test
        void manySmallDatasetsMakeOne() {
            RDD<Integer> all = engine.parallelize(List.of(0), 1);
            List<Integer> expected = new ArrayList<>(List.of(0));
            for (int i = 1; i < 300; i++) {
                all = all.union(engine.parallelize(List.of(i), 1));
                expected.add(i);
            }

            assertThat(all.collect()).isEqualTo(expected);
        }
    }
}

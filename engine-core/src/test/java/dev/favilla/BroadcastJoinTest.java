package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.rdd.BroadcastTooLargeException;
import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.testing.TestSeed;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ValueSource;

/** Joins with a dataset that every executor is given whole. */
class BroadcastJoinTest {

    /** A value that can be changed. */
    private static final class Counter implements Serializable {

        private int count;

        Counter(int count) {
            this.count = count;
        }

        Counter increased() {
            count++;
            return this;
        }
    }

    @Nested
    @ParameterizedClass
    @ValueSource(strings = {"local[2]", "local[2] strict", "local-cluster[2,1,64]"})
    @Timeout(60)
    class On {

        @Parameter
        String master;

        private EngineContext engine;
        private PairRDD<Integer, String> left;
        private PairRDD<Integer, Integer> right;

        @BeforeEach
        void open() {
            engine = Engines.open(master);
            left = pairs(2, List.of(Pair.of(1, "a"), Pair.of(2, "b"), Pair.of(1, "c")));
            right = pairs(3, List.of(Pair.of(3, 30), Pair.of(1, 10), Pair.of(1, 11)));
        }

        @AfterEach
        void close() {
            engine.close();
        }

        private <K, V> PairRDD<K, V> pairs(int partitions, List<Pair<K, V>> pairs) {
            return engine.parallelizePairs(pairs, partitions);
        }

        @Test
        void rowsComeInTheOrderOfTheLeftAndForEachInThatOfTheRight() {
            assertThat(left.joinBroadcast(right).collect())
                    .containsExactly(
                            Pair.of(1, Pair.of("a", 10)),
                            Pair.of(1, Pair.of("a", 11)),
                            Pair.of(1, Pair.of("c", 10)),
                            Pair.of(1, Pair.of("c", 11)));
            assertThat(left.leftOuterJoinBroadcast(right).collect())
                    .containsExactly(
                            Pair.of(1, new Joined<>(true, "a", true, 10)),
                            Pair.of(1, new Joined<>(true, "a", true, 11)),
                            Pair.of(2, new Joined<>(true, "b", false, null)),
                            Pair.of(1, new Joined<>(true, "c", true, 10)),
                            Pair.of(1, new Joined<>(true, "c", true, 11)));
        }

        @Test
        void rowsAreThoseOfAJoinThatShuffles(TestSeed seed) {
            SplittableRandom random = seed.random();
            PairRDD<Long, Long> many = numbers(random, 2000, 5).keyBy(x -> x % 300);
            PairRDD<Long, Long> few = numbers(random, 200, 3).keyBy(x -> x % 400);
            PairRDD<String, Long> named = many.mapToPair(pair -> Pair.of("k" + pair.key(), pair.value()));
            PairRDD<String, Long> fewNamed = few.mapToPair(pair -> Pair.of("k" + pair.key(), pair.value()));

            assertThat(many.coalesce(1)
                            .keyBy(Pair::key)
                            .mapValues(Pair::value)
                            .joinBroadcast(few)
                            .collect())
                    .isEqualTo(many.join(few, 1).collect());
            assertThat(many.joinBroadcast(few).collect())
                    .containsExactlyInAnyOrderElementsOf(many.join(few, 4).collect());
            assertThat(named.leftOuterJoinBroadcast(fewNamed).collect())
                    .containsExactlyInAnyOrderElementsOf(
                            named.leftOuterJoin(fewNamed, 4).collect());
        }

        private RDD<Long> numbers(SplittableRandom random, int count, int partitions) {
            return engine.parallelize(random.longs(count, 0, 10_000).boxed().toList(), partitions);
        }

        @Test
        void nullIsAValueAndAKey() {
            PairRDD<String, String> some = pairs(2, List.of(Pair.of(null, "l"), Pair.of("k", null), Pair.of("x", "y")));
            PairRDD<String, String> others = pairs(2, List.of(Pair.of("k", null), Pair.of(null, "n")));

            assertThat(some.joinBroadcast(others).collect())
                    .containsExactly(Pair.of(null, Pair.of("l", "n")), Pair.of("k", Pair.of(null, null)));
            assertThat(some.leftOuterJoinBroadcast(others).collect())
                    .containsExactly(
                            Pair.of(null, new Joined<>(true, "l", true, "n")),
                            Pair.of("k", new Joined<>(true, null, true, null)),
                            Pair.of("x", new Joined<>(true, "y", false, null)));
        }

        @Test
        void anEmptySideIsAsInAnyJoin() {
            PairRDD<Integer, Integer> none = pairs(2, List.<Pair<Integer, Integer>>of());
            PairRDD<Integer, Integer> withoutPartitions = PairRDD.of(engine.<Pair<Integer, Integer>>emptyRDD());

            assertThat(left.joinBroadcast(none).collect()).isEmpty();
            assertThat(left.joinBroadcast(withoutPartitions).collect()).isEmpty();
            assertThat(left.leftOuterJoinBroadcast(withoutPartitions).count()).isEqualTo(3);
            assertThat(none.joinBroadcast(right).collect()).isEmpty();
            assertThat(withoutPartitions.joinBroadcast(right).collect()).isEmpty();
        }

        @Test
        void recordsStayWhereTheyLieAndNothingIsShuffled() {
            PairRDD<Integer, String> placed = left.partitionBy(new HashPartitioner(3));

            PairRDD<Integer, Pair<String, Integer>> joined = placed.joinBroadcast(right);

            assertThat(joined.getNumPartitions()).isEqualTo(3);
            assertThat(joined.partitioner()).contains(new HashPartitioner(3));
            assertThat(Engines.shufflesOf(joined)).isEqualTo(1);
            assertThat(left.joinBroadcast(right).partitioner()).isEmpty();
            assertThat(Engines.partitionsOf(joined))
                    .isEqualTo(Engines.partitionsOf(placed.join(right, new HashPartitioner(3))));
        }

        @Test
        void theOtherDatasetIsCollectedOnceByAJobOfItsOwn() {
            LongAccumulator made = engine.longAccumulator("made");
            PairRDD<Integer, Integer> counted = right.mapValues(value -> {
                made.add(1);
                return value;
            });
            PairRDD<Integer, Pair<String, Integer>> joined = left.joinBroadcast(counted);
            int before = engine.recentJobs().size();

            joined.count();
            joined.collect();

            assertThat(engine.recentJobs()).hasSize(before + 3);
            assertThat(made.value()).isEqualTo(3);
        }

        @Test
        void bothSidesMayBeMadeByShufflesAndByBroadcasts() {
            PairRDD<Integer, Integer> sums = right.reduceByKey(Integer::sum, 2);
            PairRDD<Integer, Integer> sorted = right.sortByKey(false, 2);
            PairRDD<Integer, Pair<Integer, Integer>> both = sums.joinBroadcast(sorted);

            assertThat(left.joinBroadcast(both).collect())
                    .containsExactly(
                            Pair.of(1, Pair.of("a", Pair.of(21, 10))),
                            Pair.of(1, Pair.of("a", Pair.of(21, 11))),
                            Pair.of(1, Pair.of("c", Pair.of(21, 10))),
                            Pair.of(1, Pair.of("c", Pair.of(21, 11))));
            assertThat(left.joinBroadcast(left).join(sums, 2).count()).isEqualTo(4);
        }

        @Test
        void valuesThatCanChangeAreEachRowsOwn() {
            PairRDD<Integer, Counter> counters = right.reduceByKey(Integer::sum).mapValues(Counter::new);

            List<Integer> counts = pairs(2, List.of(Pair.of(1, "a"), Pair.of(1, "b"), Pair.of(1, "c")))
                    .joinBroadcast(counters)
                    .map(row -> row.value().value().increased().count)
                    .collect();

            assertThat(counts).containsExactly(22, 22, 22);
        }

        @Test
        void attemptsThatFailLeaveNothingBehind() {
            PairRDD<Integer, Pair<String, Integer>> joined = left.map(Engines::notInFirstAttempt)
                    .keyBy(Pair::key)
                    .mapValues(Pair::value)
                    .joinBroadcast(right);

            if (master.startsWith("local-cluster")) {
                assertThat(joined.count()).isEqualTo(4);
            } else {
                assertThatThrownBy(joined::count).isInstanceOf(JobFailedException.class);
            }
            assertThat(left.joinBroadcast(right).count()).isEqualTo(4);
            Engines.assertIdle(engine);
        }

        @Test
        void aResultMayBeCachedAndCheckpointed() {
            PairRDD<Integer, Pair<String, Integer>> joined =
                    left.joinBroadcast(right).cache();
            List<Pair<Integer, Pair<String, Integer>>> rows = joined.collect();

            joined.localCheckpoint();

            assertThat(joined.count()).isEqualTo(4);
            assertThat(joined.collect()).isEqualTo(rows);
            assertThat(joined.isCheckpointed()).isTrue();
        }
    }

    @Test
    @Timeout(60)
    void whatDoesNotFitIsToldWithWhatToDo() {
        try (EngineContext engine =
                EngineContext.builder().master("local[2]").memory(32L << 20).open()) {
            PairRDD<Long, String> large =
                    engine.range(0, 600_000, 1, 4).keyBy(x -> x).mapValues(x -> "value " + x);

            PairRDD<Long, Pair<Long, String>> joined =
                    engine.range(0, 10, 1, 4).keyBy(x -> x).joinBroadcast(large);

            assertThatThrownBy(joined::count)
                    .isInstanceOf(JobFailedException.class)
                    .rootCause()
                    .satisfies(cause ->
                            assertThat(cause.getClass().getSimpleName()).contains("Memory"));
            assertThatThrownBy(joined::count)
                    .hasMessageContainingAll(
                            BroadcastTooLargeException.class.getName(),
                            "joinBroadcast at BroadcastJoinTest.java",
                            "fit into the memory of each executor",
                            "Join without broadcast");
            Engines.assertIdle(engine);
        }
    }

    @Test
    @Timeout(60)
    void tasksOfAnExecutorShareOneTableWhichGoesWithTheLastReference() {
        try (EngineContext engine = EngineContext.open("local[4]")) {
            long without = engine.status().memory().freeBytes();
            List<PairRDD<Long, Pair<Long, Long>>> held = new ArrayList<>();
            held.add(engine.range(0, 80_000, 1, 8)
                    .keyBy(x -> x)
                    .joinBroadcast(engine.range(0, 50_000, 1, 2).keyBy(x -> x)));

            assertThat(held.get(0).count()).isEqualTo(50_000);

            long table = without - engine.status().memory().freeBytes();
            assertThat(table).isBetween(16L * 50_000, 64L * 50_000); // one, not one for each of four slots
            held.clear();
            Engines.await(() -> {
                System.gc();
                engine.range(0, 1).count();
                return engine.status().memory().freeBytes() == without;
            });
            assertThat(engine.status().memory().freeBytes()).isEqualTo(without);
        }
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.shuffle.HashPartitioner;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.testing.InEveryMode;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Counts by value and key, merging by key into one map, and the values of one key. */
@InEveryMode
class ByKeyActionsTest {

    private static final String ONE = "local[2]";
    private static final String TWO = "local-cluster[2,1,64]";

    private static PairRDD<String, Integer> pairs(EngineContext engine) {
        return engine.parallelizePairs(
                List.of(Pair.of("a", 1), Pair.of("b", 2), Pair.of("a", 3), Pair.of(null, 4), Pair.of("a", 1)), 3);
    }

    private static <V> Map<String, V> map(V ofA, V ofB, V ofNull) {
        Map<String, V> map = new HashMap<>();
        map.put("a", ofA);
        map.put("b", ofB);
        map.put(null, ofNull);
        return map;
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void valuesAndKeysAreCounted(String master) {
        try (EngineContext engine = Engines.open(master)) {
            assertThat(engine.parallelize(Arrays.asList("a", null, "b", "a", null, "a"), 4)
                            .countByValue())
                    .isEqualTo(map(3L, 1L, 2L));
            assertThat(pairs(engine).countByKey()).isEqualTo(map(3L, 1L, 1L));
            assertThat(pairs(engine).countByValue())
                    .containsEntry(Pair.of("a", 1), 2L)
                    .hasSize(4);
            assertThat(engine.range(0, 0).countByValue()).isEmpty();
            Engines.assertUsable(engine);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void keysThatLieTogetherAreCountedWithoutAShuffle(String master) {
        try (EngineContext engine = Engines.open(master)) {
            PairRDD<String, Integer> placed =
                    pairs(engine).partitionBy(new HashPartitioner(3)).cache();
            placed.count();

            assertThat(placed.countByKey()).isEqualTo(map(3L, 1L, 1L));
            assertThat(Engines.lastJob(engine).attempts()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void valuesMergeIntoOneMapAndNullCountsAsNone(String master) {
        try (EngineContext engine = Engines.open(master)) {
            assertThat(pairs(engine).reduceByKeyLocally(Integer::sum)).isEqualTo(map(5, 2, 4));

            PairRDD<String, @Nullable Integer> gaps = engine.parallelizePairs(
                    List.of(Pair.of("a", null), Pair.of("a", 1), Pair.of("a", 2), Pair.of("b", null)), 1);
            Map<String, @Nullable Integer> merged = gaps.reduceByKeyLocally((x, y) -> x + y);
            assertThat(merged).containsEntry("a", 3).containsEntry("b", null);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = ONE)
    void arraysAreRefusedAsKeys(String master) {
        try (EngineContext engine = Engines.open(master)) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(
                            () -> engine.range(0, 3).map(x -> new long[] {x}).countByValue())
                    .withMessageContaining("countByValue at ByKeyActionsTest.java");
            assertThatIllegalArgumentException()
                    .isThrownBy(
                            () -> engine.range(0, 3).keyBy(x -> new long[] {x}).lookup(new long[] {1}));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void valuesOfAKeyAreFoundInOrder(String master) {
        try (EngineContext engine = Engines.open(master)) {
            assertThat(pairs(engine).lookup("a")).containsExactly(1, 3, 1);
            assertThat(pairs(engine).lookup(null)).containsExactly(4);
            assertThat(pairs(engine).lookup("z")).isEmpty();
            assertThat(Engines.lastJob(engine).attempts()).isEqualTo(3);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void oneTaskLooksWhereAPartitionerIsKnown(String master) {
        try (EngineContext engine = Engines.open(master)) {
            PairRDD<String, Integer> placed =
                    pairs(engine).partitionBy(new HashPartitioner(4)).cache();
            placed.count();

            assertThat(placed.lookup("a")).containsExactly(1, 3, 1);
            assertThat(Engines.lastJob(engine).attempts()).isEqualTo(1);
            assertThat(placed.lookup("z")).isEmpty();
            assertThat(Engines.lastJob(engine).attempts()).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {ONE, TWO})
    void rangesAreSampledBeforeAKeyIsLookedUp(String master) {
        try (EngineContext engine = Engines.open(master)) {
            PairRDD<Long, Long> sorted =
                    engine.range(0, 100, 1, 4).keyBy(x -> x % 10).sortByKey();

            assertThat(sorted.lookup(7L)).containsExactlyInAnyOrder(7L, 17L, 27L, 37L, 47L, 57L, 67L, 77L, 87L, 97L);
        }
    }

    /** Knows a key that it has no place for. */
    private record Misplacing() implements Partitioner {

        @Override
        public int numPartitions() {
            return 2;
        }

        @Override
        public int partition(@Nullable Object key) {
            return "bad".equals(key) ? -1 : 0;
        }
    }

    @ParameterizedTest
    @ValueSource(strings = ONE)
    void aPlaceThatIsNoneIsRefused(String master) {
        try (EngineContext engine = Engines.open(master)) {
            PairRDD<String, Integer> placed = pairs(engine).partitionBy(new Misplacing());

            assertThatIllegalArgumentException()
                    .isThrownBy(() -> placed.lookup("bad"))
                    .withMessageContaining("the partition of a key must be between 0 and 1")
                    .withMessageContaining("puts bad into -1 (lookup at ByKeyActionsTest.java");
        }
    }
}

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@InEveryMode
class CreationTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    @Nested
    class FromAList {

        @Test
        void recordsKeepTheirOrder() {
            RDD<Integer> dataset = engine.parallelize(List.of(1, 2, 3, 4), 2);

            assertThat(dataset.collect()).containsExactly(1, 2, 3, 4);
            assertThat(Engines.partitionsOf(dataset)).containsExactly(List.of(1, 2), List.of(3, 4));
        }

        @Test
        void slicesAreContiguousAndDifferInSizeByAtMostOne(TestSeed seed) {
            SplittableRandom random = seed.random();
            for (int round = 0; round < 40; round++) {
                int length = random.nextInt(60);
                int slices = 1 + random.nextInt(20);
                List<Integer> records = IntStream.range(0, length)
                        .map(i -> random.nextInt())
                        .boxed()
                        .toList();

                List<List<Integer>> partitions = Engines.partitionsOf(engine.parallelize(records, slices));

                List<List<Integer>> expected = IntStream.range(0, slices)
                        .mapToObj(i -> records.subList(i * length / slices, (i + 1) * length / slices))
                        .toList();
                assertThat(partitions)
                        .as("%s records in %s slices", length, slices)
                        .isEqualTo(expected);
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {0, -1, Integer.MIN_VALUE, 10_000_001})
        void sliceCountsOutOfBoundsAreRefused(int slices) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.parallelize(List.of(1), slices))
                    .withMessage("partitions must be between 1 and 10000000, got " + slices);
        }

        @Test
        void anEmptyListGivesEmptyPartitions() {
            RDD<String> dataset = engine.parallelize(List.of(), 3);

            assertThat(dataset.getNumPartitions()).isEqualTo(3);
            assertThat(Engines.partitionsOf(dataset)).containsExactly(List.of(), List.of(), List.of());
            assertThat(dataset.isEmpty()).isTrue();
        }

        @Test
        void laterChangesOfTheListAreNotSeen() {
            List<Integer> records = new ArrayList<>(List.of(1, 2, 3));
            RDD<Integer> dataset = engine.parallelize(records, 2);
            records.clear();

            assertThat(dataset.collect()).containsExactly(1, 2, 3);
        }

        @Test
        void nullsAreRecordsLikeAnyOther() {
            RDD<String> dataset = engine.parallelize(Arrays.asList("a", null, null), 2);

            assertThat(dataset.collect()).containsExactly("a", null, null);
            assertThat(dataset.count()).isEqualTo(3);
            assertThat(dataset.filter(x -> x == null).count()).isEqualTo(2);
        }

        @Test
        void pairsHaveByKeyOperations() {
            PairRDD<String, Integer> pairs = engine.parallelizePairs(List.of(Pair.of("a", 1), Pair.of("b", 2)), 2);

            assertThat(pairs.mapValues(x -> x + 1).collect()).containsExactly(Pair.of("a", 2), Pair.of("b", 3));
            assertThat(engine.parallelizePairs(List.of(Pair.of("a", 1))).getNumPartitions())
                    .isEqualTo(2);
        }
    }

    @Nested
    class Ranges {

        @Test
        void endIsExclusive() {
            assertThat(engine.range(3L, 8L).collect()).containsExactly(3L, 4L, 5L, 6L, 7L);
        }

        @Test
        void aNegativeStepCountsDown() {
            assertThat(Engines.partitionsOf(engine.range(5, 0, -2, 2))).containsExactly(List.of(5L), List.of(3L, 1L));
        }

        @Test
        void anEndBeforeTheStartGivesNothing() {
            assertThat(engine.range(5L, 5L).collect()).isEmpty();
            assertThat(engine.range(5L, 1L).collect()).isEmpty();
            assertThat(engine.range(1, 5, -1, 3).collect()).isEmpty();
            assertThat(engine.range(5L, 5L).getNumPartitions()).isEqualTo(2);
        }

        @Test
        void theWholeWidthOfLongIsCovered() {
            long step = Long.MAX_VALUE / 2;

            assertThat(engine.range(Long.MIN_VALUE, Long.MAX_VALUE, step, 3).collect())
                    .isEqualTo(LongStream.of(
                                    Long.MIN_VALUE,
                                    Long.MIN_VALUE + step,
                                    Long.MIN_VALUE + 2 * step,
                                    Long.MIN_VALUE + 3 * step,
                                    Long.MIN_VALUE + 4 * step)
                            .boxed()
                            .toList());
            assertThat(engine.range(Long.MAX_VALUE - 2, Long.MAX_VALUE).collect())
                    .containsExactly(Long.MAX_VALUE - 2, Long.MAX_VALUE - 1);
            assertThat(engine.range(Long.MAX_VALUE, Long.MIN_VALUE, Long.MIN_VALUE, 2)
                            .collect())
                    .containsExactly(Long.MAX_VALUE, -1L);
        }

        @Test
        void everyNumberIsInOnePartition(TestSeed seed) {
            SplittableRandom random = seed.random();
            for (int round = 0; round < 40; round++) {
                long start = random.nextInt(-100, 100);
                long end = random.nextInt(-100, 100);
                long step = random.nextBoolean() ? 1 + random.nextInt(7) : -1 - random.nextInt(7);
                List<Long> expected = new ArrayList<>();
                for (long i = start; step > 0 ? i < end : i > end; i += step) {
                    expected.add(i);
                }

                assertThat(engine.range(start, end, step, 1 + random.nextInt(9)).collect())
                        .as("range(%s, %s, %s)", start, end, step)
                        .isEqualTo(expected);
            }
        }

        @Test
        void aStepOfZeroIsRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.range(0, 1, 0, 1))
                    .withMessageContaining("step must not be 0");
        }

        @Test
        void moreNumbersThanALongCountsAreRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.range(Long.MIN_VALUE, Long.MAX_VALUE))
                    .withMessageContaining("18446744073709551615");
        }

        @Test
        void takingFromAHugeRangeComputesOnlyWhatIsTaken() {
            assertThat(engine.range(0, Long.MAX_VALUE, 1, 4).take(3)).containsExactly(0L, 1L, 2L);
        }

        @Test
        void partitionsBelowOneAreRefused() {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.range(0, 1, 1, 0))
                    .withMessageContaining("got 0");
        }
    }

    @Nested
    class DefaultPartitions {

        @Test
        void areTheTaskSlots() {
            assertThat(engine.defaultParallelism()).isEqualTo(2);
            assertThat(engine.parallelize(List.of(1)).getNumPartitions()).isEqualTo(2);
        }

        @Test
        void areTheSettingIfThereIsOne() {
            try (EngineContext other = EngineContext.builder()
                    .cores(1)
                    .set("favilla.default.parallelism", "5")
                    .open()) {
                assertThat(other.defaultParallelism()).isEqualTo(5);
                assertThat(other.parallelize(List.of(1)).getNumPartitions()).isEqualTo(5);
                assertThat(other.range(0L, 3L).getNumPartitions()).isEqualTo(5);
            }
        }
    }
}

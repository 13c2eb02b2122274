package dev.favilla.shuffle;

import static dev.favilla.shuffle.MapOutputTracker.Registration.DIFFERENT;
import static dev.favilla.shuffle.MapOutputTracker.Registration.SAME;
import static dev.favilla.shuffle.MapOutputTracker.Registration.SURPLUS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.testing.TestSeed;
import dev.favilla.value.SizeEstimator;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class DriverMapOutputTrackerTest {

    private static final int SHUFFLE = 3;
    private static final ExecutorId LEFT = new ExecutorId("left", 1);
    private static final ExecutorId RIGHT = new ExecutorId("right", 2);

    private final MapOutputTracker tracker = new DriverMapOutputTracker();

    private static MapOutput output(int map, long attempt, ExecutorId executor, long digest) {
        return new MapOutput(map, attempt, executor, 10, digest, BlockSizes.of(new long[] {1, 2}));
    }

    @BeforeEach
    void addAShuffleOfTwoMaps() {
        tracker.add(SHUFFLE, 2);
    }

    @Nested
    class WithoutOutputs {

        @Test
        void isAtGenerationZeroAndMissesEverything() {
            assertThat(tracker.generation(SHUFFLE)).isZero();
            assertThat(tracker.missing(SHUFFLE)).isEqualTo(BitSet.valueOf(new long[] {0b11}));
            assertThat(tracker.isComplete(SHUFFLE)).isFalse();
        }

        @Test
        void aSnapshotIsRefusedAndNamesWhatIsMissing() {
            tracker.register(SHUFFLE, output(0, 1, LEFT, 7));

            assertThatThrownBy(() -> tracker.snapshot(SHUFFLE))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("Shuffle 3 lacks the outputs of map partitions {1} of 2");
        }

        @Test
        void aShuffleOfNoMapsIsComplete() {
            tracker.add(9, 0);

            assertThat(tracker.isComplete(9)).isTrue();
            assertThat(tracker.snapshot(9)).isEqualTo(new MapOutputs(9, 0, List.of()));
        }

        @Test
        void addingAgainChangesNothing() {
            tracker.register(SHUFFLE, output(0, 1, LEFT, 7));

            tracker.add(SHUFFLE, 2);

            assertThat(tracker.missing(SHUFFLE)).isEqualTo(BitSet.valueOf(new long[] {0b10}));
        }
    }

    @Nested
    class Complete {

        private final MapOutput first = output(0, 1, LEFT, 7);
        private final MapOutput second = output(1, 2, RIGHT, 8);

        @BeforeEach
        void registerBoth() {
            assertThat(tracker.register(SHUFFLE, second)).isEqualTo(SAME);
            assertThat(tracker.register(SHUFFLE, first)).isEqualTo(SAME);
        }

        @Test
        void theSnapshotListsOutputsInMapOrder() {
            assertThat(tracker.snapshot(SHUFFLE)).isEqualTo(new MapOutputs(SHUFFLE, 0, List.of(first, second)));
        }

        @Test
        void aFurtherOutputIsSurplusAndTheFirstStays() {
            assertThat(tracker.register(SHUFFLE, output(0, 5, RIGHT, 99))).isEqualTo(SURPLUS);

            assertThat(tracker.snapshot(SHUFFLE).outputs()).containsExactly(first, second);
        }

        @Test
        void aReplacementWithTheSameContentsIsTheSame() {
            tracker.unregister(SHUFFLE, 0, 1);

            assertThat(tracker.register(SHUFFLE, output(0, 5, RIGHT, 7))).isEqualTo(SAME);
            assertThat(tracker.generation(SHUFFLE)).isZero();
        }

        @Test
        void aReplacementWithAnotherDigestIsDifferentAndIsStored() {
            tracker.unregister(SHUFFLE, 0, 1);
            MapOutput other = output(0, 5, RIGHT, 99);

            assertThat(tracker.register(SHUFFLE, other)).isEqualTo(DIFFERENT);

            assertThat(tracker.snapshot(SHUFFLE).outputs()).containsExactly(other, second);
        }

        @Test
        void aReplacementWithAnotherCountIsDifferent() {
            tracker.unregister(SHUFFLE, 0, 1);

            assertThat(tracker.register(SHUFFLE, new MapOutput(0, 5, RIGHT, 11, 7, first.sizes())))
                    .isEqualTo(DIFFERENT);
        }

        @Test
        void theDigestOfADifferentReplacementIsComparedFromThenOn() {
            tracker.unregister(SHUFFLE, 0, 1);
            tracker.register(SHUFFLE, output(0, 5, RIGHT, 99));
            tracker.unregister(SHUFFLE, 0, 5);

            assertThat(tracker.register(SHUFFLE, output(0, 6, RIGHT, 99))).isEqualTo(SAME);
        }

        @Test
        void advancingKeepsOutputsAndDigests() {
            tracker.advance(SHUFFLE);

            assertThat(tracker.snapshot(SHUFFLE)).isEqualTo(new MapOutputs(SHUFFLE, 1, List.of(first, second)));
            tracker.unregister(SHUFFLE, 0, 1);
            assertThat(tracker.register(SHUFFLE, output(0, 5, LEFT, 99))).isEqualTo(DIFFERENT);
        }

        @Test
        void invalidatingForgetsOutputsAndDigestsAndReturnsWhatItHad() {
            assertThat(tracker.invalidate(SHUFFLE)).containsExactly(first, second);

            assertThat(tracker.generation(SHUFFLE)).isEqualTo(1);
            assertThat(tracker.missing(SHUFFLE).cardinality()).isEqualTo(2);
            assertThat(tracker.register(SHUFFLE, output(0, 5, LEFT, 99))).isEqualTo(SAME);
        }

        @Test
        void unregisteringTwiceIsHarmless() {
            assertThat(tracker.unregister(SHUFFLE, 0, 1)).isTrue();
            assertThat(tracker.unregister(SHUFFLE, 0, 1)).isFalse();

            assertThat(tracker.missing(SHUFFLE)).isEqualTo(BitSet.valueOf(new long[] {0b01}));
        }

        @Test
        void unregisteringAnOlderAttemptLeavesTheNewerOutput() {
            assertThat(tracker.unregister(SHUFFLE, 0, 999)).isFalse();

            assertThat(tracker.isComplete(SHUFFLE)).isTrue();
        }

        @Test
        void losingAnExecutorForgetsWhatLayThereInAllShuffles() {
            tracker.add(1, 1);
            tracker.register(1, output(0, 9, LEFT, 5));
            tracker.add(2, 1);
            tracker.register(2, output(0, 10, RIGHT, 5));

            assertThat(tracker.unregister(LEFT)).containsExactly(1, SHUFFLE);

            assertThat(tracker.missing(SHUFFLE)).isEqualTo(BitSet.valueOf(new long[] {0b01}));
            assertThat(tracker.isComplete(2)).isTrue();
            assertThat(tracker.unregister(LEFT)).isEmpty();
        }

        @Test
        void anEarlierLifeOfAnExecutorIsNotItsReplacement() {
            assertThat(tracker.unregister(new ExecutorId("left", 99))).isEmpty();
        }

        @Test
        void removingForgetsTheShuffle() {
            assertThat(tracker.remove(SHUFFLE)).containsExactly(first, second);

            assertThat(tracker.contains(SHUFFLE)).isFalse();
            assertThat(tracker.size()).isZero();
            assertThat(tracker.remove(SHUFFLE)).isEmpty();
            assertThat(tracker.unregister(SHUFFLE, 0, 1)).isFalse();
        }
    }

    @Test
    void anUnknownShuffleHasNoState() {
        assertThatThrownBy(() -> tracker.generation(42))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Shuffle 42 is not registered");
    }

    @Test
    void anOutputOfNoMapPartitionIsRefused() {
        assertThatThrownBy(() -> tracker.register(SHUFFLE, output(2, 1, LEFT, 0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("mapPartition must be from 0 to 1 in shuffle 3, got 2");
    }

    @Test
    void twoThousandMapsForTwoThousandReducersTakeLessThanEightMebibytes(TestSeed seed) {
        DriverMapOutputTracker large = new DriverMapOutputTracker();
        large.add(SHUFFLE, 2000);
        for (int map = 0; map < 2000; map++) {
            long[] bytes = seed.random().longs(2000, 0, 1 << 20).toArray();
            large.register(SHUFFLE, new MapOutput(map, map, map % 2 == 0 ? LEFT : RIGHT, 10, 7, BlockSizes.of(bytes)));
        }

        long taken = new SizeEstimator().estimate(large);

        assertThat(taken).isBetween(2000L * 2000, 8L << 20); // a byte each at least, or something was not looked at
    }
}

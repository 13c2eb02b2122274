package dev.favilla.shuffle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.UnifiedMemoryManager;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.ObjectInputStream;
import java.io.ObjectOutputStream;
import java.io.Serializable;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RangePartitionerTest {

    private enum ByLength implements Comparator<String> {
        ONLY;

        @Override
        public int compare(String left, String right) {
            return Integer.compare(left.length(), right.length());
        }
    }

    private static RangePartitioner upTo(int bounds, boolean ascending) {
        return RangePartitioner.of(
                IntStream.rangeClosed(1, bounds).mapToObj(i -> 10 * i).toList(), ascending);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 127, 128, 129, 1499})
    void aKeyLiesBehindAllBoundsThatAreSmaller(int bounds) {
        RangePartitioner ascending = upTo(bounds, true);
        RangePartitioner descending = upTo(bounds, false);

        assertThat(ascending.numPartitions()).isEqualTo(bounds + 1);
        for (int key = -5; key <= 10 * bounds + 15; key++) {
            int smaller = Math.min(bounds, Math.max(0, (key - 1) / 10));
            assertThat(ascending.partition(key)).as("%d", key).isEqualTo(smaller);
            assertThat(descending.partition(key)).as("%d", key).isEqualTo(bounds - smaller);
        }
    }

    @Test
    void areEqualWhereBoundsOrderAndDirectionAre() {
        assertThat(upTo(3, true)).isEqualTo(upTo(3, true)).hasSameHashCodeAs(upTo(3, true));
        assertThat(upTo(3, true)).isNotEqualTo(upTo(3, false)).isNotEqualTo(upTo(2, true));
        assertThat(upTo(3, true)).isNotEqualTo(new HashPartitioner(4));
        assertThat(new HashPartitioner(4)).isNotEqualTo(upTo(3, true));
        List<String> bounds = List.of("a", "bb");
        assertThat(RangePartitioner.of(bounds, ByLength.ONLY, true))
                .isEqualTo(RangePartitioner.of(bounds, ByLength.ONLY, true))
                .isNotEqualTo(RangePartitioner.of(bounds, true));
    }

    @Test
    void boundsThatDoNotAscendAreRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> RangePartitioner.of(List.of(1, 3, 3), true))
                .withMessage("bounds must be strictly ascending, got 3 before 3");
    }

    @Test
    void aKeyWithoutNaturalOrderIsRefused() {
        assertThatExceptionOfType(NullPointerException.class)
                .isThrownBy(() -> upTo(2, true).partition(null))
                .withMessageContaining("null has no natural order");
        assertThatExceptionOfType(ClassCastException.class)
                .isThrownBy(() -> upTo(2, true).partition(List.of()))
                .withMessageContainingAll("have no natural order", "Ordering.by");
    }

    @Test
    void aCopyPlacesKeysAlike() throws Exception {
        RangePartitioner original = RangePartitioner.of(List.of("a", "bbb"), ByLength.ONLY, false);
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new ObjectOutputStream(bytes).writeObject(original);
        RangePartitioner copy =
                (RangePartitioner) new ObjectInputStream(new ByteArrayInputStream(bytes.toByteArray())).readObject();

        assertThat(copy.partition("cc")).isEqualTo(original.partition("cc")).isOne();
        assertThat(copy.bounds()).isEqualTo(original.bounds());
    }

    /** Remembers what it has seen, as no comparator should. */
    private static final class Counting implements Comparator<Integer>, Serializable {

        private static final long serialVersionUID = 1L;

        private int[] calls = new int[1];

        @Override
        public int compare(Integer left, Integer right) {
            calls[0]++;
            return Integer.compare(left, right);
        }
    }

    @Test
    void anAttemptHasItsOwnCopyOfTheOrder() {
        Counting counting = new Counting();
        RangePartitioner ranges = RangePartitioner.of(List.of(1, 2), counting, true);
        int before = counting.calls[0];
        UnifiedMemoryManager memory = new UnifiedMemoryManager(UnifiedMemoryManager.MINIMUM_POOL_BYTES, 0.5);
        try (TaskScope scope = new TaskScope(1, "the attempt", memory.openTask("the attempt"))) {
            assertThat(ranges.forTask(scope).partition(2)).isOne();
        }
        assertThat(counting.calls[0]).isEqualTo(before);
    }
}

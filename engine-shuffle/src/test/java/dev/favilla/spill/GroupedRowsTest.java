package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.testing.TestSeed;
import dev.favilla.value.NumberList;
import dev.favilla.value.Primitive;
import dev.favilla.value.SizeEstimator;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Values come back by entry, in the order they came, whatever has left meanwhile. */
@Timeout(60)
class GroupedRowsTest {

    /** More than a chunk has room for. */
    private static final int MANY = 40_000;

    private static List<List<@Nullable Object>> lists(int count) {
        List<List<@Nullable Object>> lists = new ArrayList<>();
        IntStream.range(0, count).forEach(i -> lists.add(new ArrayList<>()));
        return lists;
    }

    private static void assertPlaced(GroupedRows rows, List<List<@Nullable Object>> expected) {
        rows.place(expected.size(), () -> {});
        for (int entry = 0; entry < expected.size(); entry++) {
            assertThat(rows.valuesOf(entry)).as("entry %d", entry).isEqualTo(expected.get(entry));
            rows.forget(entry);
        }
    }

    private static void assertInOrder(TestSeed seed, int count, int entries, LongFunction<@Nullable Object> value) {
        SplittableRandom random = seed.random();
        GroupedRows rows = new GroupedRows();
        List<List<@Nullable Object>> expected = lists(entries);
        for (int i = 0; i < count; i++) {
            int entry = random.nextInt(entries);
            Object added = value.apply(random.nextLong(1000));
            rows.add(entry, added);
            expected.get(entry).add(added);
        }
        assertPlaced(rows, expected);
    }

    @Test
    void numbersOfEachKindObjectsAndAMixtureLieByEntryInTheOrderTheyCame(TestSeed seed) {
        for (int count : new int[] {0, 1, 16, 17, 8192, MANY}) {
            for (int entries : new int[] {1, 7, 5000, 2 * MANY}) {
                for (Primitive kind : Primitive.values()) {
                    assertInOrder(seed, count, entries, kind::box);
                }
                assertInOrder(seed, count, entries, value -> value % 5 == 0 ? null : "value " + value);
                assertInOrder(seed, count, entries, value -> value % 500 == 7 ? (Object) (int) value : value);
            }
        }
    }

    private static void assertSameAfterSomeHaveLeft(TestSeed seed, LongFunction<@Nullable Object> value) {
        SplittableRandom random = seed.random();
        GroupedRows rows = new GroupedRows();
        List<List<@Nullable Object>> here = lists(300);
        for (int round = 0; round < 6; round++) {
            for (int i = 0; i < MANY / 4; i++) {
                int entry = random.nextInt(here.size());
                Object added = value.apply(random.nextLong());
                rows.add(entry, added);
                here.get(entry).add(added);
            }
            int[] numbers = new int[here.size()];
            List<List<@Nullable Object>> staying = new ArrayList<>();
            List<List<@Nullable Object>> left = lists(here.size());
            for (int entry = 0; entry < numbers.length; entry++) {
                boolean leaves = round == 3 || random.nextInt(3) == 0;
                numbers[entry] = leaves ? KeyTable.ABSENT : staying.size();
                if (!leaves) {
                    staying.add(here.get(entry));
                    here.set(entry, List.of());
                }
            }
            rows.moveOut(numbers, (entry, leaving) -> left.get(entry).add(leaving));
            assertThat(left).isEqualTo(here);
            staying.addAll(lists(50));
            here = staying;
        }
        assertPlaced(rows, here);
    }

    @Test
    void whatLeavesAndWhatStaysIsInTheOrderItCame(TestSeed seed) {
        assertSameAfterSomeHaveLeft(seed, value -> value);
        assertSameAfterSomeHaveLeft(seed, value -> "value " + value);
        assertSameAfterSomeHaveLeft(seed, value -> value % 10_000 == 0 ? (Object) "odd" : (double) value);
    }

    @Test
    void anEmptyOneTakesNumbersOfAnotherKindAsBits() {
        GroupedRows rows = new GroupedRows();
        rows.add(0, 1L);
        assertThat(rows.takes((Object) 2)).isFalse();
        rows.moveOut(
                new int[] {KeyTable.ABSENT}, (entry, value) -> assertThat(value).isEqualTo(1L));

        assertThat(rows.takes((Object) 2)).isTrue();
        rows.add(0, 2);
        assertThat(rows.takes(Primitive.INT)).isTrue();
        assertThat(rows.takes("text")).isFalse();
        assertPlaced(rows, List.of(List.of(2)));
    }

    @Test
    void aGroupThatSomebodyKeepsKeepsNoneOfItsNeighbours() {
        GroupedRows rows = new GroupedRows();
        for (int i = 0; i < MANY; i++) {
            rows.add(i % 4000, Long.valueOf(i));
        }
        rows.place(4000, () -> {});

        assertThat(rows.valuesOf(2000)).isInstanceOf(NumberList.class).hasSize(10);
        assertThat(new SizeEstimator().estimate(rows.valuesOf(2000))).isLessThan(200);
    }

    /** An int and a long for each row, an eighth for rows that may come, and a count for each entry. */
    @Test
    void whatNumbersTakeIsCountedAsBits() {
        GroupedRows rows = new GroupedRows();
        for (int i = 0; i < MANY; i++) {
            rows.add(i % 100, Long.valueOf(i));
        }

        assertThat(rows.bytes(100)).isBetween(12L * MANY + 800, 12L * MANY + 12 * 8192 + 800);
        assertThat(rows.bytesToPlace()).isEqualTo(8L * MANY);
        assertThat(rows.bytesInList(1)).isGreaterThan(24); // a list has boxes
        rows.place(100, () -> {});
        assertThat(rows.bytes(100)).isEqualTo(8L * MANY + 800);
        rows.forget(49);
        assertThat(rows.bytes(100)).isLessThan(4L * MANY + 8 * 8192 + 800);
        rows.clear();
        assertThat(rows.bytes(0)).isZero();
        assertThat(Arrays.stream(rows.counts(3)).sum()).isZero();
    }
}

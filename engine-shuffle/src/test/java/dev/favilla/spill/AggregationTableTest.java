package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.spill.TableFixture.Flood;
import dev.favilla.spill.TableFixture.Incomparable;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.DoubleStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AggregationTableTest {

    private TableFixture fixture;
    private AggregationTable table;

    @BeforeEach
    void open(LeakProbes probes) {
        fixture = new TableFixture(probes);
        table = lists();
    }

    @AfterEach
    void close() {
        table.close();
        assertThat(fixture.account().reservedBytes()).isZero();
        fixture.close();
    }

    private AggregationTable lists() {
        return new AggregationTable(new Folds.Lists(), fixture.copier(), fixture.scope());
    }

    private void add(@Nullable Object key, @Nullable Object value) throws Exception {
        table.add(key, StableHash.of(key), value);
    }

    private static Map<Object, Object> all(AggregationTable.Leaving leaving) {
        Map<Object, Object> all = new LinkedHashMap<>();
        while (leaving.advance()) {
            assertThat(leaving.hash()).isEqualTo(StableHash.of(leaving.key()));
            assertThat(all.put(leaving.key(), leaving.accumulator())).isNull();
        }
        assertThat(leaving.mayAdvance()).isFalse();
        assertThat(leaving.advance()).isFalse();
        return all;
    }

    private static Object anyKey(SplittableRandom random, int keys) {
        int number = random.nextInt(keys);
        return switch (number % 4) {
            case 0 -> new Flood(number);
            case 1 -> "key " + number;
            default -> number * 4096;
        };
    }

    @Test
    void allThatAreNoNumberAreOneKey() throws Exception {
        double[] keys = {Double.NaN, Double.longBitsToDouble(0x7ff0_0000_0000_0abcL), 0.0, -0.0};
        try (AggregationTable sums = new AggregationTable(new Folds.Sum(), null, fixture.scope())) {
            long[] records = DoubleStream.of(keys)
                    .flatMap(key -> DoubleStream.of(key, 1.0))
                    .mapToLong(Double::doubleToRawLongBits)
                    .toArray();

            sums.mergeAll(Primitive.DOUBLE, Primitive.DOUBLE, records, 0, keys.length);

            assertThat(all(sums.drain())).isEqualTo(Map.of(Double.NaN, 2.0, 0.0, 1.0, -0.0, 1.0));
        }
    }

    @Test
    void manyNumbersAtOnceComeToWhatTheyComeToOneByOne(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        for (int foreignAt : new int[] {-1, 3, 40}) {
            Map<Object, Object> expected = new LinkedHashMap<>();
            try (AggregationTable sums = new AggregationTable(new Folds.LongSum(), null, fixture.scope())) {
                for (int round = 0; round < 80; round++) {
                    long[] records =
                            random.longs(2 * random.nextInt(1, 300), 0, 700).toArray();
                    sums.mergeAll(Primitive.LONG, Primitive.LONG, records, 0, records.length / 2);
                    for (int i = 0; i < records.length; i += 2) {
                        expected.merge(records[i], records[i + 1], (a, b) -> (Long) a + (Long) b);
                    }
                    if (round == foreignAt) {
                        sums.merge("no number", StableHash.of("no number"), 5L);
                        expected.put("no number", 5L);
                    }
                }

                assertThat(new ArrayList<>(all(sums.drain()).entrySet()))
                        .isEqualTo(new ArrayList<>(expected.entrySet()));
            }
        }
    }

    /** Where the function is known and where it is not, and where something foreign ends it. */
    @Test
    void manyTextsAtOnceComeToWhatTheyComeToOneByOne(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        for (int foreignAt : new int[] {-1, 3, 40}) {
            for (Combiner<Object, Object> combiner : List.of(new Folds.LongSum(), new Folds.Count())) {
                Map<Object, Object> expected = new LinkedHashMap<>();
                try (AggregationTable sums = new AggregationTable(combiner, null, fixture.scope())) {
                    for (int round = 0; round < 80; round++) {
                        int count = random.nextInt(1, 300);
                        TextRows rows = new TextRows(count);
                        for (int row = 0; row < count; row++) {
                            String text = "x".repeat(random.nextInt(18)) + random.nextInt(70);
                            long number = random.nextLong(700);
                            rows.set(row, text, text.hashCode(), number);
                            expected.merge(text, number, (a, b) -> (Long) a + (Long) b);
                        }
                        sums.mergeAll(Primitive.LONG, rows, count);
                        if (round == foreignAt) {
                            sums.merge(17, StableHash.of(17), 5L);
                            expected.put(17, 5L);
                        }
                    }

                    assertThat(new ArrayList<>(all(sums.drain()).entrySet()))
                            .isEqualTo(new ArrayList<>(expected.entrySet()));
                }
            }
        }
    }

    @Test
    void keysLeaveAsTheyWereFirstSeenWithTheirValuesInOrder(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        Map<Object, Object> expected = new LinkedHashMap<>();
        for (int i = 0; i < 50_000; i++) {
            Object key = anyKey(random, 5000);
            add(key, i);
            Folds.list(expected.computeIfAbsent(key, k -> new ArrayList<>())).add(i);
        }

        assertSame(all(table.drain()), expected);
    }

    @Test
    void receivedAccumulatorsAreJoinedInTheOrderTheyCome(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        AggregationTable received = new AggregationTable(new Folds.Lists(), null, fixture.scope());
        Map<Object, Object> expected = new LinkedHashMap<>();
        for (int i = 0; i < 20_000; i++) {
            Object key = anyKey(random, 3000);
            received.merge(key, StableHash.of(key), new ArrayList<>(List.of(i, -i)));
            Folds.list(expected.computeIfAbsent(key, k -> new ArrayList<>())).addAll(List.of(i, -i));
        }

        assertSame(all(received.drain()), expected);
    }

    @Test
    void theNullKeyIsAKeyAndANullAccumulatorIsOne() throws Exception {
        try (AggregationTable distinct = new AggregationTable(new Folds.Nothing(), null, fixture.scope())) {
            for (Object key : Arrays.asList("a", null, "a", null, 0)) {
                distinct.add(key, StableHash.of(key), "value");
            }

            Map<Object, Object> all = all(distinct.drain());

            assertThat(all.keySet()).containsExactly("a", null, 0);
            assertThat(all.values()).containsOnlyNulls();
        }
    }

    @Test
    void whatASourceUsesForManyRecordsIsCopied() throws Exception {
        List<Object> key = new ArrayList<>();
        List<Object> value = new ArrayList<>();
        for (int i = 0; i < 10; i++) {
            key.clear();
            key.add(i % 2);
            value.clear();
            value.add(i);
            add(key, value);
        }

        assertThat(all(table.drain()))
                .containsExactly(
                        Map.entry(List.of(0), List.of(List.of(0), List.of(2), List.of(4), List.of(6), List.of(8))),
                        Map.entry(List.of(1), List.of(List.of(1), List.of(3), List.of(5), List.of(7), List.of(9))));
    }

    @Test
    void whatIsTheAttemptsOwnIsNotCopied() throws Exception {
        List<Object> accumulator = new ArrayList<>(List.of("first"));
        AggregationTable received = new AggregationTable(new Folds.Lists(), null, fixture.scope());
        received.merge("key", StableHash.of("key"), accumulator);
        received.add("key", StableHash.of("key"), "second");

        AggregationTable.Leaving leaving = received.drain();

        assertThat(leaving.advance()).isTrue();
        assertThat(leaving.accumulator()).isSameAs(accumulator);
        assertThat(accumulator).containsExactly("first", "second");
        received.close();
    }

    private static void assertSame(Map<Object, Object> found, Map<Object, Object> expected) {
        assertThat(new ArrayList<>(found.entrySet())).isEqualTo(new ArrayList<>(expected.entrySet()));
    }

    @Nested
    class Collisions {

        /** Compared one by one, this would be five thousand million comparisons. */
        @Test
        @Timeout(20)
        void aFloodOfComparableKeysWithOneHashIsFoldedFast() throws Exception {
            AggregationTable counts = new AggregationTable(new Folds.Count(), null, fixture.scope());
            int flood = 100_000;
            for (int i = 0; i < 2 * flood; i++) {
                counts.add(new Flood(i % flood), 42, i);
            }

            Map<Object, Object> all = all(counts.drain());
            assertThat(all).hasSize(flood);
            assertThat(all.values()).containsOnly(2L);
        }

        @Test
        void keysThatCannotBeComparedKeepTheirOwnValues() throws Exception {
            for (int i = 0; i < 3000; i++) {
                add(new Incomparable(i % 1000), i);
            }

            Map<Object, Object> all = all(table.drain());
            assertThat(all).hasSize(1000);
            assertThat(all.get(new Incomparable(999))).isEqualTo(List.of(999, 1999, 2999));
        }
    }

    @Nested
    class Memory {

        @Test
        void isHeldWhileTheTableGrowsAndGivenBackAsEntriesLeave() throws Exception {
            int keys = 20_000;
            for (int i = 0; i < keys; i++) {
                add("a rather long text, the number of which is " + i, "a value of about the same length, " + i);
            }
            long full = fixture.account().reservedBytes();
            assertThat(full).isGreaterThan(keys * 200L);

            AggregationTable.Leaving leaving = table.drain();
            for (int i = 0; i < keys * 3 / 4; i++) {
                assertThat(leaving.advance()).isTrue();
            }
            assertThat(fixture.account().reservedBytes()).isLessThan(full / 2);

            assertThat(all(leaving)).hasSize(keys / 4);
            assertThat(fixture.account().reservedBytes()).isZero();
        }

        @Test
        void isGivenBackAfterTheCombinerHasFailed() throws Exception {
            try (AggregationTable failing = new AggregationTable(new Folds.Failing(), null, fixture.scope())) {
                for (int i = 0; i < 10_000; i++) {
                    failing.add(i, i, "value");
                }
                assertThatThrownBy(() -> failing.add(0, 0, "value")).hasMessage("twice is once too often");
                assertThat(fixture.account().reservedBytes()).isPositive();
            }
        }
    }
}

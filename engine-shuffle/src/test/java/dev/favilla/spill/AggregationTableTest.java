package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.memory.ExecutionMemoryExhaustedException;
import dev.favilla.spill.TableFixture.Flood;
import dev.favilla.spill.TableFixture.Incomparable;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import dev.favilla.value.StableHash;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class AggregationTableTest {

    private static final int CHECKED_EVERY = 32;

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
        return new AggregationTable(new Lists(), fixture.copier(), fixture.account());
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
    void keysLeaveAsTheyWereFirstSeenWithTheirValuesInOrder(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        Map<Object, Object> expected = new LinkedHashMap<>();
        for (int i = 0; i < 50_000; i++) {
            Object key = anyKey(random, 5000);
            add(key, i);
            list(expected.computeIfAbsent(key, k -> new ArrayList<>())).add(i);
        }

        assertThat(table.size()).isEqualTo(expected.size());
        assertSame(all(table.drain()), expected);
    }

    @Test
    void receivedAccumulatorsAreJoinedInTheOrderTheyCome(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        AggregationTable received = new AggregationTable(new Lists(), null, fixture.account());
        Map<Object, Object> expected = new LinkedHashMap<>();
        for (int i = 0; i < 20_000; i++) {
            Object key = anyKey(random, 3000);
            received.merge(key, StableHash.of(key), new ArrayList<>(List.of(i, -i)));
            list(expected.computeIfAbsent(key, k -> new ArrayList<>())).addAll(List.of(i, -i));
        }

        assertSame(all(received.drain()), expected);
    }

    @Test
    void theNullKeyIsAKeyAndANullAccumulatorIsOne() throws Exception {
        try (AggregationTable distinct = new AggregationTable(new Nothing(), null, fixture.account())) {
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
        AggregationTable received = new AggregationTable(new Lists(), null, fixture.account());
        received.merge("key", StableHash.of("key"), accumulator);
        received.add("key", StableHash.of("key"), "second");

        AggregationTable.Leaving leaving = received.drain();

        assertThat(leaving.advance()).isTrue();
        assertThat(leaving.accumulator()).isSameAs(accumulator);
        assertThat(accumulator).containsExactly("first", "second");
        received.close();
    }

    @Test
    void aValueIsFoldedOnlyIfItsKeyIsPresent() throws Exception {
        assertThat(table.addIfPresent("b", StableHash.of("b"), 1)).isEqualTo(AggregationTable.ABSENT);
        table.admit("a", StableHash.of("a"), 2);
        table.admit("b", StableHash.of("b"), 3);

        assertThat(table.addIfPresent("a", StableHash.of("a"), 4)).isZero();
        assertThat(table.addIfPresent("b", StableHash.of("b"), 5)).isEqualTo(1);

        assertThat(all(table.drain())).containsExactly(Map.entry("a", List.of(2, 4)), Map.entry("b", List.of(3, 5)));
    }

    @Test
    void someLeaveAndThoseThatStayFoldOn(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        Map<Object, Object> inTable = new LinkedHashMap<>();
        for (int round = 0; round < 20; round++) {
            for (int i = random.nextInt(3000); i > 0; i--) {
                Object key = anyKey(random, 2000);
                add(key, i);
                list(inTable.computeIfAbsent(key, k -> new ArrayList<>())).add(i);
            }
            BitSet staying = new BitSet();
            Map<Object, Object> leaving = new LinkedHashMap<>();
            int entry = 0;
            for (Object key : List.copyOf(inTable.keySet())) {
                boolean stays = random.nextInt(3) == 0;
                staying.set(entry++, stays);
                if (!stays) {
                    leaving.put(key, inTable.remove(key));
                }
            }

            assertSame(all(table.drainAllBut(staying)), leaving);
            assertThat(table.size()).isEqualTo(inTable.size());
        }
        assertSame(all(table.drain()), inTable);
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
            AggregationTable counts = new AggregationTable(new Count(), null, fixture.account());
            int flood = 100_000;
            for (int i = 0; i < 2 * flood; i++) {
                counts.add(new Flood(i % flood), 42, i);
            }

            assertThat(counts.crowdedKeys()).isPositive();
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
        void thatIsRefusedBetweenTwoRecordsIsAllGivenBack() throws Exception {
            char[] kilobyte = new char[1000];
            Arrays.fill(kilobyte, 'x');
            int[] added = {0};

            assertThatThrownBy(() -> {
                        while (true) {
                            add(added[0] % 100, new String(kilobyte));
                            added[0]++;
                        }
                    })
                    .isInstanceOf(ExecutionMemoryExhaustedException.class)
                    .hasMessageContaining("the attempt");

            assertThat(added[0] % CHECKED_EVERY).isEqualTo(CHECKED_EVERY - 1); // it is asked for after so many records
            assertThat(table.size()).isEqualTo(100);
            table.close();
            assertThat(fixture.account().reservedBytes()).isZero();
            assertThat(table.size()).isZero();
        }

        @Test
        void isRefusedAtTheSameRecordEachTime() {
            int[] refusedAt = new int[2];
            for (int time = 0; time < 2; time++) {
                int attempt = time;
                try (AggregationTable again = lists()) {
                    assertThatThrownBy(() -> {
                                while (true) {
                                    again.add(refusedAt[attempt], refusedAt[attempt], new long[50]);
                                    refusedAt[attempt]++;
                                }
                            })
                            .isInstanceOf(ExecutionMemoryExhaustedException.class);
                }
            }
            assertThat(refusedAt[1]).isEqualTo(refusedAt[0]).isPositive();
        }

        @Test
        void isGivenBackAfterTheCombinerHasFailed() throws Exception {
            try (AggregationTable failing = new AggregationTable(new Failing(), null, fixture.account())) {
                for (int i = 0; i < 10_000; i++) {
                    failing.add(i, i, "value");
                }
                assertThatThrownBy(() -> failing.add(0, 0, "value")).hasMessage("twice is once too often");
                assertThat(fixture.account().reservedBytes()).isPositive();
            }
        }
    }

    @SuppressWarnings("unchecked")
    private static List<Object> list(Object accumulator) {
        return (List<Object>) accumulator;
    }

    /** All values of a key, in a list that it changes. */
    private record Lists() implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public Object create(@Nullable Object value) {
            List<Object> list = new ArrayList<>();
            list.add(value);
            return list;
        }

        @Override
        public Object add(@Nullable Object accumulator, @Nullable Object value) {
            list(accumulator).add(value);
            return accumulator;
        }

        @Override
        public Object merge(@Nullable Object left, @Nullable Object right) {
            list(left).addAll(list(right));
            return left;
        }
    }

    private record Count() implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public Object create(@Nullable Object value) {
            return 1L;
        }

        @Override
        public Object add(@Nullable Object accumulator, @Nullable Object value) {
            return (Long) accumulator + 1;
        }

        @Override
        public Object merge(@Nullable Object left, @Nullable Object right) {
            return (Long) left + (Long) right;
        }
    }

    private record Nothing() implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public @Nullable Object create(@Nullable Object value) {
            return null;
        }

        @Override
        public @Nullable Object add(@Nullable Object accumulator, @Nullable Object value) {
            return null;
        }

        @Override
        public @Nullable Object merge(@Nullable Object left, @Nullable Object right) {
            return null;
        }
    }

    private record Failing() implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public @Nullable Object create(@Nullable Object value) {
            return value;
        }

        @Override
        public Object add(@Nullable Object accumulator, @Nullable Object value) {
            throw new IllegalArgumentException("twice is once too often");
        }

        @Override
        public Object merge(@Nullable Object left, @Nullable Object right) {
            throw new IllegalArgumentException("never called");
        }
    }
}

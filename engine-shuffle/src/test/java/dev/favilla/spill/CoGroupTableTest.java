package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.spill.TableFixture.Flood;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Groups of several inputs are the same, in the same order, whatever they are made of and however little memory there is. */
@Timeout(120)
class CoGroupTableTest {

    private static final long PLENTY = 16 << 20;
    private static final long SCARCE = 300 << 10;
    private static final int INPUTS = 3;

    private LeakProbes probes;

    @BeforeEach
    void take(LeakProbes ofTest) {
        probes = ofTest;
    }

    private record Row(
            int input, @Nullable Object key, @Nullable Object value) {}

    private record Group(@Nullable Object key, List<List<@Nullable Object>> values) {}

    private static List<Row> rows(
            TestSeed seed, int count, LongFunction<@Nullable Object> key, LongFunction<@Nullable Object> value) {
        SplittableRandom random = seed.random();
        List<Row> rows = new ArrayList<>();
        for (int input = 0; input < INPUTS; input++) {
            for (int i = 0; i < count; i++) {
                rows.add(new Row(input, key.apply(random.nextLong(count)), value.apply(random.nextLong(1000))));
            }
        }
        return rows;
    }

    private static List<Group> expected(List<Row> rows) {
        Map<Object, List<List<@Nullable Object>>> groups = new LinkedHashMap<>();
        for (Row row : rows) {
            groups.computeIfAbsent(row.key(), key -> List.of(new ArrayList<>(), new ArrayList<>(), new ArrayList<>()))
                    .get(row.input())
                    .add(row.value());
        }
        List<Group> all = new ArrayList<>();
        groups.forEach((key, values) -> all.add(new Group(key, values)));
        return all;
    }

    private static Group current(CoGroupTable table) {
        List<List<@Nullable Object>> values = new ArrayList<>();
        for (Iterable<@Nullable Object> each : table.values()) {
            List<@Nullable Object> list = new ArrayList<>();
            each.forEach(list::add);
            values.add(list);
        }
        return new Group(table.key(), values);
    }

    private static void add(CoGroupTable table, Row row) throws Exception {
        table.add(row.input(), row.key(), StableHash.of(row.key()), row.value());
    }

    /** Adds all rows, and takes all groups out; {@code atStep} is run after each row and each group. */
    private List<Group> run(long bytes, List<Row> rows, Step atStep) throws Exception {
        List<Group> groups = new ArrayList<>();
        try (TableFixture fixture = new TableFixture(probes).leave(bytes);
                CoGroupTable table = new CoGroupTable(INPUTS, fixture.scope())) {
            int step = 0;
            for (Row row : rows) {
                add(table, row);
                atStep.run(step++, table);
            }
            while (table.advance()) {
                groups.add(current(table));
                atStep.run(step++, table);
            }
            assertThat(table.advance()).isFalse();
            assertThat(fixture.account().reservedBytes()).isZero();
            assertThat(fixture.spilledBytes() > 0).isEqualTo(bytes == SCARCE || atStep != NOTHING);
        }
        return groups;
    }

    @FunctionalInterface
    private interface Step {

        void run(int step, CoGroupTable table);
    }

    private static final Step NOTHING = (step, table) -> {};

    private void assertSameInAnyMemory(List<Row> rows) throws Exception {
        List<Group> expected = expected(rows);

        assertThat(run(PLENTY, rows, NOTHING)).isEqualTo(expected);
        assertThat(run(SCARCE, rows, NOTHING)).isEqualTo(expected);
        for (int at : List.of(0, rows.size() / 2, rows.size(), rows.size() + expected.size() / 2)) {
            assertThat(run(PLENTY, rows, (step, table) -> {
                        if (step == at) {
                            table.spill(1);
                        }
                    }))
                    .as("moved out at step %d", at)
                    .isEqualTo(expected);
        }
    }

    @Test
    void numbersByNumbers(TestSeed seed) throws Exception {
        assertSameInAnyMemory(rows(seed, 9000, key -> key, value -> value));
    }

    @Test
    void textsByTexts(TestSeed seed) throws Exception {
        assertSameInAnyMemory(rows(seed, 6000, key -> key % 7 == 0 ? null : "key " + key, value -> "value " + value));
    }

    @Test
    void numbersOfSeveralKindsNullsAndTexts(TestSeed seed) throws Exception {
        assertSameInAnyMemory(rows(
                seed,
                6000,
                key -> key % 1000 == 1 ? "key " + key : key,
                value -> value % 100 == 7 ? null : value % 100 == 8 ? "text" : value % 2 == 0 ? value : (int) value));
    }

    @Test
    void keysOfOneHash(TestSeed seed) throws Exception {
        assertSameInAnyMemory(rows(seed, 9000, key -> new Flood((int) key % 300), value -> value));
    }

    @Test
    void valuesOfAKeyOnOneSideOnlyLeaveTheOthersEmpty() throws Exception {
        assertThat(run(PLENTY, List.of(new Row(0, 1L, 10L), new Row(2, 2L, 20L), new Row(2, 1L, 11L)), NOTHING))
                .containsExactly(
                        new Group(1L, List.of(List.of(10L), List.of(), List.of(11L))),
                        new Group(2L, List.of(List.of(), List.of(), List.of(20L))));
        assertThat(run(PLENTY, List.of(), NOTHING)).isEmpty();
    }

    @Test
    void numbersThatComeTogetherAreThoseThatComeOneByOne(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        for (Primitive ofValues : Primitive.values()) {
            for (long memory : new long[] {PLENTY, SCARCE}) {
                List<Row> rows = new ArrayList<>();
                List<Group> groups = new ArrayList<>();
                try (TableFixture fixture = new TableFixture(probes).leave(memory);
                        CoGroupTable table = new CoGroupTable(INPUTS, fixture.scope())) {
                    for (int input = 0; input < INPUTS; input++) {
                        long[] records = random.longs(20_000, 0, 5_000)
                                .map(x -> x * x * 31)
                                .toArray();
                        table.addAll(input, Primitive.LONG, ofValues, records, 3, 9_000);
                        for (int i = 3; i < 9_000; i++) {
                            rows.add(new Row(input, records[2 * i], ofValues.box(records[2 * i + 1])));
                        }
                    }
                    while (table.advance()) {
                        groups.add(current(table));
                    }
                }
                assertThat(groups).as("%s in %d bytes", ofValues, memory).isEqualTo(expected(rows));
            }
        }
    }
}

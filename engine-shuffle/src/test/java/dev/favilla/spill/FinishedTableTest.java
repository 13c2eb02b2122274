package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import dev.favilla.value.StableHash;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A join with what an aggregation has come to has the same rows in the same order, whoever's table it is. */
class FinishedTableTest {

    /** What is free of the pool: all fits, the join's table does not, nor does the aggregation's. */
    private static final long[] BUDGETS = {24L << 20, 900 << 10, 400 << 10, 150 << 10};

    private static final int RIGHTS = 20_000;

    private LeakProbes probes;

    @BeforeEach
    void keep(LeakProbes given) {
        probes = given;
    }

    /** What is done to counts on their way to the join. */
    private enum On {
        AS_THEY_ARE,
        OTHER_NUMBERS,
        TEXTS,
        NUMBERS_WITH_NULLS,
        NUMBERS_WITH_TEXTS;

        @Nullable
        Object apply(long count) {
            return switch (this) {
                case AS_THEY_ARE -> count;
                case OTHER_NUMBERS -> count * 7;
                case TEXTS -> "count " + count;
                case NUMBERS_WITH_NULLS -> count == 4 ? null : (Object) count;
                case NUMBERS_WITH_TEXTS -> count == 9 ? "nine" : (Object) (count + 1);
            };
        }
    }

    private static List<Object> keys(SplittableRandom random, boolean numbers, int count) {
        List<Object> keys = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            long number = Math.min(random.nextInt(9000), random.nextInt(9000));
            keys.add(numbers ? (Object) number : number % 3 == 0 ? number : "key " + number);
        }
        return keys;
    }

    private record Rows(List<String> all) implements JoinedRows {

        @Override
        public boolean matched(@Nullable Object key, @Nullable Object left, Iterator<@Nullable Object> rights) {
            StringBuilder row = new StringBuilder(key + ": " + left);
            rights.forEachRemaining(right -> row.append(' ').append(right));
            all.add(row.toString());
            return true;
        }

        @Override
        public boolean unmatched(@Nullable Object key, Iterator<@Nullable Object> rights) {
            return matched(key, "-", rights);
        }
    }

    private static List<String> expected(JoinType type, On on, List<Object> left, List<Object> right) {
        Map<Object, Object> counts = new LinkedHashMap<>();
        right.forEach(key -> counts.merge(key, 1L, (a, b) -> (Long) a + (Long) b));
        counts.replaceAll((key, count) -> " " + on.apply((Long) count));
        Map<Object, Object> alone = new LinkedHashMap<>(counts);
        List<String> rows = new ArrayList<>();
        for (int i = 0; i < left.size(); i++) {
            Object key = left.get(i);
            alone.remove(key);
            if (type.wantsLeft(counts.containsKey(key))) {
                rows.add(key + ": " + i + (type.needsKeysOnly() ? "" : counts.getOrDefault(key, "")));
            }
        }
        if (type.wantsRightAlone()) {
            alone.forEach((key, count) -> rows.add(key + ": -" + count));
        }
        return rows;
    }

    /** Returns the rows, with what was asked of {@code on} in {@code calls}. */
    private List<String> joined(
            JoinType type, On on, List<Object> left, List<Object> right, long bytes, List<Object> calls)
            throws Exception {
        List<String> rows = new ArrayList<>();
        UnaryOperator<@Nullable Object> function = count -> {
            calls.add(count);
            return on.apply((Long) count);
        };
        try (TableFixture fixture = new TableFixture(probes).leave(bytes)) {
            try (HashJoin join = new HashJoin(fixture.scope(), fixture.copier(), type, new Rows(rows))) {
                boolean whole = addCounts(fixture, on, function, right, join);
                assertThat(whole || bytes < BUDGETS[0]).as("all fits").isTrue();
                join.completeRight();
                for (int i = 0; i < left.size(); i++) {
                    join.addLeft(left.get(i), StableHash.of(left.get(i)), i);
                }
                while (join.emitRest(100)) {
                    fixture.scope().checkKilled();
                }
            }
            assertThat(fixture.account().reservedBytes()).isZero();
            assertThat(fixture.bytesOnDisk()).isZero();
        }
        return rows;
    }

    /** Counts and adds to the right side; returns whether there was a table to be taken over. */
    private static boolean addCounts(
            TableFixture fixture, On on, UnaryOperator<@Nullable Object> function, List<Object> right, HashJoin join)
            throws Exception {
        try (AggregationTable counts = new AggregationTable(new Folds.Count(), null, fixture.scope())) {
            for (Object key : right) {
                counts.add(key, StableHash.of(key), key);
            }
            AggregationTable.Leaving leaving = counts.drain();
            FinishedTable whole = leaving.whole();
            if (whole == null || !join.takeRight(onItsWay(on, whole, function))) {
                while (leaving.advance()) {
                    join.addRight(leaving.key(), leaving.hash(), function.apply(leaving.accumulator()));
                }
            }
            return whole != null;
        }
    }

    private static FinishedTable onItsWay(On on, FinishedTable whole, UnaryOperator<@Nullable Object> function) {
        return on == On.AS_THEY_ARE
                ? whole
                : whole.mapped((table, value) -> value).mapped((table, value) -> function.apply(value));
    }

    @ParameterizedTest
    @EnumSource
    void rowsAndTheirOrderAreTheSameInAnyBudget(JoinType type, TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        for (boolean numbers : new boolean[] {true, false}) {
            List<Object> left = keys(random, numbers, 4000);
            List<Object> right = keys(random, numbers, RIGHTS);
            for (On on : On.values()) {
                List<String> expected = expected(type, on, left, right);
                for (long bytes : BUDGETS) {
                    assertThat(joined(type, on, left, right, bytes, new ArrayList<>()))
                            .as("%s in %d bytes", on, bytes)
                            .isEqualTo(expected);
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "AS_THEY_ARE")
    void aFunctionIsCalledOnceForEachKeyInTheirOrder(On on, TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        List<Object> right = keys(random, true, RIGHTS);
        Map<Object, Object> counts = new LinkedHashMap<>();
        right.forEach(key -> counts.merge(key, 1L, (a, b) -> (Long) a + (Long) b));

        for (long bytes : BUDGETS) {
            List<Object> calls = new ArrayList<>();
            joined(JoinType.INNER, on, List.of(1L), right, bytes, calls);
            assertThat(calls).as("in %d bytes", bytes).isEqualTo(List.copyOf(counts.values()));
        }
    }

    @Test
    void aFunctionThatFailsKnowsTheKey() throws Exception {
        try (TableFixture fixture = new TableFixture(probes);
                AggregationTable counts = new AggregationTable(new Folds.Count(), null, fixture.scope());
                HashJoin join = new HashJoin(fixture.scope(), null, JoinType.INNER, new Rows(new ArrayList<>()))) {
            for (long key : new long[] {5, 6, 5, 7}) {
                counts.add(key, StableHash.of(key), key);
            }
            FinishedTable whole = counts.drain().whole();

            assertThatThrownBy(() -> join.takeRight(whole.mapped((table, value) -> {
                        if (table.key().equals(6L)) {
                            throw new IllegalStateException(table.key() + " has " + value);
                        }
                        return value;
                    })))
                    .hasMessage("6 has 1");
        }
    }

    @Test
    void aTableThatAKeyHasLeftIsNotTakenOver() throws Exception {
        try (TableFixture fixture = new TableFixture(probes);
                AggregationTable counts = new AggregationTable(new Folds.Count(), null, fixture.scope());
                AggregationTable groups = new AggregationTable(new GatherValues(), null, fixture.scope())) {
            counts.add(1L, 1, 1L);
            counts.add(2L, 2, 1L);
            groups.add(1L, 1, 1L);
            AggregationTable.Leaving leaving = counts.drain();
            leaving.advance();

            assertThat(leaving.whole()).isNull();
            assertThat(groups.drain().whole())
                    .as("groups, which are no values yet")
                    .isNull();
        }
    }

    @Test
    void aJoinWithARightSideAlreadyTakesNoTable() throws Exception {
        try (TableFixture fixture = new TableFixture(probes);
                AggregationTable counts = new AggregationTable(new Folds.Count(), null, fixture.scope());
                HashJoin join = new HashJoin(fixture.scope(), null, JoinType.INNER, new Rows(new ArrayList<>()))) {
            counts.add(1L, 1, 1L);
            join.addRight(1L, 1, 4L);
            AggregationTable.Leaving leaving = counts.drain();

            assertThat(join.takeRight(leaving.whole())).isFalse();
            assertThat(leaving.advance()).isTrue();
        }
    }
}

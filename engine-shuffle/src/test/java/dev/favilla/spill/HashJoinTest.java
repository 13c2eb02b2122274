package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.memory.TaskKilledException;
import dev.favilla.spill.TableFixture.Flood;
import dev.favilla.spill.TableFixture.Incomparable;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import dev.favilla.value.Primitive;
import dev.favilla.value.StableHash;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class HashJoinTest {

    private static final int KIB = 1 << 10;

    /** What is free of the pool in the three budgets that must make no difference. */
    private static final long[] BUDGETS = {24L << 20, 600 * KIB, 200 * KIB};

    private record Entry(@Nullable Object key, @Nullable Object value) {}

    private LeakProbes probes;

    @BeforeEach
    void keep(LeakProbes given) {
        probes = given;
    }

    /** Joins in so much memory; returns the rows in words. */
    private List<String> join(JoinType type, List<Entry> left, List<Entry> right, long bytes) throws Exception {
        List<String> rows = new ArrayList<>();
        try (TableFixture fixture = new TableFixture(probes)) {
            fixture.leave(bytes);
            run(fixture, type, left, right, new Listing(rows));
            assertThat(fixture.account().reservedBytes()).isZero();
            assertThat(fixture.bytesOnDisk()).isZero();
            if (bytes == BUDGETS[0]) {
                assertThat(fixture.spilledBytes()).isZero();
            }
        }
        return rows;
    }

    private static void run(TableFixture fixture, JoinType type, List<Entry> left, List<Entry> right, JoinedRows rows)
            throws Exception {
        try (HashJoin join = new HashJoin(fixture.scope(), fixture.copier(), type, rows)) {
            for (Entry entry : right) {
                join.addRight(entry.key, StableHash.of(entry.key), entry.value);
            }
            join.completeRight();
            boolean wanted = true;
            for (Entry entry : left) {
                wanted = wanted && join.addLeft(entry.key, StableHash.of(entry.key), entry.value);
            }
            while (wanted && join.emitRest(7)) {
                fixture.scope().checkKilled();
            }
        }
    }

    private record Listing(List<String> rows) implements JoinedRows {

        @Override
        public boolean matched(@Nullable Object key, @Nullable Object left, Iterator<@Nullable Object> rights) {
            StringBuilder row = new StringBuilder(key + ": " + left);
            rights.forEachRemaining(right -> row.append(' ').append(right));
            rows.add(row.toString());
            return true;
        }

        @Override
        public boolean unmatched(@Nullable Object key, Iterator<@Nullable Object> rights) {
            return matched(key, "-", rights);
        }
    }

    private static List<String> expected(JoinType type, List<Entry> left, List<Entry> right) {
        Map<Object, List<Object>> byKey = new LinkedHashMap<>();
        right.forEach(entry ->
                byKey.computeIfAbsent(entry.key, key -> new ArrayList<>()).add(entry.value));
        List<String> rows = new ArrayList<>();
        Map<Object, List<Object>> alone = new LinkedHashMap<>(byKey);
        for (Entry entry : left) {
            List<Object> rights = byKey.getOrDefault(entry.key, List.of());
            alone.remove(entry.key);
            if (type.wantsLeft(!rights.isEmpty())) {
                rows.add(row(entry.key, entry.value, type.needsKeysOnly() ? List.of() : rights));
            }
        }
        if (type.wantsRightAlone()) {
            alone.forEach((key, rights) -> rows.add(row(key, "-", rights)));
        }
        return rows;
    }

    private static String row(@Nullable Object key, @Nullable Object left, List<Object> rights) {
        StringBuilder row = new StringBuilder(key + ": " + left);
        rights.forEach(right -> row.append(' ').append(right));
        return row.toString();
    }

    /** Keys of all kinds, some frequent, some on one side only; about a megabyte and a half in memory. */
    private static List<Entry> entries(SplittableRandom random, int count, int firstNumber) {
        List<Entry> entries = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int number = firstNumber + Math.min(random.nextInt(3000), random.nextInt(6000));
            Object key = switch (number % 8) {
                case 0 -> number < firstNumber + 1500 ? null : number;
                case 1 -> "key " + number;
                case 2 -> new Flood(number % 50);
                case 3 -> List.of(number, "x");
                default -> number * 1024;
            };
            entries.add(new Entry(key, random.nextInt(20) == 0 ? null : "value " + i));
        }
        return entries;
    }

    private static List<Entry> numbers(SplittableRandom random, int count, long firstKey) {
        List<Entry> entries = new ArrayList<>();
        for (long i = 0; i < count; i++) {
            entries.add(new Entry(firstKey + Math.min(random.nextLong(9000), random.nextLong(9000)), i));
        }
        return entries;
    }

    private static long[] bits(List<Entry> entries) {
        return entries.stream()
                .flatMapToLong(entry -> LongStream.of((Long) entry.key, (Long) entry.value))
                .toArray();
    }

    /** Numbers come in blocks; now and then one comes by itself, and once one that is no number. */
    @ParameterizedTest
    @EnumSource
    void numbersGiveTheRowsOfTheirObjectsInAnyBudget(JoinType type, TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        List<Entry> left = numbers(random, 4000, 2000);
        List<Entry> right = numbers(random, 20_000, 0);
        Entry odd = new Entry(2500L, "odd");
        for (int oddAt : new int[] {right.size(), 12_000}) {
            List<Entry> all = new ArrayList<>(right);
            all.add(oddAt, odd);
            List<String> expected = expected(type, left, all);
            for (long bytes : new long[] {BUDGETS[0], 400 * KIB, 150 * KIB}) {
                List<String> rows = new ArrayList<>();
                try (TableFixture fixture = new TableFixture(probes).leave(bytes);
                        HashJoin join = new HashJoin(fixture.scope(), null, type, new Listing(rows))) {
                    long[] rights = bits(right);
                    join.addRight(Primitive.LONG, Primitive.LONG, rights, 0, 1000);
                    join.addRight(Primitive.LONG, Primitive.LONG, rights, 1000, oddAt);
                    join.addRight(odd.key, StableHash.of(odd.key), odd.value);
                    join.addRight(Primitive.LONG, Primitive.LONG, rights, oddAt, right.size());
                    join.completeRight();
                    long[] lefts = bits(left);
                    assertThat(join.addLeft(Primitive.LONG, Primitive.LONG, lefts, 0, 70))
                            .isEqualTo(70);
                    join.addLeft(left.get(70).key, StableHash.of(left.get(70).key), left.get(70).value);
                    assertThat(join.addLeft(Primitive.LONG, Primitive.LONG, lefts, 71, left.size()))
                            .isEqualTo(left.size() - 71);
                    while (join.emitRest(7)) {
                        fixture.scope().checkKilled();
                    }
                }
                assertThat(rows)
                        .as("%d bytes, one that is odd at %d", bytes, oddAt)
                        .isEqualTo(expected);
            }
        }
    }

    @Test
    void numbersEndWithTheRowBehindWhichNoMoreAreWanted() throws Exception {
        List<Object> seen = new ArrayList<>();
        JoinedRows untilThree = new JoinedRows() {
            @Override
            public boolean matched(@Nullable Object key, @Nullable Object left, Iterator<@Nullable Object> rights) {
                seen.add(left);
                return seen.size() < 3;
            }

            @Override
            public boolean unmatched(@Nullable Object key, Iterator<@Nullable Object> rights) {
                return true;
            }
        };
        long[] records = bits(List.of(new Entry(1L, 10L), new Entry(2L, 20L), new Entry(3L, 30L), new Entry(4L, 40L)));
        try (TableFixture fixture = new TableFixture(probes);
                HashJoin join = new HashJoin(fixture.scope(), null, JoinType.INNER, untilThree)) {
            join.addRight(Primitive.LONG, Primitive.LONG, records, 0, 4);
            join.completeRight();

            assertThat(join.addLeft(Primitive.LONG, Primitive.LONG, records, 0, 4))
                    .isEqualTo(2);
            assertThat(seen).containsExactly(10L, 20L, 30L);
        }
    }

    @ParameterizedTest
    @EnumSource
    void rowsAndTheirOrderAreTheSameInAnyBudget(JoinType type, TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        List<Entry> left = entries(random, 3000, 0);
        List<Entry> right = entries(random, 12_000, 800);
        right.removeIf(entry -> entry.key == null && entry.value != null && random.nextInt(20) > 0);
        List<String> expected = expected(type, left, right);

        for (long bytes : BUDGETS) {
            assertThat(join(type, left, right, bytes)).as("in %s bytes", bytes).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @EnumSource
    void oneHotKeyOnBothSidesIsJoinedWithoutWritingTheProduct(JoinType type) throws Exception {
        List<Entry> left = new ArrayList<>(List.of(new Entry("alone", 0)));
        List<Entry> right = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            left.add(new Entry("hot", i));
        }
        for (int i = 0; i < 5000; i++) {
            right.add(new Entry(
                    i % 100 == 0 ? "cold " + i : "hot", "a value of some length, the number of which is " + i));
        }
        assertThat(join(type, left, right, 300 * KIB)).isEqualTo(expected(type, left, right));
    }

    @ParameterizedTest
    @EnumSource
    void keysOfOneHashThatDoNotFitAreComparedOneByOne(JoinType type) throws Exception {
        List<Entry> left = new ArrayList<>();
        List<Entry> right = new ArrayList<>();
        for (int i = 0; i < 120; i++) {
            left.add(new Entry(i % 3 == 0 ? new Flood(3 * i) : new Incomparable(3 * i), i));
        }
        for (int i = 0; i < 2000; i++) {
            right.add(
                    new Entry(i % 2 == 0 ? new Flood(i % 700) : new Incomparable(i % 700), "a rather long value " + i));
        }
        assertThat(join(type, left, right, 150 * KIB)).isEqualTo(expected(type, left, right));
    }

    @Test
    void emptySidesJoinToNothingOrToTheOther() throws Exception {
        List<Entry> some = List.of(new Entry(1, "a"), new Entry(null, "b"));
        for (JoinType type : JoinType.values()) {
            assertThat(join(type, List.of(), List.of(), 1 << 20)).isEmpty();
            assertThat(join(type, some, List.of(), 1 << 20)).isEqualTo(expected(type, some, List.of()));
            assertThat(join(type, List.of(), some, 1 << 20)).isEqualTo(expected(type, List.of(), some));
        }
    }

    @Nested
    class WhileRowsAreHandedOut {

        private final List<Entry> left = new ArrayList<>();
        private final List<Entry> right = new ArrayList<>();

        WhileRowsAreHandedOut() {
            for (int i = 0; i < 4000; i++) {
                left.add(new Entry(i % 1000, i));
                right.add(new Entry(500 + i % 1000, "a value of some length, the number of which is " + i));
            }
        }

        /** Asks for memory in the middle, as an operation behind the join would. */
        private List<String> joinAsking(JoinType type, int... after) throws Exception {
            List<String> rows = new ArrayList<>();
            try (TableFixture fixture = new TableFixture(probes)) {
                fixture.leave(2048 * KIB);
                Listing listing = new Listing(rows);
                run(fixture, type, left, right, new JoinedRows() {
                    private void ask() {
                        for (int number : after) {
                            if (rows.size() == number) {
                                long granted = fixture.account().reserve(fixture.free() + 100 * KIB);
                                fixture.account().release(granted);
                            }
                        }
                    }

                    @Override
                    public boolean matched(
                            @Nullable Object key, @Nullable Object value, Iterator<@Nullable Object> rights) {
                        ask();
                        return listing.matched(key, value, rights);
                    }

                    @Override
                    public boolean unmatched(@Nullable Object key, Iterator<@Nullable Object> rights) {
                        ask();
                        return listing.unmatched(key, rights);
                    }
                });
                assertThat(fixture.spilledBytes()).isPositive();
            }
            return rows;
        }

        @ParameterizedTest
        @EnumSource
        void theRestCanBeMovedOutAndFollowsInOrder(JoinType type) throws Exception {
            List<String> expected = expected(type, left, right);
            int rows = expected.size();

            assertThat(joinAsking(type, 1)).isEqualTo(expected);
            assertThat(joinAsking(type, rows / 3, rows / 2)).isEqualTo(expected);
            assertThat(joinAsking(type, rows / 3, rows - 1)).isEqualTo(expected);
        }

        @Test
        void rightKeysThatAreAloneCanBeMovedOutToo() throws Exception {
            List<String> expected = expected(JoinType.FULL_OUTER, left, right);

            assertThat(joinAsking(JoinType.FULL_OUTER, expected.size() - 300)).isEqualTo(expected);
        }
    }

    @Nested
    class EndedEarly {

        private final List<Entry> many = new ArrayList<>();

        EndedEarly() {
            for (int i = 0; i < 20_000; i++) {
                many.add(new Entry(i, "a value of some length, the number of which is " + i));
            }
        }

        @Test
        void nothingIsLeftWhenNoMoreRowsAreWanted() throws Exception {
            int[] rows = {0};
            try (TableFixture fixture = new TableFixture(probes)) {
                fixture.leave(400 * KIB);
                run(fixture, JoinType.INNER, many, many, new JoinedRows() {
                    @Override
                    public boolean matched(
                            @Nullable Object key, @Nullable Object value, Iterator<@Nullable Object> rights) {
                        return ++rows[0] < 10;
                    }

                    @Override
                    public boolean unmatched(@Nullable Object key, Iterator<@Nullable Object> rights) {
                        throw new AssertionError("not an outer join");
                    }
                });
                assertThat(fixture.account().reservedBytes()).isZero();
                assertThat(fixture.bytesOnDisk()).isZero();
            }
            assertThat(rows[0]).isEqualTo(10);
        }

        @Test
        void aKilledAttemptEndsWhileItJoinsPartByPart() throws Exception {
            try (TableFixture fixture = new TableFixture(probes)) {
                fixture.leave(200 * KIB);
                HashJoin join =
                        new HashJoin(fixture.scope(), fixture.copier(), JoinType.INNER, new Listing(new ArrayList<>()));
                fixture.scope().onClose(join::close);
                for (Entry entry : many) {
                    join.addRight(entry.key, StableHash.of(entry.key), entry.value);
                }
                join.completeRight();
                for (Entry entry : many) {
                    join.addLeft(entry.key, StableHash.of(entry.key), entry.value);
                }
                fixture.scope().kill("not wanted any more");

                assertThatThrownBy(() -> join.emitRest(Integer.MAX_VALUE)).isInstanceOf(TaskKilledException.class);
            }
        }

        @Test
        void whatARowsTakerThrowsReachesTheCaller() throws Exception {
            try (TableFixture fixture = new TableFixture(probes)) {
                fixture.leave(400 * KIB);
                IllegalStateException thrown = new IllegalStateException("on purpose");

                assertThatThrownBy(() -> run(fixture, JoinType.LEFT_OUTER, many, many, new JoinedRows() {
                            @Override
                            public boolean matched(
                                    @Nullable Object key, @Nullable Object value, Iterator<@Nullable Object> rights) {
                                throw thrown;
                            }

                            @Override
                            public boolean unmatched(@Nullable Object key, Iterator<@Nullable Object> rights) {
                                throw thrown;
                            }
                        }))
                        .isSameAs(thrown);
                assertThat(fixture.bytesOnDisk()).isZero();
            }
        }
    }
}

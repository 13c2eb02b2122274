package dev.favilla.spill;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.memory.ExecutionMemoryExhaustedException;
import dev.favilla.memory.TaskKilledException;
import dev.favilla.serializer.JavaRecordSerializer;
import dev.favilla.serializer.KryoSerializer;
import dev.favilla.serializer.SerializationException;
import dev.favilla.serializer.Serializer;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** An aggregation that does not fit in memory gives what it would give if it did. */
@Timeout(120)
class AggregationSpillTest {

    private static final long PLENTY = 16 << 20;
    private static final long SCARCE = 1 << 20;
    private static final long NEXT_TO_NOTHING = 200 << 10;

    private LeakProbes probes;

    @BeforeEach
    void take(LeakProbes ofTest) {
        probes = ofTest;
    }

    /** A row: a key, and a value or an accumulator. */
    private record Row(@Nullable Object key, @Nullable Object value) {}

    /** What came out, and how it went. */
    private record Outcome(List<Row> rows, long spilledBytes) {}

    private static Outcome run(
            TableFixture fixture, Combiner<@Nullable Object, @Nullable Object> combiner, boolean merging, List<Row> in)
            throws Exception {
        List<Row> out = new ArrayList<>();
        try (AggregationTable table = new AggregationTable(combiner, fixture.copier(), fixture.scope())) {
            for (Row row : in) {
                if (merging) {
                    table.merge(row.key(), StableHash.of(row.key()), row.value());
                } else {
                    table.add(row.key(), StableHash.of(row.key()), row.value());
                }
            }
            AggregationTable.Leaving leaving = table.drain();
            while (leaving.advance()) {
                assertThat(leaving.hash()).isEqualTo(StableHash.of(leaving.key()));
                Object value = leaving.accumulator();
                out.add(new Row(leaving.key(), value instanceof LargeGroup large ? large.toList() : value));
            }
            assertThat(leaving.mayAdvance()).isFalse();
            assertThat(leaving.advance()).isFalse();
        }
        assertThat(fixture.account().reservedBytes()).isZero();
        return new Outcome(out, fixture.spilledBytes());
    }

    private Outcome run(
            long bytes, Combiner<@Nullable Object, @Nullable Object> combiner, boolean merging, List<Row> in)
            throws Exception {
        try (TableFixture fixture = new TableFixture(probes).leave(bytes)) {
            return run(fixture, combiner, merging, in);
        }
    }

    /** Keys of every kind: null, the largest int, some of equal hash, and more than fit. */
    private static @Nullable Object anyKey(SplittableRandom random, int keys) {
        int number = random.nextInt(keys);
        return switch (number % 8) {
            case 0 -> new Flood(number);
            case 1 -> "key " + number;
            case 2 -> number < 100 ? null : number;
            case 3 -> number < 100 ? Integer.MAX_VALUE : List.of(number, "in a list");
            default -> number * 4096;
        };
    }

    private static List<Row> doubles(SplittableRandom random, int rows, int keys) {
        List<Row> in = new ArrayList<>();
        for (int i = 0; i < rows; i++) {
            in.add(new Row(anyKey(random, keys), random.nextDouble() * Math.pow(10, random.nextInt(-9, 9))));
        }
        return in;
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void sumsOfDoublesHaveTheSameBitsInTheSameOrderUnderThreeBudgets(boolean merging, TestSeed seed) throws Exception {
        List<Row> in = doubles(seed.random(), 150_000, 40_000);
        Map<Object, Double> expected = new LinkedHashMap<>();
        in.forEach(row -> expected.merge(keyOf(row), (Double) row.value(), Double::sum));

        Outcome plenty = run(PLENTY, new Folds.Sum(), merging, in);
        Outcome scarce = run(SCARCE, new Folds.Sum(), merging, in);
        Outcome little = run(NEXT_TO_NOTHING, new Folds.Sum(), merging, in);

        assertThat(plenty.spilledBytes()).isZero();
        assertThat(scarce.spilledBytes()).isPositive();
        assertThat(little.spilledBytes()).isGreaterThan(scarce.spilledBytes());
        List<Row> inOrder = new ArrayList<>();
        expected.forEach((key, sum) -> inOrder.add(new Row(key.equals("no key") ? null : key, sum)));
        assertThat(plenty.rows()).isEqualTo(inOrder);
        assertThat(scarce.rows()).isEqualTo(inOrder);
        assertThat(little.rows()).isEqualTo(inOrder);
    }

    private Outcome sumsOfTexts(long bytes, List<TextRows> blocks) throws Exception {
        try (TableFixture fixture = new TableFixture(probes).leave(bytes);
                AggregationTable table = new AggregationTable(new Folds.LongSum(), null, fixture.scope())) {
            for (TextRows rows : blocks) {
                table.mergeAll(Primitive.LONG, rows, rows.room());
            }
            List<Row> out = new ArrayList<>();
            AggregationTable.Leaving leaving = table.drain();
            while (leaving.advance()) {
                out.add(new Row(leaving.key(), leaving.accumulator()));
            }
            return new Outcome(out, fixture.spilledBytes());
        }
    }

    /** Some are kept as bits, some by reference, and all of them may have to move out between two rows. */
    @Test
    void textsThatAreMergedTogetherLeaveInTheSameOrderUnderThreeBudgets(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        List<TextRows> blocks = new ArrayList<>();
        Map<Object, Object> expected = new LinkedHashMap<>();
        for (int block = 0; block < 200; block++) {
            TextRows rows = new TextRows(500);
            for (int row = 0; row < rows.room(); row++) {
                String text = "x".repeat(random.nextInt(3) * 8) + random.nextInt(20_000);
                rows.set(row, text, text.hashCode(), row);
                expected.merge(text, (long) row, (a, b) -> (Long) a + (Long) b);
            }
            blocks.add(rows);
        }
        List<Row> inOrder = new ArrayList<>();
        expected.forEach((key, sum) -> inOrder.add(new Row(key, sum)));

        Outcome plenty = sumsOfTexts(PLENTY, blocks);
        Outcome scarce = sumsOfTexts(SCARCE, blocks);
        Outcome little = sumsOfTexts(NEXT_TO_NOTHING, blocks);

        assertThat(plenty.spilledBytes()).isZero();
        assertThat(scarce.spilledBytes()).isPositive();
        assertThat(plenty.rows()).isEqualTo(inOrder);
        assertThat(scarce.rows()).isEqualTo(inOrder);
        assertThat(little.rows()).isEqualTo(inOrder);
    }

    private static Object keyOf(Row row) {
        return row.key() == null ? "no key" : row.key();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void mutableKeysValuesAndAccumulatorsComeBackAsTheyWere(boolean java, TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        List<Row> in = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            ArrayList<Object> key = new ArrayList<>(Arrays.asList(random.nextInt(4000), null));
            in.add(new Row(key, i % 7 == 0 ? null : new ArrayList<>(List.of(i))));
        }
        Serializer serializer = java ? new JavaRecordSerializer() : new KryoSerializer(List.of());
        try (TableFixture fixture = new TableFixture(probes, serializer).leave(SCARCE)) {
            Outcome scarce = run(fixture, new Folds.Lists(), false, in);

            assertThat(scarce.spilledBytes()).isPositive();
            assertThat(scarce.rows())
                    .isEqualTo(run(PLENTY, new Folds.Lists(), false, in).rows());
        }
    }

    @Test
    void nullKeysAndNullValuesSurvive() throws Exception {
        List<Row> in = new ArrayList<>();
        for (int i = 0; i < 60_000; i++) {
            in.add(new Row(i % 3 == 0 ? null : i, i % 2 == 0 ? null : "value " + i));
        }

        for (var combiner : List.of(new Folds.Nothing(), new GatherValues())) {
            Outcome scarce = run(SCARCE, combiner, false, in);

            assertThat(scarce.spilledBytes()).isPositive();
            assertThat(scarce.rows()).isEqualTo(run(PLENTY, combiner, false, in).rows());
        }
    }

    /** Half of the keys come again and again; every thousandth value of some may be no number of the kind of the others. */
    private Outcome groupsOfNumbers(long bytes, Primitive values, long[] records, @Nullable Object odd)
            throws Exception {
        try (TableFixture fixture = new TableFixture(probes).leave(bytes);
                AggregationTable table = new AggregationTable(new GatherValues(), null, fixture.scope())) {
            int half = records.length / 4;
            table.addAll(Primitive.LONG, values, records, 0, half);
            if (odd != null) {
                table.add(records[0], StableHash.of(records[0]), odd);
            }
            long[] rest = Arrays.copyOfRange(records, 2 * half, records.length);
            table.addAll(Primitive.LONG, values, rest, 0, rest.length / 2);
            List<Row> out = new ArrayList<>();
            AggregationTable.Leaving leaving = table.drain();
            while (leaving.advance()) {
                Object group = leaving.accumulator();
                out.add(new Row(leaving.key(), group instanceof LargeGroup large ? large.toList() : group));
            }
            return new Outcome(out, fixture.spilledBytes());
        }
    }

    @Test
    void groupsOfNumbersHaveTheSameValuesInTheSameOrderUnderThreeBudgets(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        long[] records = new long[2 * 100_000];
        for (int i = 0; i < records.length; i += 2) {
            records[i] = random.nextInt(4) == 0 ? 7 : random.nextInt(8_000); // one is hot
            records[i + 1] = random.nextInt(1_000_000);
        }
        for (Primitive values : Primitive.values()) {
            for (Object odd : Arrays.asList(null, "text", 1L, 1)) {
                Map<Object, List<Object>> expected = new LinkedHashMap<>();
                for (int i = 0; i < records.length; i += 2) {
                    if (i == records.length / 2 && odd != null) {
                        expected.get(records[0]).add(odd);
                    }
                    expected.computeIfAbsent(records[i], k -> new ArrayList<>()).add(values.box(records[i + 1]));
                }
                List<Row> inOrder = new ArrayList<>();
                expected.forEach((key, group) -> inOrder.add(new Row(key, group)));

                Outcome plenty = groupsOfNumbers(PLENTY, values, records, odd);
                Outcome scarce = groupsOfNumbers(SCARCE, values, records, odd);
                Outcome little = groupsOfNumbers(NEXT_TO_NOTHING, values, records, odd);

                assertThat(plenty.spilledBytes()).isZero();
                assertThat(scarce.spilledBytes()).isPositive();
                assertThat(plenty.rows()).isEqualTo(inOrder);
                assertThat(scarce.rows()).isEqualTo(inOrder);
                assertThat(little.rows()).isEqualTo(inOrder);
            }
        }
    }

    /** As objects they would take three megabytes in lists. */
    @Test
    void groupsOfNumbersStayInMemoryAsLongAsTheirBitsFit() throws Exception {
        long[] records = new long[2 * 100_000];
        for (int i = 0; i < records.length; i += 2) {
            records[i] = i % 2_000;
            records[i + 1] = i;
        }

        Outcome outcome = groupsOfNumbers(2_600_000, Primitive.LONG, records, null);

        assertThat(outcome.rows()).hasSize(1_000);
        assertThat(outcome.spilledBytes()).isZero();
    }

    @Nested
    class KeysOfEqualHash {

        @Test
        void thousandKeysOfTwoHashesEachTenTimesGiveThousandGroupsOfTen() throws Exception {
            List<Row> in = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                int number = i % 1000;
                in.add(new Row(
                        number % 2 == 0 ? new Flood(number) : new Incomparable(number), "a rather long value " + i));
            }

            Outcome little = run(NEXT_TO_NOTHING, new GatherValues(), false, in);

            assertThat(little.spilledBytes()).isPositive();
            assertThat(little.rows())
                    .hasSize(1000)
                    .allSatisfy(row -> assertThat((List<?>) row.value()).hasSize(10));
            assertThat(little.rows())
                    .isEqualTo(run(PLENTY, new GatherValues(), false, in).rows());
        }

        /** No level of parts tells them apart. */
        @Test
        void areFoldedInSeveralPassesIfTheyDoNotFit() throws Exception {
            List<Row> in = new ArrayList<>();
            for (int i = 0; i < 12_000; i++) {
                in.add(new Row(new Flood(i % 4_000), i * 1e-3));
            }

            Outcome little = run(NEXT_TO_NOTHING, new Folds.Sum(), false, in);

            assertThat(little.spilledBytes()).isPositive();
            assertThat(little.rows())
                    .isEqualTo(run(PLENTY, new Folds.Sum(), false, in).rows());
        }
    }

    @Nested
    class BeingDrained {

        @Test
        void theRestMovesOutWhenOthersOfTheAttemptNeedTheMemory(TestSeed seed) throws Exception {
            List<Row> in = doubles(seed.random(), 50_000, 20_000);
            List<Row> expected = run(PLENTY, new Folds.Sum(), false, in).rows();
            try (TableFixture fixture = new TableFixture(probes).leave(PLENTY);
                    AggregationTable table = new AggregationTable(new Folds.Sum(), null, fixture.scope())) {
                for (Row row : in) {
                    table.add(row.key(), StableHash.of(row.key()), row.value());
                }
                AggregationTable.Leaving leaving = table.drain();
                List<Row> out = new ArrayList<>();
                int half = expected.size() / 2;
                while (out.size() < half && leaving.advance()) {
                    out.add(new Row(leaving.key(), leaving.accumulator()));
                }

                long other = PLENTY - (200 << 10);
                fixture.account().require(other);
                assertThat(fixture.spilledBytes()).isPositive();
                assertThat(fixture.bytesOnDisk()).isPositive();

                while (leaving.advance()) {
                    out.add(new Row(leaving.key(), leaving.accumulator()));
                }
                assertThat(out).isEqualTo(expected);
                assertThat(fixture.bytesOnDisk()).isZero();
                assertThat(fixture.account().reservedBytes()).isEqualTo(other);
                fixture.account().release(other);
            }
        }

        @Test
        void anExhaustedOneHoldsNothingAndHasNothingToMove() throws Exception {
            try (TableFixture fixture = new TableFixture(probes).leave(PLENTY);
                    AggregationTable table = new AggregationTable(new GatherValues(), null, fixture.scope())) {
                for (int i = 0; i < 10_000; i++) {
                    table.add(i, i, "value " + i);
                }
                AggregationTable.Leaving leaving = table.drain();
                while (leaving.advance()) {
                    // it is the end that counts
                }

                assertThat(leaving.key()).isNull();
                assertThat(leaving.accumulator()).isNull();
                assertThat(fixture.account().reservedBytes()).isZero();
                assertThatThrownBy(() -> fixture.account().require(2 * PLENTY))
                        .isInstanceOf(ExecutionMemoryExhaustedException.class);
                assertThat(fixture.spilledBytes()).isZero();
            }
        }

        @Test
        void oneThatIsEmptyOrNotYetBegunIsAskedInVainOrInTime() throws Exception {
            try (TableFixture fixture = new TableFixture(probes);
                    FoldTable empty = new FoldTable(new Folding(new Folds.Sum(), fixture.scope()), null, 0)) {
                assertThat(empty.spill(1 << 20)).isZero();

                empty.add("key", StableHash.of("key"), 1.0);
                empty.handOver(null);
                assertThat(empty.spill(1 << 20)).isZero();
            }
        }
    }

    @Nested
    class LargeGroupsOfValues {

        private List<Row> withHotKey(SplittableRandom random, int rows) {
            List<Row> in = new ArrayList<>();
            for (int i = 0; i < rows; i++) {
                in.add(new Row(random.nextInt(10) == 0 ? (Object) random.nextInt(5000) : "hot", "the value " + i));
            }
            return in;
        }

        @ParameterizedTest
        @ValueSource(longs = {4 << 20, 1 << 20, 200 << 10})
        void haveAllValuesInOrder(long bytes, TestSeed seed) throws Exception {
            List<Row> in = withHotKey(seed.random(), 100_000);
            Map<Object, List<Object>> expected = new LinkedHashMap<>();
            in.forEach(row ->
                    expected.computeIfAbsent(row.key(), k -> new ArrayList<>()).add(row.value()));
            List<Row> inOrder = new ArrayList<>();
            expected.forEach((key, values) -> inOrder.add(new Row(key, values)));

            try (TableFixture fixture = new TableFixture(probes).leave(bytes)) {
                List<Row> out = new ArrayList<>();
                try (AggregationTable table = new AggregationTable(new GatherValues(), null, fixture.scope())) {
                    for (Row row : in) {
                        table.add(row.key(), StableHash.of(row.key()), row.value());
                    }
                    AggregationTable.Leaving leaving = table.drain();
                    while (leaving.advance()) {
                        out.add(new Row(leaving.key(), copyOf(leaving.accumulator())));
                    }
                }
                assertThat(fixture.spilledBytes()).isPositive();
                assertThat(out).isEqualTo(inOrder);
            }
        }

        @SuppressWarnings("unchecked")
        private static List<Object> copyOf(Object values) {
            List<Object> copy = new ArrayList<>();
            ((Iterable<Object>) values).forEach(copy::add);
            return copy;
        }

        /** Half a megabyte of bits, three times as much in the list that is read back. */
        @Test
        void areThoseOfNumbersOfWhichAListWouldBeLarge(TestSeed seed) throws Exception {
            try (TableFixture fixture = new TableFixture(probes).leave(SCARCE);
                    AggregationTable table = new AggregationTable(new GatherValues(), null, fixture.scope())) {
                List<Object> expected = new ArrayList<>();
                for (Row row : withHotKey(seed.random(), 80_000)) {
                    Object number = (long) expected.size();
                    table.add(row.key(), StableHash.of(row.key()), number);
                    if ("hot".equals(row.key())) {
                        expected.add(number);
                    }
                }
                AggregationTable.Leaving leaving = table.drain();
                Object hot = null;
                while (leaving.advance()) {
                    hot = "hot".equals(leaving.key()) ? copyOf((LargeGroup) leaving.accumulator()) : hot;
                }
                assertThat(hot).isEqualTo(expected);
            }
        }

        @Test
        void areReadRepeatedlyAndAtTheSameTimeUntilTheAttemptEnds(TestSeed seed) throws Exception {
            TableFixture fixture = new TableFixture(probes).leave(SCARCE);
            LargeGroup hot = hotGroup(fixture, seed);

            List<Object> first = copyOf(hot);
            var left = hot.iterator();
            var right = hot.iterator();
            left.next();
            assertThat(right.next()).isEqualTo(first.get(0));
            assertThat(left.next()).isEqualTo(first.get(1));
            assertThat(copyOf(hot)).isEqualTo(first);

            fixture.close();
            for (var late : List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                    hot::iterator, left::next, right::hasNext)) {
                assertThatThrownBy(late)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContainingAll("the attempt had ended", "mapValues");
            }
        }

        @Test
        void arePlainListsOnceTheyAreWritten(TestSeed seed) throws Exception {
            for (Serializer serializer : List.of(new KryoSerializer(List.of()), new JavaRecordSerializer())) {
                try (TableFixture fixture = new TableFixture(probes, serializer).leave(SCARCE)) {
                    LargeGroup hot = hotGroup(fixture, seed);

                    Object copy = fixture.copier().isolate(hot);

                    assertThat(copy).isInstanceOf(ArrayList.class).isEqualTo(copyOf(hot));
                }
            }
        }

        @Test
        void areNotWrittenIfNoListCouldHoldThem() {
            try (TableFixture fixture = new TableFixture(probes)) {
                LargeGroup enormous = new LargeGroups(fixture.scope())
                        .begin(List.of("a", "b"))
                        .finish(1L << 40);

                assertThatThrownBy(() -> fixture.copier().isolate(enormous))
                        .isInstanceOf(SerializationException.class)
                        .hasMessageContainingAll("the 2 values of one key", "2.0 TiB", "Iterate over them", "-Xmx");
            }
        }

        private LargeGroup hotGroup(TableFixture fixture, TestSeed seed) throws Exception {
            LargeGroup hot = null;
            try (AggregationTable table = new AggregationTable(new GatherValues(), null, fixture.scope())) {
                for (Row row : withHotKey(seed.random(), 60_000)) {
                    table.add(row.key(), StableHash.of(row.key()), row.value());
                }
                AggregationTable.Leaving leaving = table.drain();
                while (leaving.advance()) {
                    if ("hot".equals(leaving.key())) {
                        hot = (LargeGroup) leaving.accumulator();
                    }
                }
            }
            return java.util.Objects.requireNonNull(hot, "no hot key");
        }
    }

    @Nested
    class WhatFails {

        private void fails(Combiner<@Nullable Object, @Nullable Object> combiner, Class<?> with, List<Row> in) {
            try (TableFixture fixture = new TableFixture(probes).leave(SCARCE)) {
                AggregationTable table = new AggregationTable(combiner, null, fixture.scope());
                assertThatThrownBy(() -> {
                            for (Row row : in) {
                                table.add(row.key(), StableHash.of(row.key()), row.value());
                            }
                            AggregationTable.Leaving leaving = table.drain();
                            while (leaving.advance()) {
                                // goes on until it fails
                            }
                        })
                        .isInstanceOf(with);
                table.close();
                table.close();
                assertThat(fixture.account().reservedBytes()).isZero();
            }
        }

        @Test
        void aCombinerInTheMiddleOfReadingBackLeavesNothingBehind(TestSeed seed) {
            List<Row> in = doubles(seed.random(), 100_000, 30_000);
            fails(new FailsAfter(99_000), ArithmeticException.class, in);
            fails(new FailsAfter(20_000), ArithmeticException.class, in);
        }

        @Test
        void aKillInTheMiddleLeavesNothingBehind(TestSeed seed) throws Exception {
            List<Row> in = doubles(seed.random(), 100_000, 30_000);
            try (TableFixture fixture = new TableFixture(probes).leave(SCARCE);
                    AggregationTable table = new AggregationTable(new Folds.Sum(), null, fixture.scope())) {
                for (Row row : in) {
                    table.add(row.key(), StableHash.of(row.key()), row.value());
                }
                fixture.scope().kill("enough");
                assertThatThrownBy(table::drain).isInstanceOf(TaskKilledException.class);
            }
        }

        @Test
        void anAccumulatorThatCannotBeWrittenSaysWhyItHadTo() {
            List<Row> in = new ArrayList<>();
            for (int i = 0; i < 100_000; i++) {
                in.add(new Row(i, new Unwritable(new Thread("never started"))));
            }
            try (TableFixture fixture = new TableFixture(probes).leave(SCARCE);
                    AggregationTable table = new AggregationTable(new Latest(), null, fixture.scope())) {
                assertThatThrownBy(() -> {
                            for (Row row : in) {
                                table.add(row.key(), StableHash.of(row.key()), row.value());
                            }
                        })
                        .isInstanceOf(SerializationException.class)
                        .hasMessageContainingAll("Memory ran out for the attempt", "java.lang.Thread", "memory");
            }
        }

        @Test
        void oneAccumulatorThatDoesNotFitIsRefused() {
            List<Row> in = new ArrayList<>();
            for (int i = 0; i < 200_000; i++) {
                in.add(new Row("the only one", "value " + i));
            }
            fails(new Folds.Lists(), ExecutionMemoryExhaustedException.class, in);
        }
    }

    private record Unwritable(Thread thread) {}

    private record Latest() implements Combiner<@Nullable Object, @Nullable Object> {

        @Override
        public @Nullable Object create(@Nullable Object value) {
            return value;
        }

        @Override
        public @Nullable Object add(@Nullable Object accumulator, @Nullable Object value) {
            return value;
        }

        @Override
        public @Nullable Object merge(@Nullable Object left, @Nullable Object right) {
            return right;
        }
    }

    /** Counts its calls; belongs to one test. */
    private static final class FailsAfter implements Combiner<@Nullable Object, @Nullable Object> {

        private static final long serialVersionUID = 1L;

        private int left;

        FailsAfter(int calls) {
            left = calls;
        }

        private @Nullable Object count(@Nullable Object value) {
            if (--left < 0) {
                throw new ArithmeticException("enough");
            }
            return value;
        }

        @Override
        public @Nullable Object create(@Nullable Object value) {
            return count(value);
        }

        @Override
        public @Nullable Object add(@Nullable Object accumulator, @Nullable Object value) {
            return count(value);
        }

        @Override
        public @Nullable Object merge(@Nullable Object left, @Nullable Object right) {
            return count(right);
        }
    }
}

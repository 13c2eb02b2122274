package dev.favilla.shuffle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.memory.ExecutionMemoryExhaustedException;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.Metric;
import dev.favilla.memory.MetricValues;
import dev.favilla.memory.TaskKilledException;
import dev.favilla.memory.TaskMetrics;
import dev.favilla.memory.TaskScope;
import dev.favilla.serializer.Serializer;
import dev.favilla.serializer.UnsupportedKeyException;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What holds for any shuffle. */
public abstract class ShuffleManagerContract {

    private static final int SHUFFLE = 3;
    private static final long POOL = 256L << 20;

    @SuppressWarnings("NullAway.Init")
    protected ShuffleFixture fixture;

    protected abstract ShuffleManager open(MemoryManager memory, Serializer serializer, ExecutorId executor);

    @BeforeEach
    void openFixture(LeakProbes probes) {
        fixture = new ShuffleFixture(this::open, POOL);
        fixture.audit(probes);
    }

    @AfterEach
    void closeFixture() {
        fixture.close();
    }

    protected static ShuffleSpec spec(int reducers, @Nullable Aggregator aggregator) {
        return new ShuffleSpec(SHUFFLE, new HashPartitioner(reducers), aggregator);
    }

    protected static Entry entry(@Nullable Object key, @Nullable Object value) {
        return new Entry(key, value);
    }

    /** Returns {@code maps} lists of records whose keys repeat. */
    private static List<List<Entry>> randomMaps(
            SplittableRandom random, int maps, int records, int keys, Function<Long, Object> value) {
        List<List<Entry>> all = new ArrayList<>();
        for (int map = 0; map < maps; map++) {
            List<Entry> list = new ArrayList<>();
            int length = random.nextInt(records + 1);
            for (int i = 0; i < length; i++) {
                list.add(entry(randomKey(random, keys), value.apply(random.nextLong(1000))));
            }
            all.add(list);
        }
        return all;
    }

    private static @Nullable Object randomKey(SplittableRandom random, int keys) {
        int number = random.nextInt(keys);
        return switch (random.nextInt(6)) {
            case 0 -> number;
            case 1 -> (long) -number;
            case 2 -> TimeUnit.values()[number % TimeUnit.values().length];
            case 3 -> List.of(number, "x");
            case 4 -> number % 50 == 0 ? null : new Name("first" + number, TimeUnit.DAYS);
            default -> "key" + number;
        };
    }

    /** A key that contains an enum. */
    record Name(String text, TimeUnit unit) {}

    /** Returns, by reducer, the records in map order and order of emission. */
    private static List<List<Entry>> moved(ShuffleSpec spec, List<List<Entry>> maps) {
        List<List<Entry>> byReducer = new ArrayList<>();
        IntStream.range(0, spec.numReducers()).forEach(i -> byReducer.add(new ArrayList<>()));
        for (List<Entry> map : maps) {
            for (Entry entry : map) {
                byReducer.get(spec.partitioner().partition(entry.key())).add(entry);
            }
        }
        return byReducer;
    }

    /** Returns, by reducer, all values of each key in the order of {@link #moved}. */
    private static List<Map<Object, List<Object>>> grouped(ShuffleSpec spec, List<List<Entry>> maps) {
        List<Map<Object, List<Object>>> byReducer = new ArrayList<>();
        for (List<Entry> entries : moved(spec, maps)) {
            Map<Object, List<Object>> groups = new LinkedHashMap<>();
            entries.forEach(
                    e -> groups.computeIfAbsent(e.key(), k -> new ArrayList<>()).add(e.value()));
            byReducer.add(groups);
        }
        return byReducer;
    }

    private static Map<Object, Object> asMap(List<Entry> entries) {
        Map<Object, Object> map = new LinkedHashMap<>();
        entries.forEach(e -> assertThat(map.put(e.key(), e.value()))
                .as("second entry of " + e.key())
                .isNull());
        return map;
    }

    @Nested
    class WithoutAggregator {

        @Test
        void recordsComeInMapOrderAndOrderOfEmission(TestSeed seed) throws Exception {
            SplittableRandom random = seed.random();
            for (int run = 0; run < 20; run++) {
                ShuffleSpec spec = spec(random.nextInt(1, 20), null);
                List<List<Entry>> maps = randomMaps(random, random.nextInt(1, 6), 2000, 300, v -> v);

                MapOutputs outputs = fixture.writeAll(spec, maps);

                assertThat(fixture.readAll(spec, outputs)).isEqualTo(moved(spec, maps));
                fixture.shuffle().drop(SHUFFLE);
            }
        }

        @Test
        void orderHoldsWhereRecordsTurnMutableHalfWay() throws Exception {
            ShuffleSpec spec = spec(3, null);
            List<Entry> records = new ArrayList<>();
            for (int i = 0; i < 5000; i++) {
                records.add(entry(i % 10, i < 2500 || i % 3 == 0 ? "value" + i : new ArrayList<>(List.of(i))));
            }

            MapOutputs outputs = fixture.writeAll(spec, List.of(records, records));

            assertThat(fixture.readAll(spec, outputs)).isEqualTo(moved(spec, List.of(records, records)));
        }

        @Test
        void moreReducersThanStreamsKeepOrderToo(TestSeed seed) throws Exception {
            SplittableRandom random = seed.random();
            ShuffleSpec spec = spec(500, null);
            List<List<Entry>> maps = randomMaps(random, 2, 3000, 1000, v -> new ArrayList<>(Arrays.asList(v, null)));

            MapOutputs outputs = fixture.writeAll(spec, maps);

            assertThat(fixture.readAll(spec, outputs)).isEqualTo(moved(spec, maps));
        }

        @Test
        void mutableValuesArriveAsTheyWereWrittenAndAsCopies() throws Exception {
            ShuffleSpec spec = spec(1, null);
            List<Integer> reused = new ArrayList<>();
            MapOutput output;
            try (TaskScope scope = fixture.attempt();
                    ShuffleWriter writer = fixture.shuffle().writer(spec, 0, scope)) {
                for (int i = 0; i < 3; i++) {
                    reused.add(i);
                    writer.write("k", reused);
                }
                output = writer.commit();
            }
            MapOutputs outputs = new MapOutputs(SHUFFLE, 0, List.of(output));

            List<Entry> once = fixture.read(spec, outputs, 0);
            List<Entry> twice = fixture.read(spec, outputs, 0);

            assertThat(once)
                    .containsExactly(entry("k", List.of(0)), entry("k", List.of(0, 1)), entry("k", List.of(0, 1, 2)));
            assertThat(twice).isEqualTo(once);
            assertThat(twice.get(2).value()).isNotSameAs(once.get(2).value()).isNotSameAs(reused);
        }

        @Test // behaviour 331
        void nullKeysAndValuesSurvive() throws Exception {
            ShuffleSpec spec = spec(2, null);
            List<Entry> records = List.of(entry(null, null), entry(null, 1), entry(2, null));

            MapOutputs outputs = fixture.writeAll(spec, List.of(records));

            assertThat(fixture.readAll(spec, outputs)).isEqualTo(moved(spec, List.of(records)));
        }

        @Test
        void aSinkThatWantsNoMoreEndsTheStepAndTheNextGoesOn() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = fixture.writeAll(spec, List.of(List.of(entry(1, "a"), entry(2, "b"), entry(3, "c"))));
            List<Object> values = new ArrayList<>();
            try (TaskScope scope = fixture.attempt();
                    ShuffleReader reader = fixture.shuffle().reader(spec, outputs, 0, scope)) {

                boolean more = reader.drive((key, value) -> !values.add(value), 100);

                assertThat(more).isTrue();
                assertThat(values).containsExactly("a");
                reader.drive((key, value) -> values.add(value), 100);
                assertThat(values).containsExactly("a", "b", "c");
            }
        }

        @Test
        void keysNeedNoHashUnderAPartitionerThatAsksForNone() throws Exception {
            ShuffleSpec spec = new ShuffleSpec(SHUFFLE, new ByLength(2), null);

            MapOutputs outputs = fixture.writeAll(spec, List.of(List.of(entry(new int[] {1, 2, 3}, "odd"))));

            assertThat(fixture.read(spec, outputs, 1))
                    .singleElement()
                    .extracting(Entry::value)
                    .isEqualTo("odd");
        }

        @Test
        void aPartitionThatDoesNotExistIsRefused() throws Exception {
            ShuffleSpec spec = new ShuffleSpec(SHUFFLE, new Constant(4, 4), null);
            try (TaskScope scope = fixture.attempt();
                    ShuffleWriter writer = fixture.shuffle().writer(spec, 0, scope)) {

                assertThatThrownBy(() -> writer.write("k", 1))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage("Partitioner Constant[numPartitions=4, answer=4] put key k in partition 4,"
                                + " expected 0 to 3");
            }
        }
    }

    record ByLength(int numPartitions) implements Partitioner {

        @Override
        public int partition(@Nullable Object key) {
            return key instanceof int[] array ? array.length % numPartitions : 0;
        }
    }

    record Constant(int numPartitions, int answer) implements Partitioner {

        @Override
        public int partition(@Nullable Object key) {
            return answer;
        }
    }

    @Nested
    class WithAggregator {

        @Test
        void sumsEqualThoseOfAMap(TestSeed seed) throws Exception {
            SplittableRandom random = seed.random();
            for (int run = 0; run < 20; run++) {
                ShuffleSpec spec = spec(random.nextInt(1, 20), Combiners.sum());
                List<List<Entry>> maps =
                        randomMaps(random, random.nextInt(1, 6), 3000, 1 + random.nextInt(1000), v -> v);

                MapOutputs outputs = fixture.writeAll(spec, maps);

                List<List<Entry>> read = fixture.readAll(spec, outputs);
                List<Map<Object, List<Object>>> expected = grouped(spec, maps);
                for (int reducer = 0; reducer < spec.numReducers(); reducer++) {
                    Map<Object, Object> sums = new LinkedHashMap<>();
                    expected.get(reducer)
                            .forEach((key, values) -> sums.put(
                                    key,
                                    values.stream().mapToLong(v -> (Long) v).sum()));
                    assertThat(asMap(read.get(reducer))).isEqualTo(sums);
                }
                fixture.shuffle().drop(SHUFFLE);
            }
        }

        @Test
        void groupsHoldValuesInMapOrderAndKeysComeInFirstSeenOrder(TestSeed seed) throws Exception {
            SplittableRandom random = seed.random();
            for (Aggregator aggregator : List.of(Combiners.group(), Combiners.combinedGroup())) {
                ShuffleSpec spec = spec(5, aggregator);
                List<List<Entry>> maps = randomMaps(random, 4, 3000, 500, v -> v);

                MapOutputs outputs = fixture.writeAll(spec, maps);

                List<List<Entry>> read = fixture.readAll(spec, outputs);
                List<Map<Object, List<Object>>> expected = grouped(spec, maps);
                for (int reducer = 0; reducer < spec.numReducers(); reducer++) {
                    assertThat(read.get(reducer))
                            .isEqualTo(expected.get(reducer).entrySet().stream()
                                    .map(e -> entry(e.getKey(), e.getValue()))
                                    .toList());
                }
                fixture.shuffle().drop(SHUFFLE);
            }
        }

        @Test
        void aSecondReaderIsNotAffectedByWhatTheFirstMerged() throws Exception {
            ShuffleSpec spec = spec(1, Combiners.combinedGroup());
            List<Entry> records = List.of(entry("k", 1), entry("k", 2));
            MapOutputs outputs = fixture.writeAll(spec, List.of(records, records));

            List<Entry> once = fixture.read(spec, outputs, 0);
            List<Entry> twice = fixture.read(spec, outputs, 0);

            assertThat(once).containsExactly(entry("k", List.of(1, 2, 1, 2)));
            assertThat(twice).isEqualTo(once);
        }

        @Test
        void aZeroIsAppliedOncePerKeyAndMapPartition() throws Exception {
            ShuffleSpec spec = spec(2, Combiners.sumFromAThousand());
            List<Entry> records = new ArrayList<>();
            for (int round = 0; round < 2; round++) {
                for (int key = 0; key < 20_000; key++) {
                    records.add(entry(key, 1L));
                }
            }

            MapOutputs outputs = fixture.writeAll(spec, List.of(records, records));

            List<List<Entry>> read = fixture.readAll(spec, outputs);
            assertThat(read.get(0)).hasSize(10_000).allMatch(e -> e.value().equals(2004L));
            assertThat(read.get(1)).hasSize(10_000).allMatch(e -> e.value().equals(2004L));
        }

        @Test // behaviour 329
        void aThousandKeysOfTwoHashesStayApart() throws Exception {
            ShuffleSpec spec = spec(3, Combiners.group());
            List<Entry> records = new ArrayList<>();
            for (int round = 0; round < 10; round++) {
                for (int key = 0; key < 1000; key++) {
                    records.add(entry(new Colliding(key, key % 2), round));
                }
            }

            MapOutputs outputs = fixture.writeAll(spec, List.of(records));

            List<Entry> read = fixture.readAll(spec, outputs).stream()
                    .flatMap(List::stream)
                    .toList();
            assertThat(read).hasSize(1000).allMatch(e -> e.value().equals(List.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9)));
        }

        @Test // behaviour 330
        void extremeHashesAreKeysLikeOthers() throws Exception {
            ShuffleSpec spec = spec(3, Combiners.sum());
            List<Entry> records = Stream.of(Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0, Integer.MAX_VALUE)
                    .map(key -> entry(key, 1L))
                    .toList();

            MapOutputs outputs = fixture.writeAll(spec, List.of(records, records));

            assertThat(asMap(fixture.readAll(spec, outputs).stream()
                            .flatMap(List::stream)
                            .toList()))
                    .isEqualTo(Map.of(Integer.MAX_VALUE, 4L, Integer.MIN_VALUE, 2L, -1, 2L, 0, 2L));
        }

        @Test // behaviour 331
        void nullKeysAndValuesAreGrouped() throws Exception {
            for (Aggregator aggregator : List.of(Combiners.group(), Combiners.combinedGroup())) {
                ShuffleSpec spec = spec(2, aggregator);

                MapOutputs outputs = fixture.writeAll(
                        spec, List.of(List.of(entry(null, null), entry(1, null)), List.of(entry(null, 7))));

                assertThat(fixture.read(spec, outputs, 0)).containsExactly(entry(null, Arrays.asList(null, 7)));
                fixture.shuffle().drop(SHUFFLE);
            }
        }

        @Test
        void keysWithoutAHashAreRefusedUnderAnyPartitioner() throws Exception {
            for (Aggregator aggregator : List.of(Combiners.sum(), Combiners.group())) {
                ShuffleSpec spec = new ShuffleSpec(SHUFFLE, new ByLength(2), aggregator);
                try (TaskScope scope = fixture.attempt();
                        ShuffleWriter writer = fixture.shuffle().writer(spec, 0, scope)) {

                    assertThatThrownBy(() -> writer.write(new int[] {1}, 1L))
                            .isInstanceOf(UnsupportedKeyException.class);
                }
            }
        }

        @Test
        void buildingStopsWhenTheTaskIsKilled() throws Exception {
            ShuffleSpec spec = spec(1, Combiners.group());
            MapOutputs outputs = fixture.writeAll(spec, List.of(List.of(entry(1, 1))));
            try (TaskScope scope = fixture.attempt();
                    ShuffleReader reader = fixture.shuffle().reader(spec, outputs, 0, scope)) {
                scope.kill("the test says so");

                assertThatThrownBy(() -> reader.drive((key, value) -> true, 10))
                        .isInstanceOf(TaskKilledException.class);
            }
        }
    }

    /** Keys of few hash codes. */
    record Colliding(int number, int hash) {

        @Override
        public int hashCode() {
            return hash;
        }
    }

    @Nested
    class Digests {

        private MapOutput write(List<Entry> records, @Nullable Aggregator aggregator) throws Exception {
            return fixture.write(spec(4, aggregator), 0, records);
        }

        @Test
        void doNotDependOnOrder(TestSeed seed) throws Exception {
            List<Entry> records =
                    randomMaps(seed.random(), 1, 2000, 100, v -> v).get(0);
            List<Entry> reversed = new ArrayList<>(records);
            Collections.reverse(reversed);

            assertThat(write(records, null).digest())
                    .isEqualTo(write(reversed, null).digest());
        }

        @Test
        void areTheSameForEveryRun(TestSeed seed) throws Exception {
            List<Entry> records =
                    randomMaps(seed.random(), 1, 5000, 100, v -> v).get(0);
            for (Aggregator aggregator : List.of(Combiners.sum(), Combiners.group(), Combiners.combinedGroup())) {
                MapOutput once = write(records, aggregator);
                MapOutput again = write(records, aggregator);

                assertThat(again.digest()).isEqualTo(once.digest());
                assertThat(again.records()).isEqualTo(once.records());
                assertThat(again.sizes()).isEqualTo(once.sizes());
            }
        }

        @Test
        void differForAnotherKeyOrValueOrReducer() throws Exception {
            long digest = write(List.of(entry("a", 1L), entry("b", 2L)), null).digest();

            assertThat(write(List.of(entry("a", 1L), entry("c", 2L)), null).digest())
                    .isNotEqualTo(digest);
            assertThat(write(List.of(entry("a", 1L), entry("b", 3L)), null).digest())
                    .isNotEqualTo(digest);
            assertThat(write(List.of(entry("a", 2L), entry("b", 1L)), null).digest())
                    .isNotEqualTo(digest);
            assertThat(write(List.of(entry("a", 1L)), null).digest()).isNotEqualTo(digest);
            Set<Long> digests = new HashSet<>();
            for (int reducer = 0; reducer < 4; reducer++) {
                ShuffleSpec allToOne = new ShuffleSpec(SHUFFLE, new Constant(4, reducer), null);
                digests.add(fixture.write(allToOne, 0, List.of(entry("a", 1L))).digest());
            }
            assertThat(digests).hasSize(4);
        }
    }

    @Nested
    class Sizes {

        @Test // behaviours 149 and 150
        void emptyBlocksAreEmptyAndFewKeysMakeFewBlocks() throws Exception {
            ShuffleSpec spec = spec(201, null);

            MapOutput output = fixture.write(
                    spec, 0, List.of(entry(1, "a"), entry(2, "b"), entry(3, "c"), entry(4, "d"), entry(4, "e")));

            assertThat(IntStream.range(0, 201).filter(r -> !output.sizes().isEmpty(r)))
                    .containsExactly(1, 2, 3, 4);
            assertThat(output.records()).isEqualTo(5);
        }

        @Test // behaviour 149
        void aMapOutputThatIsGoneIsNotMissedByReducersItSentNothingTo() throws Exception {
            ShuffleSpec spec = spec(2, null);
            MapOutput zero = fixture.write(spec, 0, List.of(entry(0, "even")));
            MapOutput one = fixture.write(spec, 1, List.of(entry(1, "odd")));
            fixture.shuffle().drop(SHUFFLE, 0, zero.attemptId());

            List<Entry> read = fixture.read(spec, new MapOutputs(SHUFFLE, 0, List.of(zero, one)), 1);

            assertThat(read).containsExactly(entry(1, "odd"));
        }

        @Test // behaviour 157
        void whatIsWrittenIsCountedAndReadInFull() throws Exception {
            for (Aggregator aggregator : Arrays.asList(null, Combiners.sum(), Combiners.combinedGroup())) {
                ShuffleSpec spec = spec(3, aggregator);
                List<Entry> records = new ArrayList<>();
                for (int i = 0; i < 10_000; i++) {
                    records.add(entry("k" + i % 100, 1L));
                }
                List<TaskMetrics> written = new ArrayList<>();
                List<TaskMetrics> read = new ArrayList<>();

                MapOutput output = fixture.write(spec, 0, records, written);
                for (int reducer = 0; reducer < 3; reducer++) {
                    fixture.read(spec, new MapOutputs(SHUFFLE, 0, List.of(output)), reducer, read);
                }

                MetricValues out = total(written);
                MetricValues in = total(read);
                assertThat(out.get(Metric.SHUFFLE_RECORDS_WRITTEN)).isEqualTo(aggregator == null ? 10_000 : 100);
                assertThat(output.records()).isEqualTo(out.get(Metric.SHUFFLE_RECORDS_WRITTEN));
                assertThat(in.get(Metric.SHUFFLE_RECORDS_READ)).isEqualTo(output.records());
                assertThat(out.get(Metric.SHUFFLE_BYTES_WRITTEN))
                        .isEqualTo(output.sizes().totalBytes());
                assertThat(in.get(Metric.SHUFFLE_BYTES_READ))
                        .isEqualTo(output.sizes().totalBytes());
                fixture.shuffle().drop(SHUFFLE);
            }
        }

        private MetricValues total(List<TaskMetrics> metrics) {
            return metrics.stream().map(TaskMetrics::snapshot).reduce(MetricValues.ZERO, MetricValues::plus);
        }
    }

    @Nested
    class Lifecycle {

        @Test
        void nothingIsVisibleBeforeCommitAndAllIsDroppedWithoutIt() throws Exception {
            for (Object value : List.of(1L, new ArrayList<>(List.of(1)))) {
                try (TaskScope scope = fixture.attempt()) {
                    ShuffleWriter writer = fixture.shuffle().writer(spec(2, null), 0, scope);
                    for (int i = 0; i < 1000; i++) {
                        writer.write(i, value);
                    }
                    assertThat(fixture.shuffle().outputCount()).isZero();
                    assertThat(fixture.memory().usage().executionBytes()).isPositive();

                    writer.close();
                    writer.close();

                    assertThat(fixture.memory().usage().executionBytes()).isZero();
                    assertThat(fixture.shuffle().outputCount()).isZero();
                }
            }
        }

        @Test
        void committedOutputsAreHeldByARetainedAccountUntilDropped() throws Exception {
            MapOutput output = fixture.write(spec(2, null), 0, List.of(entry(1, 1), entry(2, 2)));

            assertThat(fixture.memory().usage().executionBytes()).isZero();
            assertThat(fixture.memory().usage().retainedBytes())
                    .isEqualTo(output.sizes().totalBytes());

            fixture.shuffle().drop(SHUFFLE, 0, output.attemptId());
            fixture.shuffle().drop(SHUFFLE, 0, output.attemptId());

            assertThat(fixture.memory().usage().retainedBytes()).isZero();
            assertThat(fixture.shuffle().outputCount()).isZero();
        }

        @Test
        void droppingAShuffleLeavesTheOthers() throws Exception {
            fixture.writeAll(spec(2, null), List.of(List.of(entry(1, 1)), List.of(entry(1, 1))));
            fixture.write(new ShuffleSpec(9, new HashPartitioner(2), null), 0, List.of(entry(1, 1)));

            fixture.shuffle().drop(SHUFFLE);

            assertThat(fixture.shuffle().outputCount()).isOne();
        }

        @Test
        void committingTwiceOrWritingAfterwardsIsAMisuse() throws Exception {
            try (TaskScope scope = fixture.attempt();
                    ShuffleWriter writer = fixture.shuffle().writer(spec(2, null), 0, scope)) {
                writer.commit();

                assertThatThrownBy(writer::commit)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("committed after it was committed");
                assertThatThrownBy(() -> writer.write(1, 1)).isInstanceOf(IllegalStateException.class);
            }
            assertThat(fixture.shuffle().outputCount()).isOne();
        }

        @Test // behaviour 166
        void anAbandonedReaderGivesBackEverything() throws Exception {
            ShuffleSpec spec = spec(1, Combiners.group());
            List<Entry> records =
                    IntStream.range(0, 5000).mapToObj(i -> entry(i, i)).toList();
            MapOutputs outputs = fixture.writeAll(spec, List.of(records));
            try (TaskScope scope = fixture.attempt()) {
                ShuffleReader reader = fixture.shuffle().reader(spec, outputs, 0, scope);
                reader.drive((key, value) -> true, 10);
                assertThat(scope.memory().reservedBytes()).isPositive();

                reader.close();
                reader.close();

                assertThat(scope.memory().reservedBytes()).isZero();
            }
        }

        @Test
        void memoryGoesDownAsEntriesAreHandedOn() throws Exception {
            ShuffleSpec spec = spec(1, Combiners.group());
            List<Entry> records = IntStream.range(0, 50_000)
                    .mapToObj(i -> entry("key " + i, i))
                    .toList();
            MapOutputs outputs = fixture.writeAll(spec, List.of(records));
            try (TaskScope scope = fixture.attempt();
                    ShuffleReader reader = fixture.shuffle().reader(spec, outputs, 0, scope)) {
                reader.drive((key, value) -> true, 1);
                long full = scope.memory().reservedBytes();

                reader.drive((key, value) -> true, 45_000);

                assertThat(scope.memory().reservedBytes()).isLessThan(full / 2);
            }
        }

        @Test
        void afterCloseNothingIsOpenedOrCommitted() throws Exception {
            try (TaskScope scope = fixture.attempt();
                    ShuffleWriter writer = fixture.shuffle().writer(spec(2, null), 0, scope)) {
                writer.write(1, 1);
                fixture.shuffle().close();

                assertThatThrownBy(writer::commit).isInstanceOf(IllegalStateException.class);
                assertThatThrownBy(() -> fixture.shuffle().writer(spec(2, null), 1, scope))
                        .isInstanceOf(IllegalStateException.class);
            }
            assertThat(fixture.shuffle().outputCount()).isZero();
        }
    }

    @Nested
    class LostOutputs {

        @Test // behaviour 165
        void areFetchFailuresThatTheScopeRemembers() throws Exception {
            for (Aggregator aggregator : Arrays.asList(null, Combiners.sum())) {
                ShuffleSpec spec = spec(1, aggregator);
                MapOutputs outputs = fixture.writeAll(spec, List.of(List.of(entry(1, 1L)), List.of(entry(1, 1L))));
                long lost = outputs.outputs().get(1).attemptId();
                fixture.shuffle().drop(SHUFFLE, 1, lost);
                try (TaskScope scope = fixture.attempt();
                        ShuffleReader reader = fixture.shuffle().reader(spec, outputs, 0, scope)) {

                    assertThatThrownBy(() -> reader.drive((key, value) -> true, 10))
                            .isInstanceOfSatisfying(FetchFailedException.class, e -> {
                                assertThat(e.shuffleId()).isEqualTo(SHUFFLE);
                                assertThat(e.mapPartition()).isOne();
                                assertThat(e.mapAttemptId()).isEqualTo(lost);
                                assertThat(scope.lostInput()).containsSame(e);
                            });
                }
                fixture.shuffle().drop(SHUFFLE);
            }
        }

        @Test
        void areNotReplacedByAnotherAttemptOfTheSamePartition() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutput first = fixture.write(spec, 0, List.of(entry(1, "first")));
            fixture.shuffle().drop(SHUFFLE, 0, first.attemptId());
            fixture.write(spec, 0, List.of(entry(1, "second")));

            assertThatThrownBy(() -> fixture.read(spec, new MapOutputs(SHUFFLE, 0, List.of(first)), 0))
                    .isInstanceOf(FetchFailedException.class);
        }

        @Test
        void doNotDisturbAReaderThatHasBegun() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = fixture.writeAll(spec, List.of(List.of(entry(1, "a")), List.of(entry(1, "b"))));
            List<Object> values = new ArrayList<>();
            try (TaskScope scope = fixture.attempt();
                    ShuffleReader reader = fixture.shuffle().reader(spec, outputs, 0, scope)) {
                reader.drive((key, value) -> values.add(value), 1);
                fixture.shuffle().drop(SHUFFLE);

                reader.drive((key, value) -> values.add(value), 10);
            }
            assertThat(values).containsExactly("a", "b");
        }
    }

    @Nested
    class ExhaustedMemory {

        private static final String LARGE = "x".repeat(1 << 20);

        @Test
        void failsTheWriterAndLeavesNothing(LeakProbes probes) throws Exception {
            for (Object value : List.of(1L, new ArrayList<>(List.of(1)))) {
                for (Aggregator aggregator : Arrays.asList(null, Combiners.combinedGroup())) {
                    try (ShuffleFixture small = new ShuffleFixture(ShuffleManagerContract.this::open, 32L << 20)) {
                        small.audit(probes);
                        ShuffleSpec spec = spec(4, aggregator);

                        assertThatThrownBy(() -> small.write(spec, 0, largeRecords(value)))
                                .isInstanceOf(ExecutionMemoryExhaustedException.class);

                        assertThat(small.memory().usage().freeBytes())
                                .isEqualTo(small.memory().poolBytes());
                    }
                }
            }
        }

        private static List<Entry> largeRecords(Object value) {
            return IntStream.range(0, 100)
                    .mapToObj(i -> entry(LARGE.substring(0, LARGE.length() - i), value))
                    .toList();
        }
    }
}

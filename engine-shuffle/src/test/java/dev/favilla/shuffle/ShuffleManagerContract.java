package dev.favilla.shuffle;

import static dev.favilla.shuffle.ShuffleFixture.SHUFFLE;
import static dev.favilla.shuffle.ShuffleFixture.entry;
import static dev.favilla.shuffle.ShuffleFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.TaskKilledException;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import dev.favilla.value.UnsupportedKeyException;
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

/** What holds for any shuffle: which records arrive where, in which order, and merged how. */
public abstract class ShuffleManagerContract {

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

        @Test
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
                ShuffleSpec spec = spec(random.nextInt(1, 20), TestCombiners.sum());
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
            for (Aggregator aggregator : List.of(TestCombiners.group(), TestCombiners.combinedGroup())) {
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
        void theSameInputComesOutInTheSameOrder(TestSeed seed) throws Exception {
            List<List<Entry>> maps = randomMaps(seed.random(), 3, 60_000, 40_000, v -> v);
            for (Aggregator aggregator :
                    List.of(TestCombiners.sum(), TestCombiners.group(), TestCombiners.combinedGroup())) {
                ShuffleSpec spec = spec(4, aggregator);

                List<List<Entry>> once = fixture.readAll(spec, fixture.writeAll(spec, maps));
                List<List<Entry>> again = fixture.readAll(spec, fixture.writeAll(spec, maps));

                assertThat(again).isEqualTo(once);
                fixture.shuffle().drop(SHUFFLE);
            }
        }

        @Test
        void aSecondReaderIsNotAffectedByWhatTheFirstMerged() throws Exception {
            ShuffleSpec spec = spec(1, TestCombiners.combinedGroup());
            List<Entry> records = List.of(entry("k", 1), entry("k", 2));
            MapOutputs outputs = fixture.writeAll(spec, List.of(records, records));

            List<Entry> once = fixture.read(spec, outputs, 0);
            List<Entry> twice = fixture.read(spec, outputs, 0);

            assertThat(once).containsExactly(entry("k", List.of(1, 2, 1, 2)));
            assertThat(twice).isEqualTo(once);
        }

        @Test
        void aZeroIsAppliedOncePerKeyAndMapPartition() throws Exception {
            ShuffleSpec spec = spec(2, TestCombiners.sumFromAThousand());
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

        @Test
        void aThousandKeysOfTwoHashesStayApart() throws Exception {
            ShuffleSpec spec = spec(3, TestCombiners.group());
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

        @Test
        void extremeHashesAreKeysLikeOthers() throws Exception {
            ShuffleSpec spec = spec(3, TestCombiners.sum());
            List<Entry> records = Stream.of(Integer.MAX_VALUE, Integer.MIN_VALUE, -1, 0, Integer.MAX_VALUE)
                    .map(key -> entry(key, 1L))
                    .toList();

            MapOutputs outputs = fixture.writeAll(spec, List.of(records, records));

            assertThat(asMap(fixture.readAll(spec, outputs).stream()
                            .flatMap(List::stream)
                            .toList()))
                    .isEqualTo(Map.of(Integer.MAX_VALUE, 4L, Integer.MIN_VALUE, 2L, -1, 2L, 0, 2L));
        }

        @Test
        void nullKeysAndValuesAreGrouped() throws Exception {
            for (Aggregator aggregator : List.of(TestCombiners.group(), TestCombiners.combinedGroup())) {
                ShuffleSpec spec = spec(2, aggregator);

                MapOutputs outputs = fixture.writeAll(
                        spec, List.of(List.of(entry(null, null), entry(1, null)), List.of(entry(null, 7))));

                assertThat(fixture.read(spec, outputs, 0)).containsExactly(entry(null, Arrays.asList(null, 7)));
                fixture.shuffle().drop(SHUFFLE);
            }
        }

        @Test
        void keysWithoutAHashAreRefusedUnderAnyPartitioner() throws Exception {
            for (Aggregator aggregator : List.of(TestCombiners.sum(), TestCombiners.group())) {
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
            ShuffleSpec spec = spec(1, TestCombiners.group());
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
            for (Aggregator aggregator :
                    List.of(TestCombiners.sum(), TestCombiners.group(), TestCombiners.combinedGroup())) {
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
}

package dev.favilla.shuffle.hash;

import static dev.favilla.shuffle.ShuffleFixture.entry;
import static dev.favilla.shuffle.ShuffleFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.RetainedMemory;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.ShuffleFixture;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.shuffle.TestCombiners;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a map task sends where it merges by key, whatever the keys do. */
@Timeout(120)
class MapSideCombiningTest {

    private static final int REDUCERS = 3;

    private final ShuffleFixture fixture = new ShuffleFixture(HashShuffleManager::new, 1L << 30);

    @BeforeEach
    void audit(LeakProbes probes) {
        fixture.audit(probes);
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Kinds of input; each says the key of record {@code i}. */
    private static List<IntUnaryOperator> inputs(SplittableRandom random, int records) {
        int few = 1 + random.nextInt(5000);
        int many = 20_000 + random.nextInt(200_000);
        int[] frequent = zipf(random, records, 100_000);
        int run = 1 + random.nextInt(20);
        return List.of(
                i -> random.nextInt(few),
                i -> random.nextInt(many),
                i -> frequent[i],
                i -> i / run,
                i -> i % many,
                i -> i < records / 2 ? random.nextInt(many) : -random.nextInt(few),
                i -> i < records / 2 ? frequent[i] : -frequent[i],
                i -> i % 3 == 0 ? random.nextInt(few) : i);
    }

    /** Returns keys of which key {@code n} comes about {@code 1 / (n + 1)} as often as key 0. */
    private static int[] zipf(SplittableRandom random, int records, int keys) {
        double[] upTo = new double[keys];
        double sum = 0;
        for (int key = 0; key < keys; key++) {
            sum += 1.0 / (key + 1);
            upTo[key] = sum;
        }
        double all = sum;
        return IntStream.range(0, records)
                .map(i -> {
                    int found = Arrays.binarySearch(upTo, random.nextDouble(all));
                    return found < 0 ? -found - 1 : found;
                })
                .toArray();
    }

    private static List<Entry> records(IntUnaryOperator key, int count) {
        List<Entry> records = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            records.add(entry(key.applyAsInt(i), (long) i));
        }
        return records;
    }

    private MapOutputs write(Aggregator aggregator, List<Entry> records) throws Exception {
        return fixture.writeAll(spec(REDUCERS, aggregator), List.of(records));
    }

    /** Returns what was sent, as it was sent. */
    private List<Entry> sent(MapOutputs outputs) throws Exception {
        List<Entry> all = new ArrayList<>();
        fixture.readAll(spec(REDUCERS, null), outputs).forEach(all::addAll);
        return all;
    }

    /** Two rounds over the same keys: small ones all fit and merge, of large ones few are held at a time. */
    @Test
    void largeKeysLeaveWhileTheTableIsSmall() throws Exception {
        int keys = 10_000;
        String large = "x".repeat(2000);
        List<Entry> records = new ArrayList<>();
        for (int i = 0; i < 2 * keys; i++) {
            records.add(entry(large + i % keys, 1L));
        }

        MapOutputs outputs = write(TestCombiners.sum(), records);
        List<Entry> sent = sent(outputs);
        drop(outputs);
        MapOutputs again = write(TestCombiners.sum(), records);

        assertThat(sent).hasSize(2 * keys);
        assertThat(sent(again)).isEqualTo(sent);
        assertThat(again.outputs().get(0).digest())
                .isEqualTo(outputs.outputs().get(0).digest());
    }

    /** What is sent takes less than the table does. */
    @Test
    void aTableOfZerosThatMovesOutSendsTheSameRecordsInTheSameOrder(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        List<Entry> records = records(i -> random.nextInt(100_000), 300_000);
        ShuffleSpec spec = spec(REDUCERS, TestCombiners.sumFromAThousand());
        MapOutputs expected = write(TestCombiners.sumFromAThousand(), records);
        try (ShuffleFixture small = new ShuffleFixture(HashShuffleManager::new, 64L << 20)) {
            MemoryAccount hog = small.memory().openRetained("the hog", RetainedMemory.FIXED);
            hog.require((64L << 20) - (4 << 20));
            List<TaskMetrics> metrics = new ArrayList<>();

            MapOutput output = small.write(spec, 0, records, metrics);

            assertThat(metrics.get(0).snapshot().get(Metric.DISK_BYTES_SPILLED)).isPositive();
            assertThat(metrics.get(0).snapshot().get(Metric.MEMORY_BYTES_SPILLED))
                    .isPositive();
            assertThat(output.digest()).isEqualTo(expected.outputs().get(0).digest());
            hog.close();
            assertThat(small.readAll(spec(REDUCERS, null), new MapOutputs(spec.shuffleId(), 0, List.of(output))))
                    .isEqualTo(fixture.readAll(spec(REDUCERS, null), expected));
        }
    }

    private void drop(MapOutputs outputs) {
        fixture.shuffle().drop(outputs.shuffleId());
    }

    @Test
    void sumsAreRightWhateverTheKeysDo(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        for (IntUnaryOperator input : inputs(random, 300_000)) {
            List<Entry> records = records(input, 300_000);
            Map<Object, Long> expected = new HashMap<>();
            records.forEach(record -> expected.merge(record.key(), (Long) record.value(), Long::sum));

            ShuffleSpec spec = spec(REDUCERS, TestCombiners.sum());
            MapOutputs outputs = write(TestCombiners.sum(), records);
            Map<Object, Long> sums = new HashMap<>();
            fixture.readAll(spec, outputs)
                    .forEach(part -> part.forEach(sum ->
                            assertThat(sums.put(sum.key(), (Long) sum.value())).isNull()));

            assertThat(sums).isEqualTo(expected);
            drop(outputs);
        }
    }

    @Test
    void theOrderOfAKeysRowsIsKept(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        for (IntUnaryOperator input : inputs(random, 200_000)) {
            List<Entry> records = records(input, 200_000);
            Map<Object, List<Object>> expected = new HashMap<>();
            records.forEach(record -> expected.computeIfAbsent(record.key(), k -> new ArrayList<>())
                    .add(record.value()));

            MapOutputs outputs = write(TestCombiners.combinedGroup(), records);
            Map<Object, List<Object>> sent = new HashMap<>();
            sent(outputs)
                    .forEach(part -> sent.computeIfAbsent(part.key(), k -> new ArrayList<>())
                            .addAll((List<?>) part.value()));

            assertThat(sent).isEqualTo(expected);
            drop(outputs);
        }
    }

    @Test
    void theSameInputSendsTheSameRecordsInTheSameOrder(TestSeed seed) throws Exception {
        SplittableRandom random = seed.random();
        for (IntUnaryOperator input : inputs(random, 200_000)) {
            List<Entry> records = records(input, 200_000);
            ShuffleSpec spec = spec(REDUCERS, TestCombiners.sum());

            MapOutput first = fixture.write(spec, 0, records);
            MapOutput second = fixture.write(spec, 0, records);

            assertThat(second.digest()).isEqualTo(first.digest());
            assertThat(sent(new MapOutputs(spec.shuffleId(), 0, List.of(second))))
                    .isEqualTo(sent(new MapOutputs(spec.shuffleId(), 0, List.of(first))));
            fixture.shuffle().drop(spec.shuffleId());
        }
    }

    @Test
    void frequentKeysOfALongTailCrossAFewTimes(TestSeed seed) throws Exception {
        int[] keys = zipf(seed.random(), 1_000_000, 500_000);

        MapOutputs outputs = write(TestCombiners.sum(), records(i -> keys[i], keys.length));

        Map<Object, Integer> crossings = new HashMap<>();
        List<Entry> sent = sent(outputs);
        sent.forEach(record -> crossings.merge(record.key(), 1, Integer::sum));
        assertThat(sent).hasSizeLessThan(keys.length * 35 / 100);
        for (int key = 0; key < 100; key++) {
            assertThat(crossings.get(key)).as("key %s", key).isLessThan(5);
        }
        assertThat(IntStream.range(0, 1000).map(crossings::get).sum())
                .as("the thousand most frequent keys, 55 records in a hundred")
                .isLessThan(3000);
    }

    @Test
    void keysThatBecomeFrequentLateAreCombinedToo() throws Exception {
        int unique = 1_000_000;
        int frequent = 3_000_000;
        List<Entry> records = records(i -> i < unique ? i : -(i % 1000), unique + frequent);

        MapOutputs outputs = write(TestCombiners.sum(), records);

        assertThat(outputs.outputs().get(0).records())
                .isLessThan(unique + (HotKeys.LONGEST_PAUSE + 2) * HotKeys.PERIOD);
    }

    @Test
    void keysThatWereFrequentMakeRoomForThoseThatAre() throws Exception {
        int half = 2_000_000;
        int frequent = 10_000;
        List<Entry> records =
                records(i -> i % 2 == 0 ? 1_000_000 + i : i < half ? i / 2 % frequent : -(i / 2 % frequent), 2 * half);

        MapOutputs outputs = write(TestCombiners.sum(), records);

        long sent = outputs.outputs().get(0).records();
        assertThat(sent - half).as("beside the unique ones").isLessThan(half / 3);
    }

    @Test
    void aFloodOfOneHashIsSentAsItComesOnceItIsKnown() throws Exception {
        List<Entry> records = new ArrayList<>();
        for (int i = 0; i < 100_000; i++) {
            records.add(entry(new Flood(i), 1L));
        }

        MapOutputs outputs = write(TestCombiners.sum(), records);

        assertThat(outputs.outputs().get(0).records()).isEqualTo(100_000);
    }

    /** Comparable keys that all have one hash. */
    private record Flood(int number) implements Comparable<Flood> {

        @Override
        public int hashCode() {
            return 42;
        }

        @Override
        public int compareTo(Flood other) {
            return Integer.compare(number, other.number);
        }
    }
}

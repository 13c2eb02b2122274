package dev.favilla.shuffle.hash;

import static dev.favilla.shuffle.ShuffleFixture.entry;
import static dev.favilla.shuffle.ShuffleFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.TaskScope;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.MemoryDisk;
import dev.favilla.shuffle.PressedShuffle;
import dev.favilla.shuffle.ShuffleFixture;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.shuffle.TestCombiners;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Map outputs of which each of many reducers gets little. */
class ManyReducersTest {

    private static final int REDUCERS = 300;
    private static final int MAPS = 5;

    private final MemoryDisk disk = new MemoryDisk();

    private final ShuffleFixture fixture = new ShuffleFixture(
            (memory, serializer, executor) -> new HashShuffleManager(
                    memory,
                    serializer,
                    new BlockFrame(Compression.NONE),
                    executor,
                    BlockTransfer.NONE,
                    disk,
                    new BlockFrame(Compression.NONE)),
            32L << 20);

    @BeforeEach
    void audit(LeakProbes probes) {
        fixture.audit(probes);
    }

    @AfterEach
    void nothingIsLeft() {
        fixture.close();
        assertThat(fixture.memory().usage().isIdle()).isTrue();
    }

    /** Runs of no records, of a few, and of more than are packed. */
    private static List<List<Entry>> numbers(SplittableRandom random) {
        List<List<Entry>> maps = new ArrayList<>();
        for (int map = 0; map < MAPS; map++) {
            List<Entry> records = new ArrayList<>();
            int keys = 1 + random.nextInt(2 * REDUCERS);
            for (int i = 0; i < 10 * REDUCERS; i++) {
                long key = random.nextInt(8) == 0 ? random.nextInt(4) : random.nextInt(keys);
                records.add(entry(key, random.nextInt(1000) + 0L));
            }
            maps.add(records);
        }
        return maps;
    }

    private static List<List<Entry>> byReducer(ShuffleSpec spec, List<List<Entry>> maps) {
        List<List<Entry>> expected = new ArrayList<>();
        for (int reducer = 0; reducer < REDUCERS; reducer++) {
            expected.add(new ArrayList<>());
        }
        for (List<Entry> records : maps) {
            for (Entry record : records) {
                expected.get(spec.partitioner().partition(record.key())).add(record);
            }
        }
        return expected;
    }

    @Test
    void eachReadsWhatItWasSentInTheOrderItWasSent(TestSeed seed) throws Exception {
        ShuffleSpec spec = spec(REDUCERS, null);
        List<List<Entry>> maps = numbers(seed.random());
        MapOutputs outputs = fixture.writeAll(spec, maps);

        assertThat(fixture.readAll(spec, outputs)).isEqualTo(byReducer(spec, maps));
    }

    @Test
    void whatIsOnDiskComesInTheSameOrder(TestSeed seed) throws Exception {
        ShuffleSpec spec = spec(REDUCERS, null);
        List<List<Entry>> maps = numbers(seed.random());
        MapOutputs outputs = fixture.writeAll(spec, maps);
        try (TaskScope scope = fixture.attempt()) {
            PressedShuffle.press(scope, fixture.memory());
        }

        assertThat(disk.usage().files()).isPositive();
        assertThat(fixture.readAll(spec, outputs)).isEqualTo(byReducer(spec, maps));
    }

    @Test
    void objectsComeBehindTheNumbersThatWereSentBeforeThem(TestSeed seed) throws Exception {
        ShuffleSpec spec = spec(REDUCERS, null);
        List<List<Entry>> maps = numbers(seed.random());
        for (List<Entry> records : maps) {
            LongStream.range(0, 2 * REDUCERS).forEach(key -> records.add(entry(key, "text " + key)));
        }
        MapOutputs outputs = fixture.writeAll(spec, maps);

        assertThat(fixture.readAll(spec, outputs)).isEqualTo(byReducer(spec, maps));
    }

    @Test
    void sumsAreThoseOfAllMapsByKeyInTheOrderOfTheKeys(TestSeed seed) throws Exception {
        ShuffleSpec spec = spec(REDUCERS, TestCombiners.sum());
        List<List<Entry>> maps = numbers(seed.random());
        MapOutputs outputs = fixture.writeAll(spec, maps);

        List<List<Entry>> expected = new ArrayList<>();
        for (List<Entry> records : byReducer(spec, maps)) {
            Map<Object, Long> sums = new LinkedHashMap<>();
            records.forEach(record -> sums.merge(record.key(), (Long) record.value(), Long::sum));
            List<Entry> entries = new ArrayList<>();
            sums.forEach((key, sum) -> entries.add(entry(key, sum)));
            expected.add(entries);
        }
        assertThat(fixture.readAll(spec, outputs)).isEqualTo(expected);
    }

    @Test
    void oneNumberForEachReducerTakesLittleMoreThanItsBits() throws Exception {
        int reducers = 2000;
        ShuffleSpec spec = spec(reducers, null);
        List<Entry> records =
                LongStream.range(0, reducers).mapToObj(key -> entry(key, key)).toList();
        MapOutputs outputs = fixture.writeAll(spec, List.of(records));

        assertThat(fixture.memory().usage().retainedBytes()).isBetween(16L * reducers, 24L * reducers);
        assertThat(outputs.outputs().get(0).sizes().totalBytes()).isEqualTo(16L * reducers);
    }
}

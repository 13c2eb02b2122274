package dev.favilla.shuffle.hash;

import static dev.favilla.shuffle.ShuffleFixture.entry;
import static dev.favilla.shuffle.ShuffleFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.MapOutput;
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
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Texts that are merged by key are kept as bits, which nobody may notice. */
@Timeout(120)
class TextKeysTest {

    private static final int REDUCERS = 3;
    private static final int RECORDS = 40_000;

    private final MemoryDisk disk = new MemoryDisk();

    private static List<List<Entry>> maps(IntFunction<@Nullable Object> key, SplittableRandom random) {
        List<List<Entry>> maps = new ArrayList<>();
        for (int map = 0; map < 3; map++) {
            List<Entry> records = new ArrayList<>();
            for (int i = 0; i < RECORDS; i++) {
                records.add(entry(key.apply(i), random.nextLong(1000)));
            }
            maps.add(records);
        }
        return maps;
    }

    /** Each kind of input says the key of a record; foreign keys come early, late, or among others. */
    private static List<IntFunction<@Nullable Object>> inputs(SplittableRandom random) {
        return List.of(
                i -> "customer-" + random.nextInt(30_000),
                i -> "a customer with a long name " + random.nextInt(30_000),
                i -> "\u044f" + random.nextInt(30_000),
                i -> i == 0 ? null : "null came before " + random.nextInt(3000),
                i -> i == RECORDS - 5 ? null : "null is late " + random.nextInt(30_000),
                i -> i == RECORDS / 2 ? (Object) 17 : "number " + random.nextInt(30_000),
                i -> random.nextInt(2) == 0 ? (Object) random.nextInt(9) : "many " + random.nextInt(9000));
    }

    private ShuffleFixture fixture(boolean pressed, LeakProbes probes) {
        ShuffleFixture fixture = new ShuffleFixture(
                (memory, serializer, executor) -> {
                    HashShuffleManager shuffle = new HashShuffleManager(
                            memory,
                            serializer,
                            new BlockFrame(Compression.LZ4),
                            executor,
                            BlockTransfer.NONE,
                            disk,
                            new BlockFrame(Compression.LZ4));
                    return pressed ? new PressedShuffle(memory, shuffle) : shuffle;
                },
                256L << 20);
        fixture.audit(probes);
        return fixture;
    }

    @Test
    void sumsAndTheirOrderAreThoseOfRecordsThatMovedOutAsBytes(TestSeed seed, LeakProbes probes) throws Exception {
        SplittableRandom random = seed.random();
        for (IntFunction<@Nullable Object> input : inputs(random)) {
            List<List<Entry>> maps = maps(input, random);
            ShuffleSpec spec = spec(REDUCERS, TestCombiners.sum());
            try (ShuffleFixture inMemory = fixture(false, probes);
                    ShuffleFixture onDisk = fixture(true, probes)) {
                MapOutputs kept = inMemory.writeAll(spec, maps);
                MapOutputs moved = onDisk.writeAll(spec, maps);

                assertThat(moved.outputs().stream().map(MapOutput::digest).toList())
                        .isEqualTo(
                                kept.outputs().stream().map(MapOutput::digest).toList());
                assertThat(onDisk.readAll(spec, moved)).isEqualTo(inMemory.readAll(spec, kept));
            }
        }
    }

    /** Which records merge, where they go, their order and their digest do not depend on it. */
    @Test
    void textsThatAreLookedForTogetherMergeAsThoseOneByOne(TestSeed seed, LeakProbes probes) throws Exception {
        SplittableRandom random = seed.random();
        List<IntFunction<@Nullable Object>> inputs = new ArrayList<>(inputs(random));
        inputs.add(i -> "w" + random.nextInt(1 + random.nextInt(40_000)));
        inputs.add(i -> "x\u00ff".repeat(random.nextInt(10)) + random.nextInt(1 + random.nextInt(20_000)));
        inputs.add(i -> "\u00e9".repeat(random.nextInt(17))); // of each length that lies in a row
        inputs.add(i -> "round " + i % 17_000);
        for (IntFunction<@Nullable Object> input : inputs) {
            List<List<Entry>> maps = maps(input, random);
            try (ShuffleFixture together = fixture(false, probes);
                    ShuffleFixture oneByOne = fixture(false, probes)) {
                MapOutputs fast = together.writeAll(spec(REDUCERS, TestCombiners.sumOfBits()), maps);
                MapOutputs slow = oneByOne.writeAll(spec(REDUCERS, TestCombiners.sum()), maps);

                assertThat(fast.outputs().stream().map(MapOutput::digest).toList())
                        .isEqualTo(
                                slow.outputs().stream().map(MapOutput::digest).toList());
                assertThat(together.readAll(spec(REDUCERS, null), fast))
                        .isEqualTo(oneByOne.readAll(spec(REDUCERS, null), slow));
                assertThat(together.readAll(spec(REDUCERS, TestCombiners.sumOfBits()), fast))
                        .isEqualTo(oneByOne.readAll(spec(REDUCERS, TestCombiners.sum()), slow));
            }
        }
    }

    @Test
    void whatWasSentIsHandedOnAsItWasSent(TestSeed seed, LeakProbes probes) throws Exception {
        SplittableRandom random = seed.random();
        try (ShuffleFixture fixture = fixture(false, probes)) {
            List<Entry> records = new ArrayList<>();
            for (int i = 0; i < 3000; i++) {
                records.add(
                        entry("x".repeat(random.nextInt(20)) + i, (long) i)); // each once, and fewer than a table has
            }

            MapOutputs outputs = fixture.writeAll(spec(1, TestCombiners.sum()), List.of(records));

            assertThat(fixture.read(spec(1, null), outputs, 0)).isEqualTo(records);
        }
    }

    /** Long texts are paid for; of short ones nothing but the arrays is there to pay for. */
    @Test
    void outputsOfTextsSayWhatTheyTake(LeakProbes probes) throws Exception {
        try (ShuffleFixture fixture = fixture(false, probes)) {
            List<Entry> shorts = new ArrayList<>();
            List<Entry> longs = new ArrayList<>();
            for (int i = 0; i < 2000; i++) {
                shorts.add(entry("n" + i, 1L));
                longs.add(entry("y".repeat(1000) + i, 1L));
            }
            ShuffleSpec spec = spec(1, TestCombiners.sum());

            assertThat(fixture.write(spec, 0, shorts).sizes().totalBytes()).isBetween(2000L * 32, 2 * 2000L * 32);
            assertThat(fixture.write(spec, 1, longs).sizes().totalBytes()).isGreaterThan(2000L * 1000);
        }
    }
}

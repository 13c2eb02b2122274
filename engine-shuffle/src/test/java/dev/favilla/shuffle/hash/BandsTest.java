package dev.favilla.shuffle.hash;

import static dev.favilla.shuffle.ShuffleFixture.SHUFFLE;
import static dev.favilla.shuffle.ShuffleFixture.entry;
import static dev.favilla.shuffle.ShuffleFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.MetricValues;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultProbe;
import dev.favilla.fault.FaultSite;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.FetchFailedException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.MemoryDisk;
import dev.favilla.shuffle.PressedShuffle;
import dev.favilla.shuffle.ShuffleFixture;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.shuffle.ShufflePeers;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Neighbouring reducers whose input is looked for together. */
class BandsTest {

    private static final int REDUCERS = 100;
    private static final int MAPS = 40;

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
            64L << 20);

    private final ShuffleSpec spec = spec(REDUCERS, null);

    @BeforeEach
    void audit(LeakProbes probes) {
        fixture.audit(probes);
    }

    @AfterEach
    void nothingIsLeft() {
        fixture.close();
        assertThat(fixture.memory().usage().isIdle()).isTrue();
    }

    /** Map outputs with something for a third of the reducers; what reducer {@code r} gets has {@code r} as its key. */
    private static List<List<Entry>> sparse(SplittableRandom random) {
        List<List<Entry>> maps = new ArrayList<>();
        for (int map = 0; map < MAPS; map++) {
            List<Entry> records = new ArrayList<>();
            for (int i = 0; i < REDUCERS / 3; i++) {
                records.add(entry(random.nextInt(REDUCERS), random.nextLong()));
            }
            maps.add(records);
        }
        return maps;
    }

    private static List<Entry> sent(List<List<Entry>> maps, int reducer) {
        return maps.stream()
                .flatMap(List::stream)
                .filter(record -> record.key().equals(reducer))
                .toList();
    }

    private static boolean sends(List<Entry> map, int reducer) {
        return map.stream().anyMatch(record -> record.key().equals(reducer));
    }

    private void assertReadsAll(MapOutputs outputs, List<List<Entry>> maps) throws Exception {
        for (int reducer = 0; reducer < REDUCERS; reducer++) {
            assertThat(fixture.read(spec, outputs, reducer)).isEqualTo(sent(maps, reducer));
        }
    }

    @Test
    void oneBandServesNeighboursUntilAnOutputIsDropped(TestSeed seed) throws Exception {
        MapOutputs outputs = fixture.writeAll(spec, sparse(seed.random()));
        Bands bands = new Bands(key -> null);

        Band band = bands.find(outputs, 3);

        assertThat(band).isNotNull().isSameAs(bands.find(outputs, 63)).isNotSameAs(bands.find(outputs, 64));
        assertThat(bands.find(new MapOutputs(SHUFFLE, 0, outputs.outputs()), 3)).isNotSameAs(band);
        bands.forget(SHUFFLE + 1);
        assertThat(bands.find(outputs, 3)).isSameAs(band);
        bands.forget(SHUFFLE);
        assertThat(bands.find(outputs, 3)).isNotSameAs(band);
    }

    @Test
    void thereIsNoneWhereReducersGetMuch() throws Exception {
        List<Entry> records =
                IntStream.range(0, 400_000).mapToObj(i -> entry(i % 2, "" + i)).toList();
        MapOutputs outputs = fixture.writeAll(spec, List.of(records));

        assertThat(new Bands(key -> null).find(outputs, 3)).isNull();
    }

    @Test
    void aDroppedOutputIsLostForThoseWhoGetSomethingOfItWhoeverReadBefore(TestSeed seed) throws Exception {
        List<List<Entry>> maps = sparse(seed.random());
        MapOutputs outputs = fixture.writeAll(spec, maps);
        assertReadsAll(outputs, maps);
        MapOutput dropped = outputs.outputs().get(7);
        fixture.shuffle().drop(SHUFFLE, 7, dropped.attemptId());

        for (int reducer = 0; reducer < REDUCERS; reducer++) {
            int of = reducer;
            if (sends(maps.get(7), reducer)) {
                assertThatThrownBy(() -> fixture.read(spec, outputs, of))
                        .isInstanceOfSatisfying(
                                FetchFailedException.class,
                                e -> assertThat(e.mapAttemptId()).isEqualTo(dropped.attemptId()))
                        .hasMessageContaining("shuffle_3_7_" + of + " ")
                        .hasMessageContaining("it was dropped");
            } else {
                assertThat(fixture.read(spec, outputs, reducer)).isEqualTo(sent(maps, reducer));
            }
        }
    }

    @Test
    void anotherAttemptsOutputIsReadFromThenOn(TestSeed seed) throws Exception {
        List<List<Entry>> maps = sparse(seed.random());
        MapOutputs outputs = fixture.writeAll(spec, maps);
        assertReadsAll(outputs, maps);
        fixture.shuffle().drop(SHUFFLE, 7, outputs.outputs().get(7).attemptId());
        List<MapOutput> replaced = new ArrayList<>(outputs.outputs());
        replaced.set(7, fixture.write(spec, 7, maps.get(7)));

        assertReadsAll(new MapOutputs(SHUFFLE, 0, replaced), maps);
    }

    @Test
    void whatWasMovedOutAfterNeighboursWereReadIsReadFromDiskAndTakesNoMemory(TestSeed seed) throws Exception {
        List<List<Entry>> maps = sparse(seed.random());
        for (List<Entry> map : maps) { // files are made of more than a few records only
            IntStream.range(0, 40 * REDUCERS).forEach(i -> map.add(entry(i % REDUCERS, (long) i)));
        }
        MapOutputs outputs = fixture.writeAll(spec, maps);
        fixture.read(spec, outputs, 0);
        long before = fixture.memory().usage().retainedBytes();
        try (TaskScope scope = fixture.attempt()) {
            PressedShuffle.press(scope, fixture.memory());
        }

        assertThat(fixture.memory().usage().retainedBytes()).isLessThan(before / 4);
        assertReadsAll(outputs, maps);
    }

    @Test
    void recordsAndBytesReadAreCountedAsIfEachOutputWereReadAlone(TestSeed seed) throws Exception {
        List<List<Entry>> maps = sparse(seed.random());
        MapOutputs outputs = fixture.writeAll(spec, maps);
        for (int reducer = 0; reducer < REDUCERS; reducer++) {
            List<TaskMetrics> metrics = new ArrayList<>();
            fixture.read(spec, outputs, reducer, metrics);

            MetricValues read = metrics.get(0).snapshot();
            int records = sent(maps, reducer).size();
            assertThat(read.get(Metric.SHUFFLE_RECORDS_READ)).isEqualTo(records);
            assertThat(read.get(Metric.SHUFFLE_BYTES_READ)).isEqualTo(16L * records);
        }
    }

    @Test
    void textsAndNumbersOfSeveralKindsComeInMapOrder(TestSeed seed) throws Exception {
        List<List<Entry>> maps = sparse(seed.random());
        for (int map = 0; map < MAPS; map += 3) {
            maps.get(map).replaceAll(record -> entry(record.key(), "text " + record.value()));
        }
        for (int map = 1; map < MAPS; map += 3) {
            maps.get(map).replaceAll(record -> entry(record.key(), ((Long) record.value()).doubleValue()));
        }
        maps.get(2).add(entry(5, "behind numbers"));

        assertReadsAll(fixture.writeAll(spec, maps), maps);
    }

    @Test
    void moreThanIsCopiedIsReadWhereItIs(TestSeed seed) throws Exception {
        int maps = 1000;
        ShuffleSpec wide = spec(2000, null);
        List<List<Entry>> all = new ArrayList<>();
        for (int map = 0; map < maps; map++) {
            List<Entry> records = new ArrayList<>();
            for (int i = 0; i < 60; i++) {
                records.add(entry(seed.random().nextInt(2), (long) i));
            }
            all.add(records);
        }
        MapOutputs outputs = fixture.writeAll(wide, all);

        assertThat(fixture.read(wide, outputs, 0)).isEqualTo(sent(all, 0));
        assertThat(fixture.read(wide, outputs, 1)).isEqualTo(sent(all, 1));
        assertThat(fixture.read(wide, outputs, 2)).isEmpty();
    }

    @Test
    void aTestKitMeetsEachOutputOnceInMapOrder(TestSeed seed) throws Exception {
        List<List<Entry>> maps = sparse(seed.random());
        MapOutputs outputs = fixture.writeAll(spec, maps);
        Watch watch = new Watch();

        readWatched(outputs, 11, watch);

        assertThat(watch.met)
                .isEqualTo(IntStream.range(0, MAPS)
                        .filter(map -> sends(maps.get(map), 11))
                        .mapToObj(map -> "shuffle_3_" + map + "_11")
                        .toList());
        watch.failing = watch.met.get(2);
        watch.met.clear();
        assertThatThrownBy(() -> readWatched(outputs, 11, watch))
                .isInstanceOf(FetchFailedException.class)
                .hasMessageContaining("Cannot fetch block " + watch.failing + " of attempt");
    }

    private void readWatched(MapOutputs outputs, int reducer, Watch watch) throws Exception {
        try (TaskScope scope = new TaskScope(999, "task 999", fixture.memory().openTask("task 999"), watch);
                ShuffleReader reader = fixture.shuffle().reader(spec, outputs, reducer, scope)) {
            while (reader.drive((key, value) -> true, 100)) {
                // drive does it
            }
        }
    }

    @Test
    void whatLiesElsewhereComesInMapOrderBetweenWhatLiesHere(TestSeed seed) throws Exception {
        List<List<Entry>> maps = sparse(seed.random());
        try (ShufflePeers peers = new ShufflePeers(
                (memory, serializer, executor, transfer) -> new HashShuffleManager(
                        memory,
                        serializer,
                        new BlockFrame(Compression.NONE),
                        executor,
                        transfer,
                        null,
                        new BlockFrame(Compression.NONE)),
                2,
                64L << 20)) {
            MapOutputs outputs = peers.writeAll(spec, maps, 0, 0, 1);
            for (int reducer = 0; reducer < REDUCERS; reducer++) {
                assertThat(peers.read(peers.peer(0), spec, outputs, reducer)).isEqualTo(sent(maps, reducer));
                assertThat(peers.read(peers.peer(1), spec, outputs, reducer)).isEqualTo(sent(maps, reducer));
            }
        }
    }

    /** Notes what is fetched, and fails one of it. */
    private static final class Watch implements FaultProbe {

        private final List<String> met = new ArrayList<>();
        private String failing = "";

        @Override
        public void reach(FaultSite site, String block) {
            met.add(block);
            if (block.equals(failing)) {
                throw new IllegalStateException("a test's fault");
            }
        }

        @Override
        public byte[] bytes(FaultSite site, String block, byte[] frame) {
            return frame;
        }
    }
}

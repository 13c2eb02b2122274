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
import dev.favilla.disk.DiskUsage;
import dev.favilla.disk.LocalDiskException;
import dev.favilla.frame.BlockFrame;
import dev.favilla.frame.Compression;
import dev.favilla.frame.DamagedBlockException;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryUsage;
import dev.favilla.shuffle.Aggregator;
import dev.favilla.shuffle.BlockTransfer;
import dev.favilla.shuffle.FetchFailedException;
import dev.favilla.shuffle.MapOutput;
import dev.favilla.shuffle.MapOutputs;
import dev.favilla.shuffle.MemoryDisk;
import dev.favilla.shuffle.PressedShuffle;
import dev.favilla.shuffle.ShuffleFixture;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.shuffle.ShuffleReader;
import dev.favilla.shuffle.ShuffleSpec;
import dev.favilla.shuffle.ShuffleWriter;
import dev.favilla.shuffle.TestCombiners;
import dev.favilla.storage.EncodedBlock;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Map outputs that go to local disk because memory is short. */
class OutputsOnDiskTest {

    private static final long POOL = 32L << 20;

    private final MemoryDisk disk = new MemoryDisk();

    private final ShuffleFixture fixture = new ShuffleFixture(
            (memory, serializer, executor) -> new HashShuffleManager(
                    memory,
                    serializer,
                    new BlockFrame(Compression.NONE),
                    executor,
                    BlockTransfer.NONE,
                    disk,
                    new BlockFrame(Compression.LZ4)),
            POOL);

    @BeforeEach
    void audit(LeakProbes probes) {
        fixture.audit(probes);
    }

    @AfterEach
    void nothingIsLeft() {
        fixture.close();
        assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
        assertThat(fixture.memory().usage().isIdle()).isTrue();
    }

    private void press() {
        try (TaskScope scope = fixture.attempt()) {
            PressedShuffle.press(scope, fixture.memory());
        }
    }

    private static List<Entry> numbers(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> entry("key " + i, (long) i))
                .toList();
    }

    private static List<Entry> texts(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> entry("key " + i, "value " + i))
                .toList();
    }

    private static List<Entry> mutables(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> entry("key " + i, new ArrayList<>(List.of(i))))
                .toList();
    }

    /** References first, bytes behind them. */
    private static List<Entry> mixed(int count) {
        List<Entry> records = new ArrayList<>(numbers(count / 2));
        records.addAll(mutables(count / 2));
        return records;
    }

    /** Writes one output under pressure every so many records. */
    private MapOutput writePressed(ShuffleSpec spec, List<Entry> records, int every, List<TaskMetrics> metrics)
            throws Exception {
        try (TaskScope scope = fixture.attempt();
                ShuffleWriter writer = fixture.shuffle().writer(spec, 0, scope)) {
            metrics.add(scope.metrics());
            for (int i = 0; i < records.size(); i++) {
                writer.write(records.get(i).key(), records.get(i).value());
                if (i % every == every - 1) {
                    PressedShuffle.press(scope, fixture.memory());
                }
            }
            return writer.commit();
        }
    }

    private static MapOutputs only(MapOutput output) {
        return new MapOutputs(SHUFFLE, 0, List.of(output));
    }

    @Nested
    class ARunningAttempt {

        @Test
        void sendsTheSameUnderPressure(TestSeed seed) throws Exception {
            SplittableRandom random = seed.random();
            for (List<Entry> records : List.of(numbers(20_000), mutables(20_000), mixed(20_000))) {
                for (Aggregator aggregator : Arrays.asList(null, TestCombiners.group())) {
                    ShuffleSpec spec = spec(random.nextInt(1, 50), aggregator);
                    MapOutput free = fixture.write(spec, 0, records);
                    List<List<Entry>> expected = fixture.readAll(spec, only(free));
                    List<TaskMetrics> metrics = new ArrayList<>();

                    MapOutput pressed = writePressed(spec, records, random.nextInt(1000, 15_000), metrics);

                    assertThat(pressed.digest()).isEqualTo(free.digest());
                    assertThat(pressed.records()).isEqualTo(free.records());
                    assertThat(fixture.readAll(spec, only(pressed))).isEqualTo(expected);
                    MetricValues counted = metrics.get(0).snapshot();
                    assertThat(counted.get(Metric.MEMORY_BYTES_SPILLED)).isPositive();
                    assertThat(counted.get(Metric.DISK_BYTES_SPILLED)).isPositive();
                    fixture.shuffle().drop(SHUFFLE);
                    assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
                }
            }
        }

        @Test
        void mayWriteSeveralTimesWhatTheBudgetHolds() throws Exception {
            ShuffleSpec spec = spec(7, null);
            String text = "x".repeat(1000);
            int count = 100_000;
            MapOutput output;
            try (TaskScope scope = fixture.attempt();
                    ShuffleWriter writer = fixture.shuffle().writer(spec, 0, scope)) {
                for (int i = 0; i < count; i++) {
                    writer.write(i, text + i);
                }
                output = writer.commit();
            }

            assertThat(disk.written.get()).isPositive();
            AtomicInteger next = new AtomicInteger(3);
            try (TaskScope scope = fixture.attempt();
                    ShuffleReader reader = fixture.shuffle().reader(spec, only(output), 3, scope)) {
                while (reader.drive(
                        (key, value) -> {
                            int expected = next.getAndAdd(7);
                            return key.equals(expected) && value.equals(text + expected);
                        },
                        1000)) {
                    assertThat(scope.memory().reservedBytes()).isLessThan(4 << 20);
                }
            }
            assertThat(next.get()).isBetween(count, count + 7);
        }

        @Test
        void makesOneFileAndFewWritesHoweverManyReducers() throws Exception {
            ShuffleSpec spec = spec(500, null);

            writePressed(spec, numbers(60_000), 10_000, new ArrayList<>());

            assertThat(disk.usage().files()).isOne();
            assertThat(disk.writes.get()).isLessThan(2 * (int) (disk.written.get() >> 16) + 10);
        }

        @Test
        void whoseDiskIsFullFailsAndLeavesNothing() throws Exception {
            for (int write = 1; write < 4; write++) {
                disk.writes.set(0);
                disk.firstFailure = write;

                assertThatThrownBy(() -> writePressed(spec(3, null), numbers(50_000), 10_000, new ArrayList<>()))
                        .isInstanceOf(LocalDiskException.class);

                assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
                assertThat(fixture.memory().usage().isIdle()).isTrue();
            }
        }

        @Test
        void cannotCommitWhatItCouldNotMoveOutWhoeverCaughtTheError() throws Exception {
            disk.firstFailure = 1;
            try (TaskScope scope = fixture.attempt();
                    ShuffleWriter writer = fixture.shuffle().writer(spec(3, null), 0, scope)) {
                for (Entry record : numbers(10_000)) {
                    writer.write(record.key(), record.value());
                }
                assertThatThrownBy(() -> PressedShuffle.press(scope, fixture.memory()))
                        .isInstanceOf(LocalDiskException.class);
                PressedShuffle.press(scope, fixture.memory());

                assertThatThrownBy(writer::commit)
                        .isInstanceOf(IllegalStateException.class)
                        .hasMessageContaining("map partition 0 of shuffle 3 is not whole")
                        .hasCauseInstanceOf(LocalDiskException.class);
            }
            assertThat(fixture.shuffle().outputCount()).isZero();
        }

        @Test
        void thatIsAbandonedDeletesItsFile() throws Exception {
            try (TaskScope scope = fixture.attempt()) {
                ShuffleWriter writer = fixture.shuffle().writer(spec(3, null), 0, scope);
                for (Entry record : numbers(10_000)) {
                    writer.write(record.key(), record.value());
                }
                PressedShuffle.press(scope, fixture.memory());
                assertThat(disk.usage().files()).isOne();

                writer.close();
                writer.close();

                assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
                assertThat(scope.memory().reservedBytes()).isZero();
            }
        }
    }

    @Nested
    class CommittedOutputs {

        @Test
        void giveTheirMemoryBackAndReadTheSame() throws Exception {
            for (List<Entry> records : List.of(numbers(10_000), mutables(10_000), mixed(10_000))) {
                ShuffleSpec spec = spec(5, null);
                MapOutputs outputs = fixture.writeAll(spec, List.of(records, records));
                List<List<Entry>> expected = fixture.readAll(spec, outputs);
                long before = fixture.memory().usage().retainedBytes();

                press();

                assertThat(fixture.memory().usage().retainedBytes()).isLessThan(before / 20);
                assertThat(disk.usage().files()).isEqualTo(2);
                assertThat(fixture.readAll(spec, outputs)).isEqualTo(expected);
                assertThat(fixture.readAll(spec, outputs)).isEqualTo(expected);
                fixture.shuffle().drop(SHUFFLE);
                assertThat(fixture.memory().usage()).isEqualTo(new MemoryUsage(POOL, 0, 0, 0, 0));
                assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
            }
        }

        @Test
        void makeRoomForTheNextUntilTheShuffleIsLargerThanTheBudget() throws Exception {
            ShuffleSpec spec = spec(4, TestCombiners.group());
            List<List<Entry>> maps = new ArrayList<>();
            for (int map = 0; map < 20; map++) {
                int first = map * 3000;
                maps.add(IntStream.range(first, first + 3000)
                        .mapToObj(i -> entry(i, ("x" + i).repeat(150)))
                        .toList());
            }
            MapOutputs outputs;
            try (MemoryAccount hog = fixture.memory().openRetained("a hog")) {
                hog.require(POOL / 2);
                outputs = fixture.writeAll(spec, maps);
            }
            assertThat(outputs.outputs().stream()
                            .mapToLong(output -> output.sizes().totalBytes())
                            .sum())
                    .isGreaterThan(POOL);

            List<Object> keys = new ArrayList<>();
            for (int reducer = 0; reducer < 4; reducer++) {
                fixture.read(spec, outputs, reducer).forEach(read -> {
                    assertThat(read.value()).isEqualTo(List.of(("x" + read.key()).repeat(150)));
                    keys.add(read.key());
                });
            }

            assertThat(keys).hasSize(60_000).doesNotHaveDuplicates();
        }

        @Test
        void goOnForAReaderInTheMiddleOfABlock() throws Exception {
            for (List<Entry> records : List.of(numbers(5000), mutables(5000), mixed(5000))) {
                ShuffleSpec spec = spec(1, null);
                MapOutputs outputs = fixture.writeAll(spec, List.of(records, records));
                List<Entry> read = new ArrayList<>();
                try (TaskScope scope = fixture.attempt();
                        ShuffleReader reader = fixture.shuffle().reader(spec, outputs, 0, scope)) {
                    reader.drive((key, value) -> read.add(entry(key, value)), 777);
                    PressedShuffle.press(scope, fixture.memory());
                    while (reader.drive((key, value) -> read.add(entry(key, value)), 777)) {
                        // drive does it
                    }
                }
                assertThat(read).hasSize(10_000).startsWith(records.toArray(new Entry[0]));
                fixture.shuffle().drop(SHUFFLE);
            }
        }

        @Test
        void areGoneOrWholeForAReaderWhenTheyAreDropped() throws Exception {
            for (int readBefore : new int[] {1, 500, 4999, 5001}) {
                ShuffleSpec spec = spec(1, null);
                MapOutputs outputs = fixture.writeAll(spec, List.of(mixed(5000), numbers(5000)));
                List<Entry> expected = fixture.read(spec, outputs, 0);
                press();
                List<Entry> read = new ArrayList<>();
                try (TaskScope scope = fixture.attempt();
                        ShuffleReader reader = fixture.shuffle().reader(spec, outputs, 0, scope)) {
                    reader.drive((key, value) -> read.add(entry(key, value)), readBefore);
                    fixture.shuffle().drop(SHUFFLE);

                    assertThatThrownBy(() -> reader.drive((key, value) -> read.add(entry(key, value)), 100_000))
                            .isInstanceOf(FetchFailedException.class)
                            .hasMessageContaining("the file was deleted");
                    assertThat(scope.lostInput()).isPresent();
                }
                assertThat(expected).startsWith(read.toArray(new Entry[0]));
                assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
            }
        }

        @Test
        void stayInMemoryWhereTheDiskFails() throws Exception {
            ShuffleSpec spec = spec(2, null);
            for (int write = 1; write < 4; write++) {
                MapOutputs outputs = fixture.writeAll(spec, List.of(mixed(20_000)));
                List<List<Entry>> expected = fixture.readAll(spec, outputs);
                long before = fixture.memory().usage().retainedBytes();
                disk.writes.set(0);
                disk.firstFailure = write;

                press();

                assertThat(fixture.memory().usage().retainedBytes()).isEqualTo(before);
                assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
                assertThat(fixture.readAll(spec, outputs)).isEqualTo(expected);
                fixture.shuffle().drop(SHUFFLE);
            }
        }

        @Test
        void tooSmallForAFileStayInMemory() throws Exception {
            fixture.writeAll(spec(2, null), Collections.nCopies(50, numbers(10)));

            press();

            assertThat(disk.created.get()).isZero();
        }
    }

    @Nested
    class WhatLiesOnDisk {

        private final ShuffleSpec spec = spec(2, null);

        private MapOutputs written() throws Exception {
            MapOutputs outputs = fixture.writeAll(spec, List.of(mixed(5000)));
            press();
            return outputs;
        }

        private void assertLost(MapOutputs outputs, Class<? extends Throwable> cause) throws Exception {
            try (TaskScope scope = fixture.attempt();
                    ShuffleReader reader = fixture.shuffle().reader(spec, outputs, 1, scope)) {
                assertThatThrownBy(() -> reader.drive((key, value) -> true, 100_000))
                        .isInstanceOf(FetchFailedException.class)
                        .hasRootCauseInstanceOf(cause);
                assertThat(scope.lostInput()).isPresent();
            }
        }

        @Test
        void isReadOnceMoreWhenItComesDamaged() throws Exception {
            MapOutputs outputs = written();
            List<Entry> expected = fixture.read(spec, outputs, 1);
            AtomicInteger reads = new AtomicInteger();
            disk.reading = bytes -> reads.getAndIncrement() % 2 == 0 ? flipped(bytes, bytes.length / 2) : bytes;

            assertThat(fixture.read(spec, outputs, 1)).isEqualTo(expected);
        }

        private static byte[] flipped(byte[] bytes, int at) {
            bytes[at] ^= 1;
            return bytes;
        }

        @Test
        void isLostWhenItIsDamagedForGood(TestSeed seed) throws Exception {
            SplittableRandom random = seed.random();
            MapOutputs outputs = written();
            for (UnaryOperator<byte[]> damage : List.<UnaryOperator<byte[]>>of(
                    bytes -> flipped(bytes, random.nextInt(bytes.length)),
                    bytes -> Arrays.copyOf(bytes, random.nextInt(bytes.length)),
                    bytes -> new byte[bytes.length],
                    bytes -> new byte[0])) {
                disk.reading = damage;
                assertLost(outputs, DamagedBlockException.class);
            }
        }

        @Test
        void isLostWhenItIsAnotherBlock() throws Exception {
            MapOutputs outputs = written();
            List<byte[]> first = new ArrayList<>();
            disk.reading = bytes -> {
                first.add(bytes);
                return first.get(0);
            };
            assertLost(outputs, DamagedBlockException.class);
        }

        @Test
        void isLostWhenItsFileIsGone() throws Exception {
            MapOutputs outputs = written();
            disk.loseAll();

            assertLost(outputs, LocalDiskException.class);
        }

        @Test
        void isExportedAsItWouldBeFromMemory() throws Exception {
            MapOutputs outputs = fixture.writeAll(spec, List.of(mixed(5000)));
            long attempt = outputs.outputs().get(0).attemptId();
            List<EncodedBlock> before =
                    fixture.shuffle().export(SHUFFLE, 0, attempt, 1).orElseThrow();

            press();

            List<EncodedBlock> after =
                    fixture.shuffle().export(SHUFFLE, 0, attempt, 1).orElseThrow();
            assertThat(after).hasSameSizeAs(before);
            for (int i = 0; i < before.size(); i++) {
                assertThat(after.get(i).header()).isEqualTo(before.get(i).header());
                assertThat(payload(after.get(i))).isEqualTo(payload(before.get(i)));
            }
        }
    }

    private static byte[] payload(EncodedBlock block) {
        BlockFrame.Payload payload = BlockFrame.open(block.frame(), block.header());
        return Arrays.copyOfRange(payload.bytes(), payload.offset(), payload.offset() + payload.length());
    }

    @Nested
    class ReferencesThatCrowdTheHeap {

        @Test
        void giveWayToBytesInTheSameOrder() throws Exception {
            ShuffleSpec spec = spec(1, null);
            List<Entry> records = texts(20_000);
            MapOutput free = fixture.write(spec, 0, records);
            MapOutput crowded;
            try (MemoryAccount hog = fixture.memory().openRetained("a hog")) {
                hog.require(POOL / 2);
                crowded = fixture.write(spec, 1, records);
            }

            assertThat(crowded.digest()).isEqualTo(free.digest());
            assertThat(crowded.sizes().totalBytes()).isLessThan(free.sizes().totalBytes() / 2);
            assertThat(fixture.read(spec, only(crowded), 0)).isEqualTo(records);
            assertThat(disk.created.get()).isZero();
        }
    }

    @Test
    void manyThreadsMoveReadAndDropSideBySide(TestSeed seed) throws Exception {
        ShuffleSpec spec = spec(3, null);
        SplittableRandom random = seed.random();
        ExecutorService threads = Executors.newFixedThreadPool(4);
        try {
            for (int round = 0; round < 40; round++) {
                MapOutputs outputs = fixture.writeAll(spec, List.of(mixed(2000), numbers(2000), mutables(2000)));
                List<List<Entry>> expected = fixture.readAll(spec, outputs);
                List<Future<?>> work = new ArrayList<>();
                work.add(threads.submit(OutputsOnDiskTest.this::press));
                work.add(threads.submit(OutputsOnDiskTest.this::press));
                for (int reducer = 0; reducer < 3; reducer++) {
                    int of = reducer;
                    work.add(threads.submit(() -> readWholeOrLost(spec, outputs, of, expected.get(of))));
                }
                if (random.nextBoolean()) {
                    work.add(threads.submit(() -> fixture.shuffle().drop(SHUFFLE)));
                }
                for (Future<?> done : work) {
                    done.get(1, TimeUnit.MINUTES);
                }
                fixture.shuffle().drop(SHUFFLE);
                assertThat(disk.usage()).isEqualTo(DiskUsage.NONE);
                assertThat(fixture.memory().usage().isIdle()).isTrue();
            }
        } finally {
            threads.shutdownNow();
            assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
        }
    }

    private Void readWholeOrLost(ShuffleSpec spec, MapOutputs outputs, int reducer, List<Entry> expected)
            throws Exception {
        try {
            assertThat(fixture.read(spec, outputs, reducer)).isEqualTo(expected);
        } catch (FetchFailedException e) {
            assertThat(e).hasMessageContainingAll("shuffle_" + SHUFFLE);
        }
        return null;
    }
}

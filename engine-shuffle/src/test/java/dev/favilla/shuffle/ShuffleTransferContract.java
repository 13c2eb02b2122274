package dev.favilla.shuffle;

import static dev.favilla.shuffle.ShuffleFixture.SHUFFLE;
import static dev.favilla.shuffle.ShuffleFixture.entry;
import static dev.favilla.shuffle.ShuffleFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.Metric;
import dev.favilla.attempt.MetricValues;
import dev.favilla.attempt.TaskScope;
import dev.favilla.fault.FaultProbe;
import dev.favilla.fault.FaultSite;
import dev.favilla.frame.DamagedBlockException;
import dev.favilla.memory.ExecutionMemoryExhaustedException;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.memory.MemoryManager;
import dev.favilla.memory.TaskKilledException;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.shuffle.ShufflePeers.Peer;
import dev.favilla.storage.EncodedBlock;
import dev.favilla.testing.LeakProbes;
import dev.favilla.testing.TestSeed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What holds for any shuffle whose map outputs lie on several executors. */
public abstract class ShuffleTransferContract {

    private static final long POOL = 64L << 20;

    @SuppressWarnings("NullAway.Init")
    private ShufflePeers peers;

    @SuppressWarnings("NullAway.Init")
    private Peer here;

    @SuppressWarnings("NullAway.Init")
    private Peer there;

    protected abstract ShuffleManager open(
            MemoryManager memory, Serializer serializer, ExecutorId executor, BlockTransfer transfer);

    @BeforeEach
    void openPeers(LeakProbes probes) {
        peers = new ShufflePeers(this::open, 3, POOL);
        peers.audit(probes);
        here = peers.peer(0);
        there = peers.peer(1);
    }

    @AfterEach
    void closePeers() {
        peers.close();
    }

    private static List<Entry> numbers(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> entry("key " + i, (long) i))
                .toList();
    }

    /** Records that cannot be shared, so that they are kept as bytes. */
    private static List<Entry> mutables(int count) {
        return IntStream.range(0, count)
                .mapToObj(i -> entry("key " + i, new ArrayList<>(List.of(i))))
                .toList();
    }

    private static UnaryOperator<List<EncodedBlock>> damaged() {
        return blocks -> {
            EncodedBlock last = blocks.get(blocks.size() - 1);
            last.frame()[last.frame().length - 5] ^= 1;
            return blocks;
        };
    }

    /** Damages what is sent the first time only. */
    private static UnaryOperator<List<EncodedBlock>> damagedOnce() {
        List<Boolean> done = new ArrayList<>();
        return blocks -> done.isEmpty() && done.add(true) ? damaged().apply(blocks) : blocks;
    }

    @Nested
    class Results {

        private void assertSameWhereverTheyLie(@Nullable Aggregator aggregator, List<List<Entry>> maps)
                throws Exception {
            ShuffleSpec spec = spec(3, aggregator);
            MapOutputs together = peers.writeAll(spec, maps, 0);
            MapOutputs apart = peers.writeAll(spec, maps, 1, 0, 2);
            for (int reducer = 0; reducer < 3; reducer++) {
                List<Entry> expected = peers.read(here, spec, together, reducer);
                for (int place = 0; place < 3; place++) {
                    assertThat(peers.read(peers.peer(place), spec, apart, reducer))
                            .containsExactlyElementsOf(expected);
                }
            }
        }

        @Test
        void areTheSameWhereverTheMapOutputsLie(TestSeed seed) throws Exception {
            SplittableRandom random = seed.random();
            for (Aggregator aggregator : Arrays.asList(
                    null,
                    TestCombiners.sum(),
                    TestCombiners.sumFromAThousand(),
                    TestCombiners.group(),
                    TestCombiners.combinedGroup())) {
                List<List<Entry>> maps = new ArrayList<>();
                for (int map = 0; map < 7; map++) {
                    maps.add(random.ints(random.nextInt(6000), 0, 500)
                            .mapToObj(key -> entry(key == 0 ? null : "key " + key, random.nextLong()))
                            .toList());
                }
                assertSameWhereverTheyLie(aggregator, maps);
            }
        }

        @Test
        void areTheSameForBytesAndForBytesBehindReferences() throws Exception {
            List<Entry> mixed = new ArrayList<>(numbers(4000));
            mixed.addAll(mutables(4000));
            for (Aggregator aggregator : Arrays.asList(null, TestCombiners.group())) {
                assertSameWhereverTheyLie(aggregator, List.of(mutables(4000), mixed, numbers(4000)));
            }
        }

        @Test
        void areTheSameForLongOutputsInManyFrames() throws Exception {
            List<Entry> large = IntStream.range(0, 3000)
                    .mapToObj(i -> entry("key " + i, new StringBuilder("x".repeat(3000))))
                    .toList();
            ShuffleSpec spec = spec(1, null);

            MapOutputs outputs = peers.writeAll(spec, List.of(large), 1);

            assertThat(peers.read(here, spec, outputs, 0))
                    .extracting(Entry::key)
                    .containsExactlyElementsOf(large.stream().map(Entry::key).toList());
        }

        @Test
        void areCopiesOfTheReadersOwn() throws Exception {
            ShuffleSpec spec = spec(1, null);
            List<String> value = List.of("deeply", "immutable");

            MapOutputs outputs = peers.writeAll(spec, List.of(List.of(entry("k", value))), 1);

            Object first = peers.read(here, spec, outputs, 0).get(0).value();
            Object second = peers.read(here, spec, outputs, 0).get(0).value();
            assertThat(first).isEqualTo(value).isNotSameAs(value).isNotSameAs(second);
            assertThat(peers.read(there, spec, outputs, 0).get(0).value()).isSameAs(value);
        }

        @Test
        void areWholeForManyReadersAtOnceAndFailuresForThoseThatComeTooLate() throws Exception {
            ShuffleSpec spec = spec(1, TestCombiners.group());
            List<List<Entry>> maps = List.of(numbers(3000), mutables(3000), numbers(3000));
            MapOutputs outputs = peers.writeAll(spec, maps, 1);
            List<Entry> expected = peers.read(there, spec, outputs, 0);
            ExecutorService threads = Executors.newFixedThreadPool(4);
            try {
                List<Future<Boolean>> reads = new ArrayList<>();
                for (int i = 0; i < 40; i++) {
                    reads.add(threads.submit(() -> {
                        try {
                            assertThat(peers.read(here, spec, outputs, 0)).isEqualTo(expected);
                            return true;
                        } catch (FetchFailedException e) {
                            return false;
                        }
                    }));
                }
                assertThat(reads.get(5).get(30, TimeUnit.SECONDS)).isTrue();
                peers.lose(there);
                there.shuffle().close();
                for (Future<Boolean> read : reads) {
                    read.get(30, TimeUnit.SECONDS);
                }
                assertThatThrownBy(() -> peers.read(here, spec, outputs, 0)).isInstanceOf(FetchFailedException.class);
            } finally {
                threads.shutdownNow();
                assertThat(threads.awaitTermination(30, TimeUnit.SECONDS)).isTrue();
            }
        }

        @Test
        void areCounted() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(numbers(3000), numbers(50)), 1, 0);

            MetricValues read = peers.metricsOfReading(here, spec, outputs, 0);
            MetricValues readThere = peers.metricsOfReading(there, spec, outputs, 0);

            assertThat(read.get(Metric.SHUFFLE_RECORDS_READ)).isEqualTo(3050);
            assertThat(read.get(Metric.REMOTE_BYTES_READ)).isGreaterThan(readThere.get(Metric.REMOTE_BYTES_READ));
            assertThat(readThere.get(Metric.REMOTE_BYTES_READ)).isPositive();
            assertThat(read.get(Metric.SHUFFLE_BYTES_READ)).isGreaterThan(read.get(Metric.REMOTE_BYTES_READ));
        }

        @Test
        void needNothingFromWhoSentNothing() throws Exception {
            ShuffleSpec spec = spec(2, null);
            MapOutputs outputs = peers.writeAll(
                    spec, List.of(List.of(entry(0, "even")), List.of(entry(1, "odd")), List.of()), 1, 2, 1);
            peers.lose(there);

            assertThat(peers.read(here, spec, outputs, 1)).containsExactly(entry(1, "odd"));

            assertThat(peers.asked).containsExactly("3_1_1 from executor-3#3");
        }
    }

    @Nested
    class LostOutputs {

        private FetchFailedException failureOfReading(ShuffleSpec spec, MapOutputs outputs) throws Exception {
            try (TaskScope scope = peers.attempt(here)) {
                FetchFailedException failure = catchThrowableOfType(
                        FetchFailedException.class, () -> peers.read(here, spec, outputs, 0, scope));
                assertThat(failure).isNotNull();
                assertThat(scope.lostInput()).containsSame(failure);
                assertThat(scope.memory().reservedBytes()).isZero();
                return failure;
            }
        }

        @Test
        void ofAnExecutorThatIsGoneAreFetchFailures() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(numbers(10), numbers(10)), 0, 1);
            peers.lose(there);

            FetchFailedException failure = failureOfReading(spec, outputs);

            assertThat(failure)
                    .hasMessage(
                            "Cannot fetch block shuffle_3_1_0 of attempt 2 from executor-2#2: that executor is gone")
                    .hasCauseInstanceOf(BlockTransferException.class);
            assertThat(failure.shuffleId()).isEqualTo(SHUFFLE);
            assertThat(failure.mapPartition()).isEqualTo(1);
            assertThat(failure.mapAttemptId()).isEqualTo(2);
        }

        @Test
        void thatWereDroppedThereAreFetchFailures() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(numbers(10)), 1);
            there.shuffle().drop(SHUFFLE);

            assertThat(failureOfReading(spec, outputs)).hasMessageEndingWith("it was dropped there");
        }

        @Test
        void ofAnEarlierAttemptAreNotConfusedWithItsReplacement() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(numbers(10)), 1);
            there.shuffle().drop(SHUFFLE);
            peers.write(there, spec, 0, numbers(10));

            assertThat(failureOfReading(spec, outputs)).hasMessageEndingWith("it was dropped there");
        }

        @Test
        void failTheWholeRead() throws Exception {
            for (Aggregator aggregator : Arrays.asList(null, TestCombiners.group(), TestCombiners.sum())) {
                ShuffleSpec spec = spec(1, aggregator);
                MapOutputs outputs = peers.writeAll(spec, List.of(numbers(10), numbers(10), numbers(10)), 0, 1, 2);
                there.shuffle().drop(SHUFFLE);

                assertThat(failureOfReading(spec, outputs).mapPartition()).isEqualTo(1);
            }
        }

        @ParameterizedTest
        @ValueSource(booleans = {true, false})
        void thatCameDamagedAreFetchedOnceMore(boolean references) throws Exception {
            ShuffleSpec spec = spec(1, null);
            List<Entry> records = references ? numbers(3000) : mutables(3000);
            MapOutputs outputs = peers.writeAll(spec, List.of(records), 1);
            peers.onTheWay = damagedOnce();

            assertThat(peers.read(here, spec, outputs, 0)).containsExactlyElementsOf(records);

            assertThat(peers.asked).containsExactly("3_0_0 from executor-2#2", "3_0_0 from executor-2#2");
        }

        @Test
        void thatCameDamagedTwiceAreFetchFailures() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(numbers(3000)), 1);
            peers.onTheWay = damaged();

            assertThat(failureOfReading(spec, outputs))
                    .hasMessageContaining("it came damaged twice")
                    .hasCauseInstanceOf(DamagedBlockException.class);
            assertThat(peers.asked).hasSize(2);
        }

        @Test
        void thatCameAsNothingOrInAnotherOrderAreDamaged() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(numbers(3000)), 1);
            for (UnaryOperator<List<EncodedBlock>> wrong : List.<UnaryOperator<List<EncodedBlock>>>of(
                    blocks -> List.of(),
                    blocks -> blocks.subList(1, blocks.size()),
                    blocks -> List.of(blocks.get(1), blocks.get(0)))) {
                peers.onTheWay = wrong;

                assertThat(failureOfReading(spec, outputs)).hasMessageContaining("it came damaged twice");
            }
        }

        @Test
        void thatAreOfAnotherShuffleAreDamaged() throws Exception {
            ShuffleSpec other = new ShuffleSpec(9, new HashPartitioner(1), null);
            MapOutput wrong = peers.write(there, other, 0, numbers(10));
            List<EncodedBlock> blocks =
                    there.shuffle().export(9, 0, wrong.attemptId(), 0).orElseThrow();
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(numbers(10)), 1);
            peers.onTheWay = right -> blocks;

            assertThat(failureOfReading(spec, outputs)).hasMessageContaining("block id must be shuffle_3_0_0");
        }
    }

    @Nested
    class Memory {

        @Test
        void isGivenBackWhenTheTaskEndsEarly() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(mutables(5000), mutables(5000)), 1, 2);
            try (TaskScope scope = peers.attempt(here)) {
                ShuffleReader reader = here.shuffle().reader(spec, outputs, 0, scope);
                reader.drive((key, value) -> true, 10);
                assertThat(scope.memory().reservedBytes()).isPositive();

                reader.close();
                reader.close();

                assertThat(scope.memory().reservedBytes()).isZero();
            }
        }

        @Test
        void isHeldForOneMapOutputAtATime() throws Exception {
            ShuffleSpec spec = spec(1, null);
            List<Entry> map = IntStream.range(0, 10)
                    .mapToObj(i -> entry(i, new StringBuilder("x".repeat(100_000))))
                    .toList();
            MapOutputs outputs = peers.writeAll(spec, List.of(map, map, map, map, map, map), 1);
            long most = 0;
            try (TaskScope scope = peers.attempt(here);
                    ShuffleReader reader = here.shuffle().reader(spec, outputs, 0, scope)) {
                while (reader.drive((key, value) -> true, 1)) {
                    most = Math.max(most, scope.memory().reservedBytes());
                }
            }
            long one = outputs.outputs().get(0).sizes().totalBytes();
            assertThat(most).isBetween(one, one + one / 4);
        }

        @Test
        void thatIsRefusedFailsTheAttempt() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(mutables(50_000)), 1);
            try (MemoryAccount hog = here.memory().openRetained("hog");
                    TaskScope scope = peers.attempt(here)) {
                hog.require(POOL - (100 << 10));

                assertThatThrownBy(() -> peers.read(here, spec, outputs, 0, scope))
                        .isInstanceOf(ExecutionMemoryExhaustedException.class);

                assertThat(scope.memory().reservedBytes()).isZero();
                assertThat(scope.lostInput()).isEmpty();
            }
        }

        @Test
        void ofTheExecutorThatGivesIsNotTouched() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(numbers(5000)), 1);
            var before = there.memory().usage();
            peers.onTheWay = blocks -> {
                assertThat(there.memory().usage()).isEqualTo(before);
                return blocks;
            };

            assertThat(peers.read(here, spec, outputs, 0)).hasSize(5000);
        }
    }

    @Nested
    class AtTheFaultSite {

        private final List<String> reached = new ArrayList<>();

        /** Throws at one block, and changes the last byte of its frames. */
        private FaultProbe probe(String block, @Nullable Exception thrown, boolean damages) {
            return new FaultProbe() {
                @Override
                public void reach(FaultSite site, String at) throws Exception {
                    reached.add(site + " " + at);
                    if (thrown != null && at.equals(block)) {
                        throw thrown;
                    }
                }

                @Override
                public byte[] bytes(FaultSite site, String at, byte[] frame) {
                    byte[] found = frame.clone();
                    if (damages && at.equals(block)) {
                        reached.add(site + " bytes of " + at);
                        found[found.length - 1] ^= 1;
                    }
                    return found;
                }
            };
        }

        @Test
        void eachMapOutputIsReachedOnceInMapOrder() throws Exception {
            ShuffleSpec spec = spec(1, TestCombiners.group());
            MapOutputs outputs =
                    peers.writeAll(spec, List.of(numbers(3000), mutables(3000), List.of(), numbers(9)), 0, 1);
            peers.faults = probe("", null, false);

            peers.read(here, spec, outputs, 0);

            assertThat(reached).containsExactly("FETCH shuffle_3_0_0", "FETCH shuffle_3_1_0", "FETCH shuffle_3_3_0");
        }

        @Test
        void whatIsThrownIsALostInput() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(numbers(3), numbers(3)), 0);
            Exception injected = new Exception("injected");
            peers.faults = probe("shuffle_3_1_0", injected, false);
            try (TaskScope scope = peers.attempt(here)) {
                assertThatThrownBy(() -> peers.read(here, spec, outputs, 0, scope))
                        .isInstanceOf(FetchFailedException.class)
                        .hasMessageStartingWith("Cannot fetch block shuffle_3_1_0 of attempt 2 from executor-1#1: ")
                        .hasCause(injected);
                assertThat(scope.lostInput()).isPresent();
            }
        }

        @Test
        void aKillIsStrongerThanAnyLostInput() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(numbers(3)), 1);
            for (Exception thrown : List.of(new Exception("injected"), new InterruptedException("woken"))) {
                peers.faults = probe("shuffle_3_0_0", thrown, false);
                try (TaskScope scope = peers.attempt(here)) {
                    scope.kill("cancelled");

                    assertThatThrownBy(() -> peers.read(here, spec, outputs, 0, scope))
                            .isInstanceOf(TaskKilledException.class);

                    assertThat(scope.lostInput()).isEmpty();
                }
            }
            assertThat(Thread.interrupted()).isTrue();
            assertThat(peers.asked).isEmpty();
        }

        @Test
        void aDamagedLocalFrameIsAFetchFailureAtOnceAndAFetchedOneAfterTwoTries() throws Exception {
            ShuffleSpec spec = spec(1, null);
            MapOutputs outputs = peers.writeAll(spec, List.of(mutables(10)), 1);
            peers.faults = probe("shuffle_3_0_0", null, true);

            assertThatThrownBy(() -> peers.read(there, spec, outputs, 0)).isInstanceOf(FetchFailedException.class);
            assertThat(reached).containsExactly("FETCH shuffle_3_0_0", "FETCH bytes of shuffle_3_0_0");

            reached.clear();
            assertThatThrownBy(() -> peers.read(here, spec, outputs, 0)).isInstanceOf(FetchFailedException.class);
            assertThat(reached)
                    .containsExactly(
                            "FETCH shuffle_3_0_0", "FETCH bytes of shuffle_3_0_0", "FETCH bytes of shuffle_3_0_0");
        }
    }

    @Nested
    class Exporting {

        @Test
        void givesTheSameFramesEachTimeAndKeepsItsOwn() throws Exception {
            ShuffleSpec spec = spec(1, null);
            List<Entry> mixed = new ArrayList<>(numbers(3000));
            mixed.addAll(mutables(3000));
            MapOutputs outputs = peers.writeAll(spec, List.of(mixed), 1);
            long attempt = outputs.outputs().get(0).attemptId();

            List<EncodedBlock> first =
                    there.shuffle().export(SHUFFLE, 0, attempt, 0).orElseThrow();
            List<EncodedBlock> second =
                    there.shuffle().export(SHUFFLE, 0, attempt, 0).orElseThrow();
            assertThat(first).hasSizeGreaterThan(3).hasSameSizeAs(second);
            for (int i = 0; i < first.size(); i++) {
                assertThat(first.get(i).header()).isEqualTo(second.get(i).header());
                assertThat(first.get(i).frame()).isEqualTo(second.get(i).frame());
                Arrays.fill(first.get(i).frame(), (byte) 0);
            }

            assertThat(peers.read(there, spec, outputs, 0)).containsExactlyElementsOf(mixed);
        }

        @Test
        void findsNothingThatIsNotHere() throws Exception {
            ShuffleSpec spec = spec(1, null);
            long attempt = peers.write(there, spec, 0, numbers(3)).attemptId();

            assertThat(there.shuffle().export(SHUFFLE, 0, attempt, 0)).isPresent();
            assertThat(there.shuffle().export(SHUFFLE, 0, attempt + 1, 0)).isEmpty();
            assertThat(there.shuffle().export(SHUFFLE, 1, attempt, 0)).isEmpty();
            assertThat(here.shuffle().export(SHUFFLE, 0, attempt, 0)).isEmpty();
            there.shuffle().close();
            assertThat(there.shuffle().export(SHUFFLE, 0, attempt, 0)).isEmpty();
        }
    }
}

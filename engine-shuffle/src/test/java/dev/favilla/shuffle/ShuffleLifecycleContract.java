package dev.favilla.shuffle;

import static dev.favilla.shuffle.ShuffleFixture.SHUFFLE;
import static dev.favilla.shuffle.ShuffleFixture.entry;
import static dev.favilla.shuffle.ShuffleFixture.spec;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.ExecutorId;
import dev.favilla.attempt.Metric;
import dev.favilla.attempt.MetricValues;
import dev.favilla.attempt.TaskMetrics;
import dev.favilla.attempt.TaskScope;
import dev.favilla.memory.ExecutionMemoryExhaustedException;
import dev.favilla.memory.MemoryManager;
import dev.favilla.serializer.Serializer;
import dev.favilla.shuffle.ShuffleFixture.Entry;
import dev.favilla.testing.LeakProbes;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What holds for the outputs of any shuffle: when they exist, what they take, and what happens when they are lost. */
public abstract class ShuffleLifecycleContract {

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

    @Nested
    class Sizes {

        @Test
        void emptyBlocksAreEmptyAndFewKeysMakeFewBlocks() throws Exception {
            ShuffleSpec spec = spec(201, null);

            MapOutput output = fixture.write(
                    spec, 0, List.of(entry(1, "a"), entry(2, "b"), entry(3, "c"), entry(4, "d"), entry(4, "e")));

            assertThat(IntStream.range(0, 201).filter(r -> !output.sizes().isEmpty(r)))
                    .containsExactly(1, 2, 3, 4);
            assertThat(output.records()).isEqualTo(5);
        }

        @Test
        void aMapOutputThatIsGoneIsNotMissedByReducersItSentNothingTo() throws Exception {
            ShuffleSpec spec = spec(2, null);
            MapOutput zero = fixture.write(spec, 0, List.of(entry(0, "even")));
            MapOutput one = fixture.write(spec, 1, List.of(entry(1, "odd")));
            fixture.shuffle().drop(SHUFFLE, 0, zero.attemptId());

            List<Entry> read = fixture.read(spec, new MapOutputs(SHUFFLE, 0, List.of(zero, one)), 1);

            assertThat(read).containsExactly(entry(1, "odd"));
        }

        @Test
        void whatIsWrittenIsCountedAndReadInFull() throws Exception {
            for (Aggregator aggregator : Arrays.asList(null, TestCombiners.sum(), TestCombiners.combinedGroup())) {
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

        @Test
        void anAbandonedReaderGivesBackEverything() throws Exception {
            ShuffleSpec spec = spec(1, TestCombiners.group());
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
            ShuffleSpec spec = spec(1, TestCombiners.group());
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

        @Test
        void areFetchFailuresThatTheScopeRemembers() throws Exception {
            for (Aggregator aggregator : Arrays.asList(null, TestCombiners.sum())) {
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
    class ManyThreads {

        @Test
        void writeReadAndDropSideBySide() throws Exception {
            ExecutorService threads = Executors.newFixedThreadPool(4);
            List<Future<Boolean>> rounds = new ArrayList<>();
            for (int thread = 0; thread < 4; thread++) {
                int first = thread * 1000;
                rounds.add(threads.submit(() -> {
                    for (int shuffle = first; shuffle < first + 50; shuffle++) {
                        roundTrip(new ShuffleSpec(shuffle, new HashPartitioner(3), TestCombiners.sum()));
                    }
                    return true;
                }));
            }
            threads.shutdown();

            for (Future<Boolean> round : rounds) {
                assertThat(round.get(1, TimeUnit.MINUTES)).isTrue();
            }
            assertThat(fixture.shuffle().outputCount()).isZero();
        }

        private void roundTrip(ShuffleSpec spec) throws Exception {
            List<Entry> records =
                    IntStream.range(0, 300).mapToObj(i -> entry(i % 30, 1L)).toList();
            MapOutputs outputs = fixture.writeAll(spec, List.of(records, records));
            assertThat(fixture.readAll(spec, outputs).stream().flatMap(List::stream))
                    .hasSize(30)
                    .allMatch(e -> e.value().equals(20L));
            fixture.shuffle().drop(spec.shuffleId());
        }
    }

    @Nested
    class ExhaustedMemory {

        private static final String LARGE = "x".repeat(1 << 20);

        @Test
        void failsTheWriterAndLeavesNothing(LeakProbes probes) throws Exception {
            for (Object value : List.of(1L, new ArrayList<>(List.of(1)))) {
                for (Aggregator aggregator : Arrays.asList(null, TestCombiners.combinedGroup())) {
                    try (ShuffleFixture small = new ShuffleFixture(ShuffleLifecycleContract.this::open, 32L << 20)) {
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

package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.fault.FaultSite;
import dev.favilla.io.FileCodec;
import dev.favilla.io.Sink;
import dev.favilla.io.SinkWriter;
import dev.favilla.io.Source;
import dev.favilla.io.SourceReader;
import dev.favilla.io.Split;
import dev.favilla.lineage.UserCodeException;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@InEveryMode
@Timeout(120)
class SourcesAndSinksTest {

    private static final AtomicInteger OPEN = new AtomicInteger();

    /** What each attempt has written, and what became of it. */
    private static final Map<Long, List<Long>> STAGED = new ConcurrentHashMap<>();

    private static final List<String> LOG = java.util.Collections.synchronizedList(new ArrayList<>());

    @BeforeEach
    void forget() {
        OPEN.set(0);
        STAGED.clear();
        LOG.clear();
    }

    /** Whole numbers, so many in each split. */
    static final class Numbers implements Source<Long> {

        private static final long serialVersionUID = 1L;

        private final int splits;
        private final long each;

        Numbers(int splits, long each) {
            this.splits = splits;
            this.each = each;
        }

        @Override
        public List<From> splits(int minSplits) {
            return IntStream.range(0, splits)
                    .mapToObj(i -> new From(i * each, List.of("nowhere")))
                    .toList();
        }

        @Override
        public SourceReader<Long> open(Split split) {
            OPEN.incrementAndGet();
            return new Counting(((From) split).first(), each);
        }
    }

    private record From(long first, List<String> preferredExecutors) implements Split {}

    private static final class Counting implements SourceReader<Long> {

        private final long end;
        private long next;

        Counting(long first, long count) {
            this.next = first;
            this.end = first + count;
        }

        @Override
        public boolean advance() {
            return next < end;
        }

        @Override
        public Long record() {
            return next++;
        }

        @Override
        public long bytesRead() {
            return next;
        }

        @Override
        public void close() {
            OPEN.decrementAndGet();
        }
    }

    @Nested
    class ASource {

        @Test
        void saysWhereItsPartitionsAreBestRead() {
            try (EngineContext engine = Engines.open("local[2]")) {
                RDD<Long> numbers = engine.read(new Numbers(3, 5000));

                assertThat(numbers.preferredLocations(2)).containsExactly("nowhere");
                assertThat(numbers.map(x -> x).preferredLocations(2)).isEmpty();
                assertThatIllegalArgumentException()
                        .isThrownBy(() -> numbers.preferredLocations(3))
                        .withMessageStartingWith("partition must be >= 0 and < 3, as many as ")
                        .withMessageEndingWith(" has, got 3");
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
        void givesAPartitionForEachSplit(String master) {
            try (EngineContext engine = Engines.open(master)) {
                RDD<Long> numbers = engine.read(new Numbers(3, 5000));

                assertThat(numbers.getNumPartitions()).isEqualTo(3);
                assertThat(numbers.collect())
                        .isEqualTo(LongStream.range(0, 15_000).boxed().toList());
                assertThat(numbers.take(3)).containsExactly(0L, 1L, 2L);
                assertThat(numbers.map(x -> x % 7).distinct().count()).isEqualTo(7);
                Engines.assertIdle(engine);
                assertThat(OPEN).hasValue(0);
                assertThat(numbers.toDebugString()).contains("SourceRDD");
            }
        }

        @Test
        void withoutSplitsIsEmpty() {
            try (EngineContext engine = Engines.open("local[2]")) {
                assertThat(engine.read(new Numbers(0, 1)).collect()).isEmpty();
            }
        }

        @Test
        void isListedOnceAndAgainOnlyIfThatHasFailed() {
            Flaky flaky = new Flaky();
            try (EngineContext engine = Engines.open("local[2]")) {
                RDD<String> texts = engine.read(flaky, 7);

                assertThatExceptionOfType(UserCodeException.class)
                        .isThrownBy(texts::count)
                        .withMessageContaining("read at SourcesAndSinksTest.java")
                        .withCauseInstanceOf(IOException.class);
                assertThat(texts.collect()).isEqualTo(List.of("7"));
                assertThat(texts.collect()).isEqualTo(List.of("7"));
                assertThat(LOG).containsExactly("listed", "listed");
            }
        }

        @Test
        void thatThrowsFailsItsJobWithTheCauseAndIsClosed() {
            try (EngineContext engine = Engines.open("local[1,2]")) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> engine.read(new Broken()).collect())
                        .withMessageContaining("read at SourcesAndSinksTest.java")
                        .withMessageContaining("after 2")
                        .withMessageContaining("tried 2 times")
                        .withCauseInstanceOf(IOException.class);
                Engines.assertUsable(engine);
                assertThat(OPEN).hasValue(0);
            }
        }

        @Test
        void thatCannotTravelIsRefusedWhereItIsPassed() {
            try (EngineContext engine = Engines.open("local[1]")) {
                Object closed = new Object();
                assertThatExceptionOfType(IllegalArgumentException.class)
                        .isThrownBy(() -> engine.read(new Holding(closed)))
                        .withMessageContaining("java.lang.Object");
            }
        }
    }

    private static final class Flaky implements Source<String> {

        private static final long serialVersionUID = 1L;

        private int calls;

        @Override
        public List<Split> splits(int minSplits) throws IOException {
            LOG.add("listed");
            if (calls++ == 0) {
                throw new IOException("not now");
            }
            return List.of(new From(minSplits, List.of()));
        }

        @Override
        public SourceReader<String> open(Split split) {
            return new Once(Long.toString(((From) split).first()));
        }
    }

    private static final class Once implements SourceReader<String> {

        private final String text;
        private boolean done;

        Once(String text) {
            this.text = text;
        }

        @Override
        public boolean advance() {
            boolean before = done;
            done = true;
            return !before;
        }

        @Override
        public String record() {
            return text;
        }

        @Override
        public void close() {
            // holds nothing
        }
    }

    private static final class Broken implements Source<String> {

        private static final long serialVersionUID = 1L;

        @Override
        public List<Split> splits(int minSplits) {
            return List.of(new From(0, List.of()));
        }

        @Override
        public SourceReader<String> open(Split split) {
            OPEN.incrementAndGet();
            return new SourceReader<>() {
                private int records;

                @Override
                public boolean advance() throws IOException {
                    if (records++ == 2) {
                        throw new IOException("the line is dead");
                    }
                    return true;
                }

                @Override
                public String record() {
                    return "x";
                }

                @Override
                public void close() {
                    OPEN.decrementAndGet();
                }
            };
        }
    }

    private static final class Holding implements Source<String> {

        private static final long serialVersionUID = 1L;

        @SuppressWarnings("serial")
        private final Object held;

        Holding(Object held) {
            this.held = held;
        }

        @Override
        public List<Split> splits(int minSplits) {
            return List.of();
        }

        @Override
        public SourceReader<String> open(Split split) {
            return new Once(held.toString());
        }
    }

    /** Keeps records by attempt, and makes those visible whose receipts it is given. */
    private static class Keeping implements Sink<Number> {

        private static final long serialVersionUID = 1L;

        private int partitions = -1;

        @Override
        public void begin(int count) {
            partitions = count;
            LOG.add("begin " + count);
        }

        @Override
        public SinkWriter<Number> open(int partition, long attemptId) {
            assertThat(partitions).as("what begin has set").isPositive();
            OPEN.incrementAndGet();
            List<Long> mine = new ArrayList<>();
            STAGED.put(attemptId, mine);
            return new SinkWriter<>() {

                @Override
                public void write(Number record) {
                    mine.add(record.longValue());
                }

                @Override
                public String commit() {
                    OPEN.decrementAndGet();
                    return Long.toString(attemptId);
                }

                @Override
                public void abort() {
                    OPEN.decrementAndGet();
                    STAGED.remove(attemptId);
                }

                @Override
                public long bytesWritten() {
                    return 8L * mine.size();
                }
            };
        }

        @Override
        public void commit(List<String> receipts) {
            LOG.add("commit "
                    + receipts.stream()
                            .flatMap(receipt -> STAGED.get(Long.valueOf(receipt)).stream())
                            .toList());
        }

        @Override
        public void abort() {
            LOG.add("abort");
        }
    }

    private static final class Failing extends Keeping {

        private static final long serialVersionUID = 1L;

        @Override
        public void commit(List<String> receipts) {
            throw new IllegalStateException("disk full");
        }
    }

    @Nested
    class ASink {

        private final List<String> committed =
                List.of("begin 4", "commit " + LongStream.range(0, 40).boxed().toList());

        @NotIn(value = TestMode.SPARK, because = "reports have no counts of records and bytes there")
        @Test
        void isGivenEachRecordOnce() {
            try (EngineContext engine = Engines.open("local[2]")) {
                engine.range(0, 40, 1, 4).write(new Keeping());

                assertThat(LOG).isEqualTo(committed);
                assertThat(OPEN).hasValue(0);
                assertThat(Engines.lastJob(engine).metrics().get(dev.favilla.attempt.Metric.BYTES_WRITTEN))
                        .isEqualTo(320);
            }
        }

        @ParameterizedTest
        @EnumSource(
                value = FaultSite.class,
                names = {"TASK_START", "SOURCE_OPEN", "RECORDS", "TASK_END", "RESULT"})
        void isGivenEachRecordOnceThoughAttemptsFail(FaultSite site) {
            FaultPlan once = FaultPlan.failing().at(site).stage(0).partition(2);
            try (EngineContext engine =
                    TwoSided.withRetries("local[2]").extension(once).open()) {
                engine.range(0, 40, 1, 4).write(new Keeping());
                Engines.assertUsable(engine);
            }
            assertThat(once.fired()).isEqualTo(1);
            assertThat(LOG).isEqualTo(committed);
            assertThat(OPEN).hasValue(0);
        }

        @Test
        void isGivenEachRecordOnceThoughExecutorsAreLost() {
            FaultPlan lost =
                    FaultPlan.losing(true).at(FaultSite.TASK_END).stage(0).partition(2);
            try (EngineContext engine =
                    Engines.builder("local-cluster[2,1,64]").extension(lost).open()) {
                engine.range(0, 40, 1, 4).write(new Keeping());
            }
            assertThat(LOG).isEqualTo(committed);
        }

        @Test
        void isGivenEachRecordOnceThoughThereAreTwins() throws Exception {
            try (EngineContext engine =
                    SpeculationFaultsTest.open(FaultPlan.failing().times(0))) {
                engine.range(0, 40, 1, 4).write(new Keeping());
            }
            assertThat(LOG).isEqualTo(committed);
            assertThat(OPEN).hasValue(0);
        }

        @Test
        void isAbortedIfTheJobFails() {
            try (EngineContext engine = Engines.open("local[2]")) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() ->
                                engine.range(0, 40, 1, 4).map(x -> 1 / (x - 25)).write(new Keeping()))
                        .withCauseInstanceOf(ArithmeticException.class);
                Engines.assertUsable(engine);
                assertThat(LOG).containsExactly("begin 4", "abort");
                assertThat(OPEN).hasValue(0);
            }
        }

        @Test
        void isAbortedIfTheJobIsCancelled() throws Exception {
            try (Gate gate = new Gate();
                    EngineContext engine = Engines.open("local[2]")) {
                String name = gate.name();
                Background<Void> saving = Background.run(() -> {
                    engine.range(0, 2, 1, 2).map(x -> Gate.pass(name, x)).write(new Keeping());
                    return null;
                });
                gate.awaitArrivals(2);
                engine.cancelAllJobs();

                assertThat(saving.failure()).isInstanceOf(JobCancelledException.class);
                gate.open();
                Engines.assertIdle(engine);
                assertThat(LOG).containsExactly("begin 2", "abort");
                assertThat(OPEN).hasValue(0);
            }
        }

        @Test
        void thatThrowsInItsCommitIsAbortedAndSaysWhere() {
            Keeping failing = new Failing();
            try (EngineContext engine = Engines.open("local[2]")) {
                assertThatExceptionOfType(UserCodeException.class)
                        .isThrownBy(() -> engine.range(0, 40, 1, 4).write(failing))
                        .withMessageContaining("write at SourcesAndSinksTest.java")
                        .withCauseInstanceOf(IllegalStateException.class);
                assertThat(LOG).containsExactly("begin 4", "abort");
            }
        }

        @Test
        void ofWiderRecordsTakesNarrowerOnes() {
            try (EngineContext engine = Engines.open("local[2]")) {
                engine.parallelize(List.of(1, 2), 1).write(new Keeping());

                assertThat(LOG).containsExactly("begin 1", "commit [1, 2]");
            }
        }
    }

    @Nested
    class CompressedText {

        @TempDir
        Path directory;

        @Test
        void isNamedSoAndReadBack() throws IOException {
            String out = directory.resolve("out").toString();
            try (EngineContext engine = Engines.open("local[2]")) {
                engine.range(0, 1000, 1, 2).saveAsTextFile(out, FileCodec.GZIP);

                try (var files = Files.list(Path.of(out))) {
                    assertThat(files.map(file -> file.getFileName().toString()))
                            .containsExactlyInAnyOrder("part-00000.gz", "part-00001.gz", "_SUCCESS");
                }
                assertThat(engine.textFile(out).collect())
                        .isEqualTo(LongStream.range(0, 1000)
                                .mapToObj(Long::toString)
                                .toList());
            }
        }
    }
}

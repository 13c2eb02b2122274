package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.esotericsoftware.kryo.kryo5.Kryo;
import com.esotericsoftware.kryo.kryo5.Serializer;
import com.esotericsoftware.kryo.kryo5.io.Input;
import com.esotericsoftware.kryo.kryo5.io.Output;
import dev.favilla.storage.StorageLevel;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.io.Serializable;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What becomes bytes comes back the same, whatever the settings, or says why it cannot. */
@InEveryMode
class RecordsAsBytesTest {

    /** Mutable, so a shuffle copies it. */
    static final class Visit implements Serializable {
        private long count;
        private String page;

        Visit(long count, String page) {
            this.count = count;
            this.page = page;
        }
    }

    /** The same without Java serialization. */
    static final class Plain {
        private long count;

        Plain(long count) {
            this.count = count;
        }
    }

    record Holder(String name, List<Thread> threads) {}

    enum Color {
        RED,
        GREEN
    }

    static Stream<Arguments> settings() {
        List<Arguments> all = new ArrayList<>();
        for (String serializer : List.of("kryo", "java")) {
            for (String codec : List.of("lz4", "deflate", "none")) {
                for (String compress : List.of("true", "false")) {
                    all.add(Arguments.of(serializer, codec, compress));
                }
            }
        }
        return all.stream();
    }

    @ParameterizedTest
    @MethodSource("settings")
    void everyCombinationOfSerializerAndCompressionGivesTheSameResult(
            String serializer, String codec, String compress) {
        try (EngineContext engine = EngineContext.builder()
                .cores(2)
                .set("favilla.serializer", serializer)
                .set("favilla.io.compression.codec", codec)
                .set("favilla.shuffle.compress", compress)
                .set("favilla.rdd.compress", compress)
                .open()) {
            PairRDD<String, Visit> visits =
                    engine.range(0, 5000, 1, 4).mapToPair(i -> new Pair<>("page " + i % 40, new Visit(i, "page")));
            visits.persist(StorageLevel.MEMORY_ONLY_SER);

            long first = visits.count();
            List<Pair<String, Long>> sums = visits.partitionBy(new dev.favilla.shuffle.HashPartitioner(70))
                    .mapValues(visit -> visit.count)
                    .reduceByKey(Long::sum, 3)
                    .takeOrdered(2, Ordering.by(Pair::value));

            assertThat(first).isEqualTo(5000);
            assertThat(visits.count()).isEqualTo(5000);
            assertThat(sums).containsExactly(new Pair<>("page 0", 310000L), new Pair<>("page 1", 310125L));
        }
    }

    @Test
    void javaSerializationNamesWhatItCannotWriteAndKryoWritesIt() {
        try (EngineContext java = EngineContext.builder()
                .cores(1)
                .set("favilla.serializer", "java")
                .open()) {
            RDD<Long> counts = java.range(0, 10, 1, 1)
                    .mapToPair(i -> new Pair<>(i % 2, new Plain(i)))
                    .partitionBy(new dev.favilla.shuffle.HashPartitioner(2))
                    .values()
                    .map(plain -> plain.count);

            assertThatThrownBy(counts::count)
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContainingAll(
                            "through a shuffle", "mapToPair at RecordsAsBytesTest.java:", Plain.class.getName());
        }
        try (EngineContext kryo = EngineContext.builder().cores(1).open()) {
            assertThat(kryo.range(0, 10, 1, 1)
                            .mapToPair(i -> new Pair<>(i % 2, new Plain(i)))
                            .partitionBy(new dev.favilla.shuffle.HashPartitioner(2))
                            .values()
                            .map(plain -> plain.count)
                            .collect())
                    .containsExactlyInAnyOrder(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L);
        }
    }

    @Test
    void anUnserializableRecordNamesClassPathOperationLineAndRemedy() {
        try (EngineContext engine = EngineContext.builder().cores(1).open()) {
            PairRDD<Long, Holder> holders = engine.range(0, 10, 1, 1)
                    .mapToPair(i -> new Pair<>(i, new Holder("h", new ArrayList<>(List.of(Thread.currentThread())))));

            assertThatThrownBy(holders.partitionBy(new dev.favilla.shuffle.HashPartitioner(2))::count)
                    .isInstanceOf(JobFailedException.class)
                    .hasMessageContainingAll(
                            "mapToPair at RecordsAsBytesTest.java:",
                            "Cannot write a record of " + Holder.class.getName(),
                            "threads -> [0]: java.lang.Thread",
                            "register a Kryo serializer");
            holders.persist(StorageLevel.MEMORY_ONLY_SER);
            assertThatThrownBy(holders::count)
                    .hasMessageContainingAll(
                            "Caching the records of", "mapToPair at RecordsAsBytesTest.java:", "java.lang.Thread");
        }
    }

    @Test
    void aRegisteredSerializerIsUsed() {
        try (EngineContext engine = EngineContext.builder()
                .cores(1)
                .registerKryo(kryo -> kryo.register(Plain.class, new PlusOne()))
                .open()) {
            assertThat(engine.range(1, 2, 1, 1)
                            .mapToPair(count -> Pair.of("k", new Plain(count)))
                            .partitionBy(new dev.favilla.shuffle.HashPartitioner(1))
                            .values()
                            .map(plain -> plain.count)
                            .collect())
                    .containsExactly(2L);
        }
    }

    static final class PlusOne extends Serializer<Plain> {
        @Override
        public void write(Kryo kryo, Output output, Plain plain) {
            output.writeLong(plain.count + 1);
        }

        @Override
        public Plain read(Kryo kryo, Input input, Class<? extends Plain> type) {
            return new Plain(input.readLong());
        }
    }

    @Test
    void wrongSettingsSayWhatIsAllowed() {
        for (List<String> wrong : List.of(
                List.of("favilla.serializer", "protobuf", "kryo or java"),
                List.of("favilla.io.compression.codec", "zstd", "lz4, deflate or none"),
                List.of("favilla.shuffle.compress", "yes", "true or false"),
                List.of("favilla.closure.warnBytes", "0", "at least 1"))) {
            EngineContext.Builder builder = EngineContext.builder().set(wrong.get(0), wrong.get(1));

            assertThatThrownBy(builder::open)
                    .isInstanceOf(InvalidSettingException.class)
                    .hasMessageContainingAll(wrong.toArray(String[]::new));
        }
        assertThatThrownBy(EngineContext.builder()
                        .set("favilla.serializer", "java")
                        .registerKryo(kryo -> {})::open)
                .hasMessageContaining("registerKryo");
    }

    @Test
    void listsOfEnumsAreKeysThatMeet() {
        try (EngineContext engine = EngineContext.builder().cores(2).open()) {
            assertThat(engine.range(0, 100, 1, 4)
                            .mapToPair(i -> new Pair<>(List.of(Color.values()[(int) (i % 2)]), 1L))
                            .reduceByKey(Long::sum, 3)
                            .collectAsMap())
                    .isEqualTo(java.util.Map.of(List.of(Color.RED), 50L, List.of(Color.GREEN), 50L));
        }
    }

    @NotIn(
            value = TestMode.SPARK,
            because = "it reads what the logger of the tests of the engine writes, and Spark brings another")
    @Test
    void aLargeCaptureIsReportedOncePerLine() {
        PrintStream before = System.err;
        ByteArrayOutputStream log = new ByteArrayOutputStream();
        System.setErr(new PrintStream(log, true, StandardCharsets.UTF_8));
        try (EngineContext engine = EngineContext.builder()
                .cores(1)
                .set("favilla.closure.warnBytes", "100000")
                .open()) {
            long[] large = new long[20_000];
            long[] small = new long[10];
            for (int i = 0; i < 3; i++) {
                engine.range(0, 2, 1, 1).map(x -> x + large.length);
                engine.range(0, 2, 1, 1).map(x -> x + small.length);
            }
        } finally {
            System.setErr(before);
        }

        assertThat(log.toString(StandardCharsets.UTF_8).lines())
                .singleElement()
                .asString()
                .contains("WARN", "map at RecordsAsBytesTest.java:", "156.5 KiB", "EngineContext.broadcast");
    }
}

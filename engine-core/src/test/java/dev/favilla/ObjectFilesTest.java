package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.favilla.testing.InEveryMode;
import dev.favilla.text.ObjectFileException;
import dev.favilla.text.OutputExistsException;
import java.io.IOException;
import java.io.Serializable;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Records come back from files as they were, in another context, or not at all. */
@InEveryMode
@Timeout(120)
class ObjectFilesTest {

    @TempDir
    private Path directory;

    private String path() {
        return directory.resolve("out").toString();
    }

    private static EngineContext open(String serializer) {
        return Engines.builder("local[2]").set("favilla.serializer", serializer).open();
    }

    enum Color {
        RED,
        GREEN {
            @Override
            public String toString() {
                return "verde";
            }
        }
    }

    record Inner(String name, double[] numbers) implements Serializable {

        @Override
        public boolean equals(Object o) {
            return o instanceof Inner other && name.equals(other.name) && Arrays.equals(numbers, other.numbers);
        }

        @Override
        public int hashCode() {
            return name.hashCode();
        }
    }

    record Outer(int id, Color color, List<Inner> inners, LocalDate day, BigDecimal amount) implements Serializable {}

    static class Plain implements Serializable {

        private static final long serialVersionUID = 1L;

        private final String text;

        Plain(String text) {
            this.text = text;
        }

        @Override
        public boolean equals(Object o) {
            return o instanceof Plain other && Objects.equals(text, other.text);
        }

        @Override
        public int hashCode() {
            return Objects.hashCode(text);
        }
    }

    private static List<Object> values() {
        return Arrays.asList(
                1,
                2L,
                "text",
                null,
                3.5,
                Instant.EPOCH,
                List.of("a", List.of(1)),
                Map.of("k", 1),
                Pair.of("key", Pair.of(1, null)),
                new Outer(
                        7,
                        Color.GREEN,
                        List.of(new Inner("in", new double[] {1, Double.NaN})),
                        LocalDate.EPOCH,
                        new BigDecimal("1.50")),
                new Plain("p"),
                Color.RED);
    }

    @ParameterizedTest
    @ValueSource(strings = {"kryo", "java"})
    void comeBackInAnotherContext(String serializer) {
        try (EngineContext engine = open(serializer)) {
            engine.parallelize(List.of(new Plain("met before"), "x")).collect();
            engine.parallelize(values(), 3).saveAsObjectFile(path());
        }
        try (EngineContext engine = open(serializer)) {
            RDD<Object> read = engine.objectFile(path(), Outer.class, Plain.class);

            assertThat(read.getNumPartitions()).isEqualTo(3);
            assertThat(read.collect()).isEqualTo(values());
            assertThat(engine.objectFile(path(), Plain.class, Outer.class).collect())
                    .isEqualTo(values());
        }
    }

    @Test
    void ofIsolatedExecutorsComeBack() {
        try (EngineContext engine = Engines.open("local-cluster[2,1,64]")) {
            engine.range(0, 10_000, 1, 4).map(x -> Pair.of(x, "v" + x)).saveAsObjectFile(path());
            RDD<Pair<Long, String>> read = engine.objectFile(path());

            assertThat(read.count()).isEqualTo(10_000);
            assertThat(read.collect().get(9_999)).isEqualTo(Pair.of(9_999L, "v9999"));
        }
    }

    @Test
    void existingOutputIsRefused() throws IOException {
        Files.createDirectories(directory.resolve("out"));
        try (EngineContext engine = open("kryo")) {
            assertThatExceptionOfType(OutputExistsException.class)
                    .isThrownBy(() -> engine.range(0, 3).saveAsObjectFile(path()))
                    .withMessageContaining("saveAsObjectFile at ObjectFilesTest.java");
        }
    }

    @Test
    void aClassThatNobodyHasPassedIsNeverLoaded() {
        try (EngineContext engine = open("kryo")) {
            engine.parallelize(List.of(new Plain("p")), 1).saveAsObjectFile(path());

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.objectFile(path()).count())
                    .withMessageContaining("ObjectFilesTest.Plain.class")
                    .withCauseInstanceOf(ObjectFileException.class);
        }
    }

    @Test
    void anotherSerializerIsRefused() {
        try (EngineContext engine = open("kryo")) {
            engine.parallelize(List.of("x"), 1).saveAsObjectFile(path());
        }
        try (EngineContext engine = open("java")) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.objectFile(path()).count())
                    .withMessageContaining("favilla.serializer");
        }
        try (EngineContext engine = Engines.builder("local[1]")
                .registerKryo(kryo -> kryo.register(Plain.class))
                .open()) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.objectFile(path()).count())
                    .withMessageContaining("registrations");
        }
    }

    @Test
    void anyByteThatHasChangedIsNoticed() throws IOException {
        try (EngineContext engine = open("kryo")) {
            engine.parallelize(List.of(Pair.of("some", 1), Pair.of("pairs", 2)), 1)
                    .saveAsObjectFile(path());
            Path part = directory.resolve("out/part-00000");
            byte[] whole = Files.readAllBytes(part);
            for (int i = 0; i < whole.length; i++) {
                byte[] changed = whole.clone();
                changed[i] ^= 0x11;
                assertDamaged(engine, part, changed, "byte " + i);
            }
            for (int length = 1; length < whole.length; length += 7) {
                assertDamaged(engine, part, Arrays.copyOf(whole, length), "first " + length);
            }
            assertDamaged(engine, part, "no objects at all, but a text".getBytes(StandardCharsets.UTF_8), "text");
            Files.write(part, whole);
            assertThat(engine.objectFile(path()).count()).isEqualTo(2);
        }
    }

    private void assertDamaged(EngineContext engine, Path part, byte[] bytes, String what) throws IOException {
        Files.write(part, bytes);

        assertThat(catchThrowable(() -> engine.objectFile(path()).collect()))
                .as(what)
                .isInstanceOf(JobFailedException.class)
                .hasCauseInstanceOf(ObjectFileException.class)
                .hasMessageContaining(part.toString());
    }

    @Test
    void nothingIsLeftOfRecordsThatCannotBeWritten() throws IOException {
        try (EngineContext engine = open("java")) {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() ->
                            engine.range(0, 3).map(x -> (Object) new Thread()).saveAsObjectFile(path()));
            try (var left = Files.list(directory)) {
                assertThat(left).isEmpty();
            }
            Engines.assertUsable(engine);
        }
    }
}

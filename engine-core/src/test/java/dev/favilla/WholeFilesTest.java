package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.favilla.attempt.Metric;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import dev.favilla.text.InputChangedException;
import dev.favilla.text.InputLimitException;
import dev.favilla.text.InputNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files as single records, texts in other charsets, and files that make too much of themselves. */
@InEveryMode
@Timeout(60)
class WholeFilesTest {

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    @TempDir
    private Path directory;

    private String path(String name) {
        return directory.resolve(name).toString();
    }

    private void write(String name, byte[] content) throws IOException {
        Files.createDirectories(directory.resolve(name).getParent());
        Files.write(directory.resolve(name), content);
    }

    private void write(String name, String content) throws IOException {
        write(name, content.getBytes(StandardCharsets.UTF_8));
    }

    private void gzip(String name, byte[] piece, int times) throws IOException {
        try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(directory.resolve(name)))) {
            for (int i = 0; i < times; i++) {
                out.write(piece);
            }
        }
    }

    private static InputLimitException limit(JobFailedException failure) {
        return (InputLimitException) failure.getCause();
    }

    @Nested
    class WholeTexts {

        @Test
        void arePairsOfPathAndTextInTheOrderOfNames() throws IOException {
            write("d/b.txt", "two\r\nlines\n");
            write("d/a.txt", "\uFEFFone");
            write("d/c.txt", "");
            write("d/_SUCCESS", "no");
            write("d/.hidden", "no");
            gzip("d/d.txt.gz", "zip\n".getBytes(StandardCharsets.UTF_8), 2);

            for (int partitions = 1; partitions < 7; partitions++) {
                assertThat(engine.wholeTextFiles(path("d"), partitions).collect())
                        .containsExactly(
                                Pair.of(path("d/a.txt"), "one"),
                                Pair.of(path("d/b.txt"), "two\r\nlines\n"),
                                Pair.of(path("d/c.txt"), ""),
                                Pair.of(path("d/d.txt.gz"), "zip\nzip\n"));
            }
        }

        @Test
        void shareAPartitionWhereTheyAreSmall() throws IOException {
            for (int i = 0; i < 50; i++) {
                write("d/" + i, "x");
            }

            assertThat(engine.wholeTextFiles(path("d"), 1).getNumPartitions()).isEqualTo(1);
            assertThat(engine.wholeTextFiles(path("d"), 5).getNumPartitions()).isEqualTo(5);
            assertThat(engine.wholeTextFiles(path("d")).count()).isEqualTo(50);
        }

        @Test
        void mayBeInAnyCharset() throws IOException {
            write("utf16.txt", "größer\n".getBytes(StandardCharsets.UTF_16));

            assertThat(engine.wholeTextFiles(path("utf16.txt"), 1, StandardCharsets.UTF_16)
                            .values()
                            .collect())
                    .containsExactly("größer\n");
        }

        @NotIn(value = TestMode.SPARK, because = "reports have no counts of records and bytes there")
        @Test
        void thatAreMalformedAreCounted() throws IOException {
            write("bad.txt", new byte[] {'a', (byte) 0xFF});

            assertThat(engine.wholeTextFiles(path("bad.txt")).values().collect())
                    .containsExactly("a\uFFFD");
            assertThat(Engines.lastJob(engine).metrics().get(Metric.MALFORMED_INPUTS))
                    .isEqualTo(1);
        }

        @Test
        void ofNothingAreNothing() throws IOException {
            Files.createDirectory(directory.resolve("empty"));
            write("hidden/_x", "x");

            assertThat(engine.wholeTextFiles(path("empty")).count()).isZero();
            assertThat(engine.wholeTextFiles(path("hidden")).getNumPartitions()).isZero();
            assertThatExceptionOfType(InputNotFoundException.class)
                    .isThrownBy(() -> engine.wholeTextFiles(path("missing")).count())
                    .withMessageContaining("wholeTextFiles at WholeFilesTest.java");
        }

        @Test
        void thatHaveGrownSinceTheyWereListedFailTheJob() throws IOException {
            write("a.txt", "x");
            PairRDD<String, String> files = engine.wholeTextFiles(path("a.txt"));
            assertThat(files.getNumPartitions()).isEqualTo(1);
            write("a.txt", "xy");

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(files::count)
                    .withCauseInstanceOf(InputChangedException.class);
        }
    }

    @Nested
    class Bytes {

        @Test
        void areThoseOfTheFileEvenIfItIsCompressed() throws IOException {
            byte[] all = new byte[256];
            IntStream.range(0, 256).forEach(i -> all[i] = (byte) i);
            write("d/all", all);
            gzip("zipped.gz", all, 1);

            assertThat(engine.binaryFiles(path("d")).values().collect()).containsExactly(all);
            assertThat(engine.binaryFiles(path("zipped.gz"), 3).values().collect())
                    .containsExactly(Files.readAllBytes(directory.resolve("zipped.gz")));
        }
    }

    @Nested
    class LinesInOtherCharsets {

        @ParameterizedTest
        @ValueSource(strings = {"ISO-8859-1", "windows-1252", "ISO-8859-15", "Shift_JIS", "GB18030"})
        void areTheSameWhereverTheFileIsCut(String name) throws IOException {
            Charset charset = Charset.forName(name);
            String text = charset.newEncoder().canEncode('ä') ? "größe\r\n\rü\nende" : "表示\r\n\rソ\n終";
            write("text", text.getBytes(charset));

            for (int splits = 1; splits <= 20; splits++) {
                assertThat(engine.textFile(path("text"), splits, charset).collect())
                        .as("%s splits", splits)
                        .isEqualTo(text.lines().toList());
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"UTF-16", "UTF-16LE", "UTF-32", "ISO-2022-JP", "IBM037"})
        void areRefusedWhereLineEndsCannotBeFound(String name) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.textFile(path("x"), 2, Charset.forName(name)))
                    .withMessageContaining(name)
                    .withMessageContaining("wholeTextFiles");
        }

        @Test
        void keepAMarkThatIsNoneThere() throws IOException {
            write("text", "\uFEFFx".getBytes(StandardCharsets.UTF_8));

            assertThat(engine.textFile(path("text"), 1, StandardCharsets.ISO_8859_1)
                            .collect())
                    .containsExactly("ï»¿x");
        }
    }

    @Nested
    class MalformedUtf8 {

        @NotIn(value = TestMode.SPARK, because = "reports have no counts of records and bytes there")
        @Test
        void atTheEdgeOfABufferIsReplacedAndCountedOnce() throws IOException {
            for (int before = (1 << 16) - 5; before <= 1 << 16; before++) {
                byte[] bytes = new byte[before + 6];
                java.util.Arrays.fill(bytes, (byte) 'x');
                byte[] whale = "\uD83D\uDC33".getBytes(StandardCharsets.UTF_8);
                System.arraycopy(whale, 0, bytes, before, 4);
                bytes[before + 4] = (byte) 0xF0;
                bytes[before + 5] = '\n';
                write("edge", bytes);

                assertThat(engine.textFile(path("edge"), 1).collect())
                        .containsExactly("x".repeat(before) + "\uD83D\uDC33\uFFFD");
                assertThat(Engines.lastJob(engine).metrics().get(Metric.MALFORMED_INPUTS))
                        .isEqualTo(1);
            }
        }
    }

    @Nested
    class TooMuch {

        private EngineContext with(String key, String value) {
            return Engines.builder("local[1]").set(key, value).open();
        }

        @Test
        void ofALineFailsTheJobWithTheSetting() throws IOException {
            write("long.txt", "short\n" + "x".repeat(100_000) + "\nshort\n");
            for (String cap : List.of("1000", "70000", "99999")) {
                try (EngineContext small = with("favilla.input.maxRecordSize", cap)) {
                    assertThatExceptionOfType(JobFailedException.class)
                            .isThrownBy(
                                    () -> small.textFile(path("long.txt"), 1).count())
                            .withMessageContaining("after 1 lines")
                            .withMessageContaining("raise favilla.input.maxRecordSize")
                            .satisfies(e -> assertThat(limit(e).path()).isEqualTo(path("long.txt")));
                }
            }
            try (EngineContext enough = with("favilla.input.maxRecordSize", "100000")) {
                assertThat(enough.textFile(path("long.txt"), 1).count()).isEqualTo(3);
            }
        }

        @Test
        void ofAFileFailsTheJobBeforeItIsRead() throws IOException {
            write("large.bin", new byte[1001]);
            gzip("large.gz", new byte[1001], 1);
            try (EngineContext small = with("favilla.input.maxRecordSize", "1000")) {
                List<RDD<?>> inputs = List.of(
                        small.binaryFiles(path("large.bin")),
                        small.wholeTextFiles(path("large.bin")),
                        small.wholeTextFiles(path("large.gz")));
                for (RDD<?> input : inputs) {
                    assertThatExceptionOfType(JobFailedException.class)
                            .isThrownBy(input::count)
                            .withCauseInstanceOf(InputLimitException.class);
                }
            }
        }

        @Test
        void outOfABombFailsTheJobEarly() throws IOException {
            byte[] line = new byte[1 << 20];
            line[line.length - 1] = '\n';
            gzip("bomb.gz", line, 80); // about a thousand times
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() -> engine.textFile(path("bomb.gz")).count())
                    .satisfies(e -> assertThat(limit(e).setting()).isEqualTo("favilla.input.maxGzipRatio"));
            try (EngineContext patient = with("favilla.input.maxGzipRatio", "2000")) {
                assertThat(patient.textFile(path("bomb.gz")).count()).isEqualTo(80);
            }
            try (EngineContext strict = with("favilla.input.maxGzipSize", "1m")) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> strict.textFile(path("bomb.gz")).count())
                        .satisfies(e -> assertThat(limit(e).setting()).isEqualTo("favilla.input.maxGzipSize"));
            }
        }

        @ParameterizedTest
        @ValueSource(strings = {"0", "-1", "2g", "x"})
        void isNoSettingForRecords(String value) {
            assertThatExceptionOfType(InvalidSettingException.class)
                    .isThrownBy(() -> with("favilla.input.maxRecordSize", value))
                    .withMessageContaining("favilla.input.maxRecordSize");
        }
    }

    @Nested
    class AFileThatVanishes {

        @Test
        void failsTheJobWhateverItIsReadAs() throws IOException {
            List<RDD<?>> inputs = new ArrayList<>();
            for (String name : List.of("text", "whole", "bytes", "json", "csv")) {
                write(name, "{}\n");
            }
            inputs.add(engine.textFile(path("text")));
            inputs.add(engine.wholeTextFiles(path("whole")));
            inputs.add(engine.binaryFiles(path("bytes")));
            inputs.add(engine.readJsonLines(path("json"), Nothing.class));
            inputs.add(engine.readCsv(path("csv"), Nothing.class));
            inputs.forEach(RDD::getNumPartitions);
            for (String name : List.of("text", "whole", "bytes", "json", "csv")) {
                Files.delete(directory.resolve(name));
            }

            for (RDD<?> input : inputs) {
                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(input::count)
                        .withCauseInstanceOf(InputChangedException.class)
                        .withMessageContaining("deleted");
            }
            Engines.assertUsable(engine);
        }

        record Nothing() {}
    }
}

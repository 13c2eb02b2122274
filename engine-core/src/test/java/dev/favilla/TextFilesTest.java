package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.favilla.attempt.Metric;
import dev.favilla.testing.InEveryMode;
import dev.favilla.testing.NotIn;
import dev.favilla.testing.TestMode;
import dev.favilla.testing.TestSeed;
import dev.favilla.text.DamagedInputException;
import dev.favilla.text.InputNotFoundException;
import dev.favilla.text.OutputExistsException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@InEveryMode
class TextFilesTest {

    private static final AtomicReference<CountDownLatch> RUNNING = new AtomicReference<>();

    @AutoClose
    private final EngineContext engine = Engines.open("local[2]");

    @TempDir
    private Path directory;

    private Path file(String name, String content) throws IOException {
        Path file = directory.resolve(name);
        Files.createDirectories(file.getParent());
        return Files.writeString(file, content);
    }

    private RDD<String> lines(Path path) {
        return engine.textFile(path.toString());
    }

    private static byte[] gzip(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return bytes.toByteArray();
    }

    /** Lines end at \n, \r\n or \r; what follows the last end is a line if it is not empty. */
    private static List<String> referenceLines(String text) {
        List<String> lines = new ArrayList<>();
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\n' || c == '\r') {
                lines.add(line.toString());
                line.setLength(0);
                if (c == '\r' && i + 1 < text.length() && text.charAt(i + 1) == '\n') {
                    i++;
                }
            } else {
                line.append(c);
            }
        }
        if (line.length() > 0) {
            lines.add(line.toString());
        }
        return lines;
    }

    @Nested
    class Reading {

        @Test
        void everySplitCountGivesTheSameLinesWhateverTheirEnds() throws IOException {
            for (String text : List.of(
                    "a\nb\nc\n",
                    "a\r\nb\r\nc",
                    "a\rb\rc\r",
                    "\n\n\n",
                    "\r\r\n\n\r",
                    "\r\n\r\n",
                    "één\nzwei→\r\n\uD83D\uDC33whale\r\rend",
                    "no line end",
                    "\n",
                    "a\n\nb\r\r\nc\n\r\n")) {
                Path file = file("lines.txt", text);
                List<String> expected = referenceLines(text);
                for (int splits = 1; splits <= Files.size(file); splits++) {
                    assertThat(engine.textFile(file.toString(), splits).collect())
                            .as(
                                    "%s splits of %s",
                                    splits, text.replace("\r", "\\r").replace("\n", "\\n"))
                            .isEqualTo(expected);
                }
            }
        }

        @NotIn(
                value = TestMode.SPARK,
                because = "it runs hundreds of jobs, each of which takes some tens of milliseconds of Spark")
        @Test
        void randomTextsAreCutRightEverywhere(TestSeed seed) throws IOException {
            SplittableRandom random = seed.random();
            String[] pieces = {"\n", "\r", "\r\n", "x", "lang", "é", "\uD83D\uDC33", ""};
            for (int round = 0; round < 15; round++) {
                StringBuilder text = new StringBuilder();
                for (int i = random.nextInt(30); i >= 0; i--) {
                    text.append(pieces[random.nextInt(pieces.length)]);
                }
                Path file = file("random.txt", text.toString());
                for (int splits = 1; splits <= Files.size(file); splits += 1 + random.nextInt(3)) {
                    assertThat(engine.textFile(file.toString(), splits).collect())
                            .as("%s splits of %s", splits, text)
                            .isEqualTo(referenceLines(text.toString()));
                }
            }
        }

        @Test
        void linesLongerThanABufferAreWhole() throws IOException {
            String text = "x".repeat(200_000) + "\r\n" + "é".repeat(100_000) + "\n" + "z".repeat(65_535) + "\r\nend";
            Path file = file("long.txt", text);

            for (int splits : new int[] {1, 2, 3, 7}) {
                assertThat(engine.textFile(file.toString(), splits).collect()).isEqualTo(referenceLines(text));
            }
        }

        @Test
        void aByteOrderMarkIsLeftOutAtTheStartOnly() throws IOException {
            Path file = file("bom.txt", "\uFEFFfirst\n\uFEFFsecond\n");

            for (int splits = 1; splits < 8; splits++) {
                assertThat(engine.textFile(file.toString(), splits).collect()).containsExactly("first", "\uFEFFsecond");
            }
            assertThat(lines(file("only.txt", "\uFEFF")).collect()).isEmpty();
        }

        @NotIn(value = TestMode.SPARK, because = "reports have no counts of records and bytes there")
        @Test
        void malformedBytesAreReplacedAndCounted() throws IOException {
            Path file = directory.resolve("malformed.txt");
            Files.write(file, new byte[] {
                'a',
                (byte) 0xFF,
                'b',
                '\n',
                (byte) 0xC3,
                '\n',
                'o',
                'k',
                '\n',
                (byte) 0xEF,
                (byte) 0xBF,
                (byte) 0xBD,
                '\n'
            });

            assertThat(engine.textFile(file.toString(), 1).collect())
                    .containsExactly("a\uFFFDb", "\uFFFD", "ok", "\uFFFD");
            assertThat(Engines.lastJob(engine).metrics().get(Metric.MALFORMED_INPUTS))
                    .isEqualTo(2); // the last is really in the text
            assertThat(engine.textFile(file.toString(), 5).count()).isEqualTo(4);
            assertThat(Engines.lastJob(engine).metrics().get(Metric.MALFORMED_INPUTS))
                    .isEqualTo(2);
        }

        @NotIn(value = TestMode.SPARK, because = "reports have no counts of records and bytes there")
        @Test
        void whatWasReadIsCounted() throws IOException {
            lines(file("counted.txt", "one\ntwo\n")).count();

            assertThat(Engines.lastJob(engine).metrics().get(Metric.RECORDS_READ))
                    .isEqualTo(2);
            assertThat(Engines.lastJob(engine).metrics().get(Metric.BYTES_READ)).isGreaterThanOrEqualTo(8);
        }

        @Test
        void gzipIsDecompressedInOnePartition() throws IOException {
            Path file = directory.resolve("lines.txt.gz");
            Files.write(file, gzip("a\r\nb\nc"));
            RDD<String> lines = engine.textFile(file.toString(), 5);

            assertThat(lines.getNumPartitions()).isEqualTo(1);
            assertThat(lines.collect()).containsExactly("a", "b", "c");
            ByteArrayOutputStream members = new ByteArrayOutputStream();
            members.write(gzip("a\n"));
            members.write(gzip("b\n"));
            Files.write(file, members.toByteArray());
            assertThat(lines(file).collect()).containsExactly("a", "b");
        }

        @Test
        void damagedAndTruncatedGzipFailTheJobWithFileAndRemedy() throws IOException {
            byte[] whole = gzip("line\n".repeat(10_000));
            byte[] flipped = whole.clone();
            flipped[flipped.length / 2] ^= 0x55;
            byte[] badChecksum = whole.clone();
            badChecksum[badChecksum.length - 6] ^= 1;
            for (byte[] damaged : List.of(
                    Arrays.copyOf(whole, whole.length / 2),
                    Arrays.copyOf(whole, whole.length - 3),
                    Arrays.copyOf(whole, 5),
                    flipped,
                    badChecksum,
                    "no gzip at all".getBytes(StandardCharsets.UTF_8))) {
                Path file = Files.write(directory.resolve("damaged.gz"), damaged);

                assertThatExceptionOfType(JobFailedException.class)
                        .isThrownBy(() -> lines(file).count())
                        .withMessageContaining("count at TextFilesTest.java")
                        .withMessageContaining(file.toString())
                        .withMessageContaining("gzip -t")
                        .satisfies(e -> assertThat(e.getCause())
                                .isInstanceOfSatisfying(
                                        DamagedInputException.class,
                                        cause -> assertThat(cause.path()).isEqualTo(file.toString())));
                Engines.assertUsable(engine);
            }
        }

        @Test
        void filesOfADirectoryComeInTheOrderOfTheirNames() throws IOException {
            file("d/b.txt", "b\n");
            file("d/a.txt", "a1\na2\n");
            file("d/.hidden", "no\n");
            file("d/_SUCCESS", "no\n");
            file("d/empty.txt", "");

            assertThat(lines(directory.resolve("d")).collect()).containsExactly("a1", "a2", "b");
        }

        @Test
        void globsAndListsNameSeveralFiles() throws IOException {
            file("x/1.log", "1\n");
            file("x/2.log", "2\n");
            file("x/3.txt", "3\n");
            file("y/1.log", "4\n");
            file("with,comma.txt", "5\n");

            assertThat(engine.textFile(directory + "/x/*.log").collect()).containsExactly("1", "2");
            assertThat(engine.textFile(directory + "/*/1.log").collect()).containsExactly("1", "4");
            assertThat(engine.textFile(directory + "/x/{1,3}.*").collect()).containsExactly("1", "3");
            assertThat(engine.textFile(directory + "/y," + directory + "/x/3.txt")
                            .collect())
                    .containsExactly("4", "3");
            assertThat(engine.textFile(directory + "/with,comma.txt").collect()).containsExactly("5");
        }

        @Test
        void anEmptyDirectoryAndAnEmptyFileHaveNoPartitions() throws IOException {
            Path empty = Files.createDirectory(directory.resolve("empty"));

            assertThat(lines(empty).getNumPartitions()).isZero();
            assertThat(lines(empty).collect()).isEmpty();
            assertThat(lines(empty).keyBy(x -> x).reduceByKey((a, b) -> a).collect())
                    .isEmpty();
            assertThat(lines(file("empty.txt", "")).getNumPartitions()).isZero();
        }

        @Test
        void whatIsNotThereIsReportedWhenPartitionsAreAskedFor() throws IOException {
            Path missing = directory.resolve("missing.txt");
            RDD<String> lines = lines(missing);

            for (org.assertj.core.api.ThrowableAssert.ThrowingCallable call :
                    List.<org.assertj.core.api.ThrowableAssert.ThrowingCallable>of(
                            () -> lines.getNumPartitions(),
                            () -> lines.count(),
                            () -> lines.map(x -> x).collect())) {
                assertThatExceptionOfType(InputNotFoundException.class)
                        .isThrownBy(call)
                        .withMessageContaining("'" + missing + "'")
                        .withMessageContaining("textFile at TextFilesTest.java")
                        .withMessageContaining("Expected a readable file")
                        .satisfies(e -> assertThat(e.path()).isEqualTo(missing.toString()));
            }
            assertThatExceptionOfType(InputNotFoundException.class)
                    .isThrownBy(() -> engine.textFile(directory + "/*.nothing").count())
                    .withMessageContaining("nothing matches");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.textFile(""))
                    .withMessageContaining("path must name a file");
            Files.writeString(missing, "now\n");
            assertThat(lines.collect()).containsExactly("now");
            Engines.assertUsable(engine);
        }

        @Test
        void aDirectoryInADirectoryIsRefusedWithAGlobToUse() throws IOException {
            file("outer/inner/a.txt", "a\n");

            assertThatExceptionOfType(InputNotFoundException.class)
                    .isThrownBy(() -> lines(directory.resolve("outer")).count())
                    .withMessageContaining("contains the directory 'inner'")
                    .withMessageContaining("glob");
            assertThat(engine.textFile(directory + "/outer/*").collect()).containsExactly("a");
        }

        @Test
        void aFileThatVanishesAfterListingFailsTheJob() throws IOException {
            Path file = file("vanishing.txt", "a\n");
            RDD<String> lines = lines(file);
            assertThat(lines.count()).isEqualTo(1);
            Files.delete(file);

            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(lines::count)
                    .withMessageContaining(file.toString());
            Engines.assertUsable(engine);
        }

        @Test
        void atLeastAsManyPartitionsAsAskedFor() throws IOException {
            Path file = file("many.txt", "0123456789\n".repeat(100));

            assertThat(lines(file).getNumPartitions()).isGreaterThanOrEqualTo(2);
            assertThat(engine.textFile(file.toString(), 10).getNumPartitions()).isGreaterThanOrEqualTo(10);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> engine.textFile(file.toString(), 0))
                    .withMessageContaining("got 0");
        }

        @Test
        void takeClosesWhatItOpened() throws IOException {
            Path file = file("taken.txt", "line\n".repeat(10_000));
            for (int i = 0; i < 50; i++) {
                assertThat(engine.textFile(file.toString(), 1).take(1)).containsExactly("line");
            }
            Path descriptors = Path.of("/proc/self/fd");
            if (Files.isDirectory(descriptors)) {
                try (var open = Files.list(descriptors)) {
                    assertThat(open.filter(each -> {
                                try {
                                    return Files.readSymbolicLink(each).equals(file.toRealPath());
                                } catch (IOException e) {
                                    return false;
                                }
                            }))
                            .isEmpty();
                }
            }
        }
    }

    @Nested
    class Writing {

        private Path target;

        @BeforeEach
        void nameTheTarget() {
            target = directory.resolve("out");
        }

        private List<String> namesIn(Path path) throws IOException {
            try (var names = Files.list(path)) {
                return names.map(name -> name.getFileName().toString()).sorted().toList();
            }
        }

        @NotIn(value = TestMode.SPARK, because = "reports have no counts of records and bytes there")
        @Test
        void onePartFilePerPartitionAndAMarkOfSuccess() throws IOException {
            engine.parallelize(List.of(1, 2, 3), 3).filter(x -> x != 2).saveAsTextFile(target.toString());

            assertThat(namesIn(target)).containsExactly("_SUCCESS", "part-00000", "part-00001", "part-00002");
            assertThat(target.resolve("part-00000")).hasContent("1");
            assertThat(target.resolve("part-00001")).isEmptyFile();
            assertThat(Files.readString(target.resolve("part-00002"))).isEqualTo("3\n");
            assertThat(namesIn(directory)).containsExactly("out");
            assertThat(Engines.lastJob(engine).metrics().get(Metric.RECORDS_WRITTEN))
                    .isEqualTo(2);
            assertThat(Engines.lastJob(engine).metrics().get(Metric.BYTES_WRITTEN))
                    .isEqualTo(4);
        }

        @Test
        void whatIsWrittenReadsTheSame() {
            List<String> lines = List.of("a", "", "é→\uD83D\uDC33", "  spaces  ", "last");
            engine.parallelize(lines, 2).saveAsTextFile(target.toString());

            assertThat(lines(target).collect()).isEqualTo(lines);
        }

        @Test
        void nothingGivesADirectoryWithTheMarkOnly() throws IOException {
            lines(Files.createDirectory(directory.resolve("empty"))).saveAsTextFile(target.toString());

            assertThat(namesIn(target)).containsExactly("_SUCCESS");
        }

        @Test
        void missingParentsAreMade() {
            Path deep = directory.resolve("a/b/c");
            engine.parallelize(List.of("x"), 1).saveAsTextFile(deep.toString());

            assertThat(lines(deep).collect()).containsExactly("x");
        }

        @Test
        void nullRowsAreRefusedAndNothingIsLeft() throws IOException {
            assertThatExceptionOfType(JobFailedException.class)
                    .isThrownBy(() ->
                            engine.parallelize(Arrays.asList("a", "b", null), 3).saveAsTextFile(target.toString()))
                    .withMessageContaining("saveAsTextFile at TextFilesTest.java")
                    .withMessageContaining("null")
                    .withCauseInstanceOf(NullPointerException.class);

            assertThat(namesIn(directory)).isEmpty();
            Engines.assertUsable(engine);
        }

        @Test
        void aRecordThatCannotBePrintedLeavesNothing() throws IOException {
            record Unprintable(long id) {
                @Override
                public String toString() {
                    throw new IllegalStateException("no text");
                }
            }
            assertThatThrownBy(() -> engine.range(0, 3, 1, 3)
                            .map(x -> x == 2 ? new Unprintable(x) : x)
                            .saveAsTextFile(target.toString()))
                    .isInstanceOf(JobFailedException.class)
                    .hasCauseInstanceOf(IllegalStateException.class);

            assertThat(namesIn(directory)).isEmpty();
        }

        @Test
        void whatIsThereAlreadyIsNeverOverwritten() throws IOException {
            engine.parallelize(List.of("old"), 1).saveAsTextFile(target.toString());

            assertThatExceptionOfType(OutputExistsException.class)
                    .isThrownBy(() -> engine.parallelize(List.of("new"), 1).saveAsTextFile(target.toString()))
                    .withMessageContaining("'" + target + "'")
                    .withMessageContaining("saveAsTextFile at TextFilesTest.java")
                    .withMessageContaining("name another directory")
                    .satisfies(e -> assertThat(e.path()).isEqualTo(target.toString()));
            assertThatExceptionOfType(OutputExistsException.class)
                    .isThrownBy(() -> engine.parallelize(List.of("new"), 1)
                            .saveAsTextFile(file("a file", "x").toString()));

            assertThat(lines(target).collect()).containsExactly("old");
            assertThat(namesIn(directory)).containsExactly("a file", "out");
            assertThat(engine.recentJobs()).hasSize(2);
        }

        @Test
        void failedAttemptsLeaveNoTrace() throws IOException {
            engine.close(); // Spark has one context in a JVM
            try (EngineContext retrying = Engines.open("local[2,2]")) {
                retrying.range(0, 40, 1, 4)
                        .map(x -> x % 10 == 9 ? Engines.notInFirstAttempt(x) : x)
                        .saveAsTextFile(target.toString());
                assertThat(retrying.textFile(target.toString()).count()).isEqualTo(40);
            }

            assertThat(namesIn(target))
                    .containsExactly("_SUCCESS", "part-00000", "part-00001", "part-00002", "part-00003");
            assertThat(namesIn(directory)).containsExactly("out");
        }

        @Test
        @Timeout(60)
        void aCancelledJobLeavesNothing() throws Exception {
            RUNNING.set(new CountDownLatch(2));
            AtomicReference<Throwable> thrown = new AtomicReference<>();
            String path = target.toString();
            Thread waiting = new Thread(() -> {
                try {
                    engine.range(0, Long.MAX_VALUE, 1, 2)
                            .filter(x -> {
                                RUNNING.get().countDown();
                                return x % 1_000_000 == 0;
                            })
                            .saveAsTextFile(path);
                } catch (Throwable t) { // handed to the test
                    thrown.set(t);
                }
            });
            waiting.start();
            RUNNING.get().await();
            waiting.interrupt();
            waiting.join();
            Engines.assertIdle(engine);

            assertThat(thrown.get()).isInstanceOf(JobCancelledException.class);
            assertThat(namesIn(directory)).isEmpty();
            Engines.assertUsable(engine);
        }

        @Test
        void aRelativePathIsTakenFromTheWorkingDirectory() {
            Path relative = Path.of("").toAbsolutePath().relativize(target.toAbsolutePath());
            engine.parallelize(List.of("x"), 1).saveAsTextFile(relative.toString());

            assertThat(lines(target).collect()).containsExactly("x");
        }
    }
}

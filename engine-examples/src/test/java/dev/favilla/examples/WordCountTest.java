package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WordCountTest {

    private static final Pattern CHECKSUM = Pattern.compile(
            "checksum of (?<words>[\\d,]+) words: (?<sorted>[0-9a-f]{8}) sorted, (?<returned>[0-9a-f]{8}) as returned");

    @Nested
    class MobyDick {

        @Test
        void allCountsEqualAnIndependentCount() throws IOException {
            IndependentCount expected = IndependentCount.of(List.of(Run.resource(ShippedText.MOBY_DICK)));

            Run run = Run.of("wordcount", "--top", "1000000", "--partitions", "3");

            assertThat(run.code()).isZero();
            assertThat(run.out()).isEqualTo(expected.lines());
        }

        @Test
        void theTenMostFrequentWordsAreTheDefault() throws IOException {
            IndependentCount expected = IndependentCount.of(List.of(Run.resource(ShippedText.MOBY_DICK)));

            Run run = Run.of("wordcount", "--master", "local[2]");

            assertThat(run.outLines())
                    .hasSize(10)
                    .isEqualTo(expected.lines().lines().limit(10).toList());
        }

        @Test
        void stagesTasksBytesAndTimeGoToStandardError() {
            Run run = Run.of("wordcount", "--master", "local[2]", "--partitions", "3", "--checksum");

            assertThat(run.err().lines().skip(1))
                    .satisfiesExactly(
                            line -> assertThat(line)
                                    .matches("job 0 \\(collect at WordCount.java:\\d+\\): 2 stages, 6 tasks"
                                            + " \\(6 attempts\\), [\\d.]+ MiB shuffled, [\\d.]+ s"),
                            line -> assertThat(line)
                                    .matches("  stage \\d+ \\(mapToPair at WordCount.java:\\d+\\): 3 tasks"
                                            + " \\(3 attempts\\), 1.\\d MiB read, [\\d.]+ MiB shuffled"),
                            line -> assertThat(line)
                                    .matches("  stage \\d+ \\(collect at WordCount.java:\\d+\\): 3 tasks"
                                            + " \\(3 attempts\\)"));
        }

        @Test
        void theChecksumsAreTheSameForAnyNumberOfSlots() {
            String one = checksum("wordcount", "--partitions", "5", "--checksum", "--master", "local[1]");

            assertThat(checksum("wordcount", "--partitions", "5", "--checksum", "--master", "local[2]"))
                    .isEqualTo(one);
            assertThat(checksum("wordcount", "--partitions", "5", "--checksum", "--master", "local[7]"))
                    .isEqualTo(one);
            assertThat(checksum("wordcount", "--partitions", "5", "--checksum", "--master", "local-cluster[3,1,64]"))
                    .isEqualTo(one);
        }

        @Test
        void theChecksumsAreTheSameWhenEveryFirstAttemptFails() {
            String healthy = checksum("wordcount", "--partitions", "4", "--checksum", "--master", "local[2]");

            Run failing =
                    Run.of("wordcount", "--partitions", "4", "--checksum", "--fail-first", "--master", "local[2,2]");

            assertThat(checksum(failing)).isEqualTo(healthy);
            assertThat(failing.err()).contains("8 tasks (16 attempts)").contains("4 tasks (8 attempts), 4 failures");
        }

        @ParameterizedTest
        @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
        void theChecksumsAreTheSameWhenEveryStageLosesAnExecutor(String master) {
            String healthy = checksum("wordcount", "--partitions", "4", "--checksum", "--master", "local[2]");

            Run losing = Run.of("wordcount", "--partitions", "4", "--checksum", "--lose-executors", "--master", master);

            assertThat(checksum(losing)).isEqualTo(healthy);
            assertThat(losing.err())
                    .containsPattern("\\(1\\d attempts\\)|\\(9 attempts\\)")
                    .contains("2 executors lost and replaced on purpose, now ");
        }

        @Test
        void failingFirstAttemptsFailTheJobWhereATaskIsTriedOnce() {
            Run run = Run.of("wordcount", "--partitions", "4", "--fail-first", "--master", "local[2]");

            assertThat(run.code()).isEqualTo(Main.FAILURE);
            assertThat(run.out()).isEmpty();
            assertThat(run.err()).contains("the first attempt fails, as --fail-first asks for");
            assertThat(run.err().lines()).hasSize(1);
        }

        @Test
        void theSortedChecksumDoesNotDependOnPartitions() {
            Matcher two = match(Run.of("wordcount", "--partitions", "2", "--checksum"));
            Matcher nine = match(Run.of("wordcount", "--partitions", "9", "--checksum"));

            assertThat(nine.group("sorted")).isEqualTo(two.group("sorted"));
            assertThat(nine.group("words")).isEqualTo(two.group("words"));
        }
    }

    @Nested
    class SomeFiles {

        @TempDir
        Path directory;

        @Test
        void severalFilesCountTogether() throws IOException {
            Path address = Run.resource("/data/state-of-the-union/1790_george_washington_n.txt");
            Path other = Run.resource("/data/state-of-the-union").resolve("1961_john_f_kennedy_d.txt");
            List<Path> files = List.of(address, other);

            Run run = Run.of("wordcount", address.toString(), other.toString(), "--top", "100000");

            assertThat(run.out()).isEqualTo(IndependentCount.of(files).lines());
        }

        @Test
        void aDirectoryIsAllItsFiles() throws IOException {
            Path addresses = Run.resource("/data/state-of-the-union");
            List<Path> files;
            try (var listed = Files.list(addresses)) {
                files = listed.toList();
            }

            Run run = Run.of("wordcount", addresses.toString(), "--top", "100000");

            assertThat(files).hasSize(5);
            assertThat(run.out()).isEqualTo(IndependentCount.of(files).lines());
        }

        @Test
        void aCommaInANameSeparatesNothing() throws IOException {
            Path comma = Files.writeString(directory.resolve("a,b.txt"), "one two");
            Path plain = Files.writeString(directory.resolve("c.txt"), "two");

            Run run = Run.of("wordcount", comma.toString(), plain.toString());

            assertThat(run.out()).isEqualTo("2\ttwo\n1\tone\n");
        }

        @Test
        void gzipIsDecompressed() throws IOException {
            Path file = directory.resolve("text.gz");
            try (OutputStream out = new GZIPOutputStream(Files.newOutputStream(file))) {
                out.write("Whale, whale!".getBytes(StandardCharsets.UTF_8));
            }

            assertThat(Run.of("wordcount", file.toString()).out()).isEqualTo("2\twhale\n");
        }

        @Test
        void malformedBytesAreReplacedAndCounted() throws IOException {
            Path file = Files.write(directory.resolve("text"), new byte[] {'a', (byte) 0xff, 'b'});

            Run run = Run.of("wordcount", file.toString());

            assertThat(run.out()).isEqualTo("1\ta\n1\tb\n");
            assertThat(run.err()).contains("replaced 1 malformed byte sequence of the input by U+FFFD");
        }

        @Test
        void anEmptyFileHasNoWords() throws IOException {
            Path file = Files.createFile(directory.resolve("empty"));

            Run run = Run.of("wordcount", file.toString());

            assertThat(run.code()).isZero();
            assertThat(run.out()).isEmpty();
        }

        @Test
        void wordsArePrintedInUtf8() throws IOException {
            Path file = Files.writeString(directory.resolve("text"), "Été x\ud835\udd04");

            assertThat(Run.of("wordcount", file.toString()).out()).isEqualTo("1\tx\ud835\udd04\n1\tété\n");
        }
    }

    private static String checksum(String... words) {
        return checksum(Run.of(words));
    }

    private static String checksum(Run run) {
        return match(run).group();
    }

    private static Matcher match(Run run) {
        Matcher matcher = CHECKSUM.matcher(run.err().lines().findFirst().orElse(""));
        assertThat(matcher.matches()).as(run.err()).isTrue();
        return matcher;
    }
}

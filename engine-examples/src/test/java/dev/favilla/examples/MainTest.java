package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MainTest {

    private static final String COMMANDS = "wordcount, lineage, tax, airports, pagerank, addresses, loop";

    @Nested
    class Help {

        @Test
        void theProgramNamesItsCommands() {
            Run run = Run.of("--help");

            assertThat(run.code()).isZero();
            assertThat(run.err()).isEmpty();
            assertThat(run.out())
                    .startsWith("Usage: java -jar engine-examples.jar COMMAND")
                    .contains("  wordcount  counts the words", "  lineage ", "  tax ");
        }

        @ParameterizedTest
        @ValueSource(strings = {"wordcount", "lineage", "tax", "airports", "pagerank", "addresses", "loop"})
        void eachCommandNamesItsOptionsAndRunsNothing(String command) {
            Run run = Run.of(command, "--help");

            assertThat(run.code()).isZero();
            assertThat(run.err()).isEmpty();
            assertThat(run.out())
                    .startsWith("Usage: java -jar engine-examples.jar " + command)
                    .contains("--master M", "--debug", "--help")
                    .endsWith("\n");
            assertThat(run.outLines()).allSatisfy(line -> assertThat(line).hasSizeLessThanOrEqualTo(120));
        }
    }

    @Nested
    class NotUnderstood {

        @Test
        void noCommand() {
            assertOneLine(Main.USAGE, "a command is missing: " + COMMANDS + ". Try --help");
        }

        @Test
        void anUnknownCommand() {
            assertOneLine(Main.USAGE, "unknown command 'count'; there are " + COMMANDS + ". Try --help", "count");
        }

        @Test
        void anUnknownOption() {
            assertOneLine(
                    Main.USAGE,
                    "unknown option '--sort'; there are --checksum, --debug, --fail-first, --help,"
                            + " --lose-executors, --master, --partitions, --top",
                    "wordcount",
                    "--sort");
        }

        @Test
        void partitionsBelowOne() {
            assertOneLine(Main.USAGE, "--partitions must be >= 1, got 0", "wordcount", "--partitions", "0");
            assertOneLine(Main.USAGE, "--partitions must be >= 1, got -2", "tax", "--partitions", "-2");
        }

        @Test
        void aTopThatIsNoNumber() {
            assertOneLine(
                    Main.USAGE,
                    "--top must be a whole number from 1 to 2147483647, got 'ten'",
                    "wordcount",
                    "--top",
                    "ten");
        }

        @ParameterizedTest
        @ValueSource(strings = {"wordcount", "lineage", "tax", "airports", "pagerank", "loop"})
        void aBadMaster(String command) {
            Run run = Run.of(command, "--master", "yarn");

            assertThat(run.code()).isEqualTo(Main.USAGE);
            assertThat(run.out()).isEmpty();
            assertThat(run.err())
                    .startsWith("engine-examples: Invalid setting ")
                    .contains("master = 'yarn'", "local[N,F]")
                    .endsWith("\n");
            assertThat(run.err().lines()).hasSize(1);
        }

        @Test
        void operandsWhereThereAreNone() {
            assertOneLine(Main.USAGE, "unexpected argument 'x'", "lineage", "x");
            assertOneLine(Main.USAGE, "unexpected argument 'y'", "tax", "y");
        }

        @Test
        void aFileWithoutAName() {
            assertOneLine(Main.USAGE, "the name of a FILE is empty", "wordcount", "");
            assertOneLine(Main.USAGE, "the name of a FILE is empty", "loop", "");
            assertOneLine(Main.USAGE, "the name of a FILE is empty", "pagerank", "");
        }
    }

    @Nested
    class Failed {

        @TempDir
        Path directory;

        @Test
        void aMissingFile() {
            Run run = failure("wordcount", directory.resolve("none.txt").toString());

            assertThat(run.err()).contains("there is no file or directory").contains("none.txt");
        }

        @Test
        void aDamagedGzipFile() throws IOException {
            Path file = directory.resolve("cut.gz");
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            try (OutputStream gzip = new GZIPOutputStream(bytes)) {
                gzip.write(Files.readAllBytes(Run.resource("/data/moby-dick.txt")));
            }
            Files.write(file, Arrays.copyOf(bytes.toByteArray(), bytes.size() / 2));

            Run run = failure("wordcount", file.toString());

            assertThat(run.err()).contains("damaged or cut short").contains("cut.gz");
        }

        @Test
        void somethingElseUnderTheNameOfGzip() throws IOException {
            Path file = Files.writeString(directory.resolve("plain.gz"), "not compressed");

            assertThat(failure("wordcount", file.toString()).err())
                    .contains("damaged")
                    .contains("plain.gz");
        }

        @Test
        void debugAddsTheStackTrace() {
            Run run = Run.of("wordcount", directory.resolve("none.txt").toString(), "--debug");

            assertThat(run.code()).isEqualTo(Main.FAILURE);
            assertThat(run.err())
                    .startsWith("engine-examples: Cannot read text")
                    .contains("dev.favilla.text.InputNotFoundException: ")
                    .contains("\tat dev.favilla.examples.");
        }

        @Test
        void anOutputThatCannotBeWrittenTo() {
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            PrintStream out = new PrintStream(new FullDisk(), false, StandardCharsets.UTF_8);

            int code = new Main(new Console(out, new PrintStream(err, false, StandardCharsets.UTF_8)))
                    .run(List.of("--help"));

            assertThat(code).isEqualTo(Main.FAILURE);
            assertThat(err.toString(StandardCharsets.UTF_8).strip())
                    .isEqualTo("engine-examples: standard output cannot be written to");
        }
    }

    private static void assertOneLine(int code, String message, String... words) {
        assertThat(Run.of(words)).isEqualTo(new Run(code, "", "engine-examples: " + message + "\n"));
    }

    private static Run failure(String... words) {
        Run run = Run.of(words);
        assertThat(run.code()).isEqualTo(Main.FAILURE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).startsWith("engine-examples: ");
        assertThat(run.err().lines()).hasSize(1);
        return run;
    }

    private static final class FullDisk extends OutputStream {

        @Override
        public void write(int b) throws IOException {
            throw new IOException("no space left");
        }
    }
}

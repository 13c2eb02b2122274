package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoopExampleTest {

    @TempDir
    Path directory;

    @ParameterizedTest
    @ValueSource(strings = {"local[2]", "local-cluster[2,1,64]"})
    void countsAreThoseOfALoopWithoutTheEngine(String master) throws IOException {
        List<String> expected = List.of(
                different(ShippedText.MOBY_DICK), different(FlightTables.AIRPORTS), different(FlightTables.FLIGHTS));

        Run run = Run.of("loop", "--master", master);

        assertThat(run.code()).as(run.err()).isZero();
        assertThat(run.outLines()).isEqualTo(expected);
    }

    @Test
    void theLoopRunsOneJobAtATime() {
        Run run = Run.of("loop", "--master", "local[2]");

        List<String> ways = run.err().lines().toList();
        assertThat(ways).hasSize(2);
        assertThat(ways.get(0)).matches("one after another: 3 jobs, 1 at a time, \\d+\\.\\d{3} s");
        assertThat(ways.get(1)).matches("overlapped: 3 jobs, [123] at (the same|a) time, \\d+\\.\\d{3} s");
    }

    @Test
    void filesAreCountedInTheOrderGiven() throws IOException {
        String two = Files.writeString(directory.resolve("two"), "one two two").toString();
        String none = Files.writeString(directory.resolve("none"), "").toString();

        assertThat(Run.of("loop", two, none, two).outLines()).containsExactly("2\t" + two, "0\t" + none, "2\t" + two);
    }

    @Test
    void aMissingFileIsSaidInOneLine() {
        Run run = Run.of("loop", directory.resolve("nowhere").toString());

        assertThat(run.code()).isEqualTo(Main.FAILURE);
        assertThat(run.out()).isEmpty();
        assertThat(run.err()).contains("there is no file or directory");
        assertThat(run.err().lines()).hasSize(1);
    }

    private static String different(String resource) throws IOException {
        return IndependentCount.of(List.of(Run.resource(resource))).counts().size() + "\t" + resource;
    }
}

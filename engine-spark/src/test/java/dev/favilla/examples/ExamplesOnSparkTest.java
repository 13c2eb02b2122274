package dev.favilla.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.spark.LoopbackCluster;
import dev.favilla.spark.OnSpark;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The examples whose output is their result print on a cluster of Spark's what they print here. Prints the time of each.
 */
@Timeout(300)
@ExtendWith(OnSpark.class)
class ExamplesOnSparkTest {

    private static final String TEXTS = "TEXTS";

    /** Executors have another working directory. */
    private static final String PATH_OF_TEXTS = Path.of("../engine-examples/src/test/resources/data/state-of-the-union")
            .toAbsolutePath()
            .normalize()
            .toString();

    private record Ended(int code, String out, String err, long millis) {}

    /** Without what is said of copies of functions, which the engine counts and Spark does not. */
    private static String resultsIn(String out) {
        return out.lines()
                .filter(line -> !line.startsWith("captured:") && !line.startsWith("broadcast:"))
                .collect(Collectors.joining("\n"));
    }

    private static Ended run(String command, String master) {
        List<String> words = new ArrayList<>(Arrays.asList(command.split(" ", -1)));
        words.replaceAll(word -> word.equals(TEXTS) ? PATH_OF_TEXTS : word);
        words.addAll(List.of("--master", master));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        long begun = System.nanoTime();
        int code = new Main(new Console(printer(out), printer(err))).run(words);
        long millis = (System.nanoTime() - begun) / 1_000_000;
        return new Ended(code, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8), millis);
    }

    private static PrintStream printer(ByteArrayOutputStream bytes) {
        return new PrintStream(bytes, true, StandardCharsets.UTF_8);
    }

    @ParameterizedTest
    @ValueSource(strings = {"wordcount --partitions 4 --top 20", "pagerank", "airports", "tax", "addresses " + TEXTS})
    void printTheSameHereAndThere(String command, LoopbackCluster cluster) {
        Ended here = run(command, "local[2]");

        Ended there = run(command, cluster.master());

        assertThat(here.code()).as(here.err()).isEqualTo(Main.OK);
        assertThat(there.code()).as(there.err()).isEqualTo(Main.OK);
        assertThat(resultsIn(there.out())).isEqualTo(resultsIn(here.out())).isNotEmpty();
        System.out.printf(
                "%-34s here %6d ms, on Spark, its start included, %6d ms: equal%n",
                command, here.millis(), there.millis());
    }
}

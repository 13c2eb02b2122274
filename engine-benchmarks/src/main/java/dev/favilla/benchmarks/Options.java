package dev.favilla.benchmarks;

import dev.favilla.benchmarks.workload.Contender;
import dev.favilla.benchmarks.workload.Scale;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What the command line says.
 *
 * @param workloads names, or beginnings of names with a star
 * @param systems in the order in which they run
 * @param rounds JVMs of each system
 * @param warmUps runs in each JVM that are not counted
 * @param runs runs in each JVM that are
 * @param partitions on each side of a shuffle
 * @param heap of each JVM, as after {@code -Xmx}
 * @param jvmFlags further flags for each JVM
 * @param limitSeconds how long one JVM may take
 * @param data the directory for generated files
 * @param text the text to repeat, if not the one in the jar
 */
record Options(
        List<String> workloads,
        List<Contender> systems,
        Scale scale,
        int threads,
        int rounds,
        int warmUps,
        int runs,
        int partitions,
        String heap,
        List<String> jvmFlags,
        int limitSeconds,
        Path data,
        Optional<Path> text) {

    static final String USAGE = """
            Usage: java -jar benchmarks.jar WORKLOAD... [options]
                   java -jar benchmarks.jar list
                   java -jar benchmarks.jar micro [arguments of JMH]

              --systems LIST      %s (all that can do it)
              --scale S           full, small (a tenth), or a number to divide by (small)
              --threads N         threads of every system but 'single' (2)
              --runs N            measured runs in each JVM (3)
              --warmups N         runs before them (2)
              --rounds N          JVMs of each system, in turn (1)
              --partitions N      on each side of a shuffle (8)
              --heap SIZE         of each JVM (6g)
              --jvm "FLAGS"       further flags for each JVM
              --limit SECONDS     for one JVM (600)
              --data DIR          for generated files (target/data)
              --text FILE         the text of word-count (the one in the jar)
            """.formatted(String.join(
            ",", Stream.of(Contender.values()).map(Contender::label).toList()));

    /**
     * Returns what the arguments mean.
     *
     * @throws IllegalArgumentException if they mean nothing
     */
    static Options parse(List<String> arguments) {
        List<String> workloads = new ArrayList<>();
        Map<String, String> given = new HashMap<>();
        for (int i = 0; i < arguments.size(); i++) {
            String argument = arguments.get(i);
            if (!argument.startsWith("--")) {
                workloads.add(argument);
            } else if (i + 1 == arguments.size()) {
                throw new IllegalArgumentException(argument + " needs a value");
            } else {
                given.put(argument, arguments.get(++i));
            }
        }
        Options options = new Options(
                workloads,
                systems(given.remove("--systems")),
                Scale.of(text(given, "--scale", "small")),
                number(given, "--threads", 2),
                number(given, "--rounds", 1),
                number(given, "--warmups", 2),
                number(given, "--runs", 3),
                number(given, "--partitions", 8),
                text(given, "--heap", "6g"),
                words(given.remove("--jvm")),
                number(given, "--limit", 600),
                Path.of(text(given, "--data", "target/data")).toAbsolutePath(),
                Optional.ofNullable(given.remove("--text")).map(Path::of));
        if (!given.isEmpty()) {
            throw new IllegalArgumentException("there is no option " + String.join(", ", given.keySet()));
        }
        return options;
    }

    private static List<Contender> systems(String list) {
        return list == null
                ? List.of(Contender.values())
                : Stream.of(list.split(",")).map(Contender::of).toList();
    }

    private static List<String> words(String text) {
        return text == null || text.isBlank() ? List.of() : List.of(text.trim().split("\\s+"));
    }

    private static String text(Map<String, String> given, String key, String otherwise) {
        String value = given.remove(key);
        return value == null ? otherwise : value;
    }

    private static int number(Map<String, String> given, String key, int otherwise) {
        String value = given.remove(key);
        if (value == null) {
            return otherwise;
        }
        if (!value.matches("\\d{1,6}")) {
            throw new IllegalArgumentException(key + " must be a whole number, got '" + value + "'");
        }
        return Integer.parseInt(value);
    }
}

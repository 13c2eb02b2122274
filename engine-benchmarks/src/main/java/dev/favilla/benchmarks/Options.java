package dev.favilla.benchmarks;

import dev.favilla.benchmarks.workload.Contender;
import dev.favilla.benchmarks.workload.Scale;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
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
        Words words = Words.of(arguments);
        Options options = new Options(
                words.plain(),
                systems(words.text("--systems", "")),
                Scale.of(words.text("--scale", "small")),
                words.number("--threads", 2),
                words.number("--rounds", 1),
                words.number("--warmups", 2),
                words.number("--runs", 3),
                words.number("--partitions", 8),
                words.text("--heap", "6g"),
                split(words.text("--jvm", "")),
                words.number("--limit", 600),
                Path.of(words.text("--data", "target/data")).toAbsolutePath(),
                Optional.of(words.text("--text", ""))
                        .filter(file -> !file.isEmpty())
                        .map(Path::of));
        words.requireAllTaken();
        return options;
    }

    private static List<Contender> systems(String list) {
        return list.isEmpty()
                ? List.of(Contender.values())
                : Stream.of(list.split(",")).map(Contender::of).toList();
    }

    private static List<String> split(String text) {
        return text.isBlank() ? List.of() : List.of(text.trim().split("\\s+"));
    }

    /**
     * A command line in words: plain ones, and options with a value each.
     *
     * @param plain those that are no options
     * @param given values by option
     * @param taken the options that somebody has asked for
     */
    record Words(List<String> plain, Map<String, String> given, Set<String> taken) {

        static Words of(List<String> arguments) {
            List<String> plain = new ArrayList<>();
            Map<String, String> given = new TreeMap<>();
            for (int i = 0; i < arguments.size(); i++) {
                String argument = arguments.get(i);
                if (!argument.startsWith("--")) {
                    plain.add(argument);
                } else if (i + 1 == arguments.size()) {
                    throw new IllegalArgumentException(argument + " needs a value");
                } else {
                    given.put(argument, arguments.get(++i));
                }
            }
            return new Words(plain, given, new HashSet<>());
        }

        String text(String option, String otherwise) {
            taken.add(option);
            return given.getOrDefault(option, otherwise);
        }

        int number(String option, int otherwise) {
            String value = text(option, Integer.toString(otherwise));
            if (!value.matches("\\d{1,6}")) {
                throw new IllegalArgumentException(option + " must be a whole number, got '" + value + "'");
            }
            return Integer.parseInt(value);
        }

        void requireAllTaken() {
            Set<String> left = new TreeSet<>(given.keySet());
            left.removeAll(taken);
            if (!left.isEmpty()) {
                throw new IllegalArgumentException("there is no option " + String.join(", ", left));
            }
        }
    }
}

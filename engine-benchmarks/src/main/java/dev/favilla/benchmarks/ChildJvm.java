package dev.favilla.benchmarks;

import dev.favilla.benchmarks.workload.Contender;
import dev.favilla.benchmarks.workload.Workload;
import java.io.File;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Starts JVMs with the class path of one system each, and reads what they measured. */
final class ChildJvm {

    private static final String LIBRARIES = "lib";
    private static final int LINES_OF_A_FAILURE = 4;

    private final Options options;

    ChildJvm(Options options) {
        this.options = options;
    }

    /**
     * Has a system do a workload in a fresh JVM.
     *
     * @throws FailedRunException if it failed or took too long
     */
    List<Sample> run(Contender contender, Workload workload) throws IOException, InterruptedException {
        return workload.coldProcess() ? coldRuns(contender, workload) : samples(contender, workload);
    }

    private List<Sample> coldRuns(Contender contender, Workload workload) throws IOException, InterruptedException {
        List<Sample> samples = new ArrayList<>();
        for (int run = 0; run < options.runs(); run++) {
            long start = System.nanoTime();
            long checksum = samples(contender, workload).get(0).checksum();
            samples.add(new Sample(System.nanoTime() - start, 0, 0, 0, checksum));
        }
        return samples;
    }

    private List<Sample> samples(Contender contender, Workload workload) throws IOException, InterruptedException {
        return lines(command(contender, workload), options.limitSeconds()).stream()
                .filter(Sample::isLine)
                .map(Sample::ofLine)
                .toList();
    }

    /**
     * Runs a main class with the libraries of one system and returns what it prints.
     *
     * @throws FailedRunException if it failed or took too long
     */
    static List<String> lines(Contender contender, String heap, String mainClass, List<String> arguments, int limit)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(java(heap, List.of(), contender::needs));
        command.addAll(contender.jvmFlags());
        command.add(mainClass);
        command.addAll(arguments);
        return lines(command, limit);
    }

    private static List<String> lines(List<String> command, int limitSeconds) throws IOException, InterruptedException {
        Path out = Files.createTempFile("benchmark", ".out");
        Path err = Files.createTempFile("benchmark", ".err");
        try {
            Process process = new ProcessBuilder(command)
                    .redirectOutput(out.toFile())
                    .redirectError(err.toFile())
                    .start();
            if (!process.waitFor(limitSeconds, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                throw new FailedRunException("took more than " + limitSeconds + " s");
            }
            if (process.exitValue() != 0) {
                throw new FailedRunException(reason(err));
            }
            return Files.readAllLines(out);
        } finally {
            Files.deleteIfExists(out);
            Files.deleteIfExists(err);
        }
    }

    /** Returns the lines that name the errors, outermost first. */
    private static String reason(Path err) throws IOException {
        return Files.readAllLines(err).stream()
                .filter(line -> line.startsWith("Exception in") || line.startsWith("Caused by"))
                .limit(LINES_OF_A_FAILURE)
                .collect(Collectors.joining("; "));
    }

    private List<String> command(Contender contender, Workload workload) {
        List<String> command = new ArrayList<>(java(options.heap(), options.jvmFlags(), contender::needs));
        command.addAll(contender.jvmFlags());
        command.add(Entrant.class.getName());
        command.addAll(List.of(
                contender.label(),
                workload.name(),
                Integer.toString(options.threads()),
                Long.toString(options.scale().divisor()),
                Integer.toString(options.partitions()),
                options.data().toString(),
                Integer.toString(options.warmUps()),
                Integer.toString(options.runs())));
        return command;
    }

    /** Returns the command up to the main class, with the libraries that are needed. */
    private static List<String> java(String heap, List<String> jvmFlags, Predicate<String> needed) {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Xmx" + heap);
        command.addAll(jvmFlags);
        command.add("-cp");
        command.add(classPath(needed));
        return command;
    }

    /** Runs JMH in a JVM of its own, with its arguments, and returns its exit code. */
    static int runMicro(Options options, List<String> arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(java(
                options.heap(), options.jvmFlags(), jar -> Contender.FAVILLA.needs(jar) || Contender.SPARK.needs(jar)));
        command.add("org.openjdk.jmh.Main");
        command.addAll(arguments);
        return new ProcessBuilder(command).inheritIO().start().waitFor();
    }

    private static String classPath(Predicate<String> needed) {
        Path self = self();
        Path libraries = self.resolveSibling(LIBRARIES);
        try (Stream<Path> jars = Files.list(libraries)) {
            return Stream.concat(Stream.of(self), jars.sorted().filter(jar -> needed.test(fileName(jar))))
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        } catch (IOException e) {
            throw new IllegalStateException("no libraries in " + libraries + "; build the module with 'package'", e);
        }
    }

    private static String fileName(Path path) {
        return String.valueOf(path.getFileName());
    }

    private static Path self() {
        try {
            return Path.of(ChildJvm.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }
}

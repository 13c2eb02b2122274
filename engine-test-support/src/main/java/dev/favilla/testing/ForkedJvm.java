package dev.favilla.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A child JVM that runs one main class: for small heaps, other flags, and what a process prints or leaves when it dies.
 *
 * <pre>{@code
 * Result result = ForkedJvm.of(SortsMuch.class).jvmOptions("-Xmx64m").arguments("1000000").run(Duration.ofSeconds(30));
 * }</pre>
 *
 * <p>The child has this JVM's Java, class path and {@code java.io.tmpdir} unless told otherwise, and prints UTF-8.
 *
 * <p><b>Threads.</b> Immutable; each setter returns a new one. {@link #run} blocks its caller and starts no thread.
 *
 * <p><b>Failures.</b> A child that outlives its time is killed together with its own children, as is one whose waiting
 * parent is interrupted.
 */
public final class ForkedJvm {

    /** What would print "Picked up ..." into the child's output, or change it behind the test's back. */
    private static final List<String> UNWANTED_ENVIRONMENT =
            List.of("JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS");

    private static final Duration TIME_TO_DIE = Duration.ofSeconds(10);

    private final String mainClass;
    private final String classPath;
    private final List<String> jvmOptions;
    private final List<String> arguments;

    private ForkedJvm(String mainClass, String classPath, List<String> jvmOptions, List<String> arguments) {
        this.mainClass = mainClass;
        this.classPath = classPath;
        this.jvmOptions = List.copyOf(jvmOptions);
        this.arguments = List.copyOf(arguments);
    }

    /**
     * What a child left.
     *
     * @param exitCode 0 for success; above 128 where a signal ended it
     * @param stdout everything printed there
     * @param stderr everything printed there, the JVM's own warnings included
     */
    public record Result(int exitCode, String stdout, String stderr) {}

    /** Returns a JVM that will run {@code mainClass.main} with this JVM's class path and no options. */
    public static ForkedJvm of(Class<?> mainClass) {
        return of(mainClass.getName());
    }

    /** Returns a JVM that will run the main class of this name, which need not be on this JVM's class path. */
    public static ForkedJvm of(String mainClass) {
        return new ForkedJvm(mainClass, System.getProperty("java.class.path"), List.of(), List.of());
    }

    /** Returns the same with another class path, in the platform's own notation. */
    public ForkedJvm classPath(String entries) {
        return new ForkedJvm(mainClass, entries, jvmOptions, arguments);
    }

    /** Returns the same with these options, such as {@code -Xmx64m}, in place of earlier ones. */
    public ForkedJvm jvmOptions(String... options) {
        return new ForkedJvm(mainClass, classPath, List.of(options), arguments);
    }

    /** Returns the same with these arguments to {@code main}, in place of earlier ones. */
    public ForkedJvm arguments(String... values) {
        return new ForkedJvm(mainClass, classPath, jvmOptions, List.of(values));
    }

    /**
     * Runs the child to its end.
     *
     * @throws AssertionError if it has not ended within {@code timeout}; the message has what it printed so far
     * @throws InterruptedException if the caller is interrupted while it waits
     * @throws UncheckedIOException if the child cannot be started or its output cannot be read
     */
    public Result run(Duration timeout) throws InterruptedException {
        try (Outputs outputs = new Outputs()) {
            Process child = start(outputs);
            if (endsWithin(timeout, child)) {
                return new Result(child.exitValue(), outputs.stdout(), outputs.stderr());
            }
            throw new AssertionError("Child JVM running " + mainClass + " had not ended after " + timeout
                    + " and was killed.\nstdout:\n" + outputs.stdout() + "\nstderr:\n" + outputs.stderr());
        } catch (IOException e) {
            throw new UncheckedIOException("Cannot run a child JVM for " + mainClass, e);
        }
    }

    private Process start(Outputs outputs) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(command())
                .redirectOutput(outputs.stdoutFile().toFile())
                .redirectError(outputs.stderrFile().toFile());
        UNWANTED_ENVIRONMENT.forEach(builder.environment()::remove);
        Process child = builder.start();
        child.getOutputStream().close(); // a child that reads its input sees the end of it, not a wait
        return child;
    }

    private List<String> command() {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-Dfile.encoding=UTF-8");
        command.add("-Dstdout.encoding=UTF-8");
        command.add("-Dstderr.encoding=UTF-8");
        command.add("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"));
        command.addAll(jvmOptions);
        command.add("-cp");
        command.add(classPath);
        command.add(mainClass);
        command.addAll(arguments);
        return command;
    }

    private static boolean endsWithin(Duration timeout, Process child) throws InterruptedException {
        try {
            return child.waitFor(timeout.toNanos(), TimeUnit.NANOSECONDS);
        } finally {
            kill(child);
        }
    }

    private static void kill(Process child) throws InterruptedException {
        if (child.isAlive()) {
            child.descendants().forEach(ProcessHandle::destroyForcibly);
            child.destroyForcibly().waitFor(TIME_TO_DIE.toNanos(), TimeUnit.NANOSECONDS);
        }
    }

    /** Where the child prints: files rather than pipes, so that nobody must drain them and nobody can block. */
    private static final class Outputs implements AutoCloseable {

        private final Path directory;

        Outputs() throws IOException {
            directory = Files.createTempDirectory("forked-jvm-");
        }

        Path stdoutFile() {
            return directory.resolve("stdout");
        }

        Path stderrFile() {
            return directory.resolve("stderr");
        }

        String stdout() throws IOException {
            return read(stdoutFile());
        }

        String stderr() throws IOException {
            return read(stderrFile());
        }

        /** Never fails on bytes that are no UTF-8, which a dying JVM may leave. */
        private static String read(Path file) throws IOException {
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        }

        @Override
        public void close() throws IOException {
            Files.deleteIfExists(stdoutFile());
            Files.deleteIfExists(stderrFile());
            Files.deleteIfExists(directory);
        }
    }
}

package dev.favilla.spark;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A standalone cluster of Spark's on this machine: a master and two workers, each a JVM of its own with one core and 512 MiB,
 * made of Spark's part of the tests' class path.
 */
public final class LoopbackCluster implements AutoCloseable {

    private static final Pattern MASTER = Pattern.compile("Starting Spark master at (spark://\\S+)");
    private static final Pattern REGISTERED = Pattern.compile("Successfully registered with master");
    private static final long PATIENCE_SECONDS = 120;

    /** What Spark's own scripts open. */
    private static final List<String> OPENED = List.of(
            "java.lang",
            "java.lang.invoke",
            "java.lang.reflect",
            "java.io",
            "java.net",
            "java.nio",
            "java.util",
            "java.util.concurrent",
            "java.util.concurrent.atomic",
            "sun.nio.ch",
            "sun.nio.cs",
            "sun.security.action",
            "sun.util.calendar");

    private final Path home;
    private final Process masterProcess;
    private final String master;
    private final List<Process> workers = new ArrayList<>();

    private LoopbackCluster(Path home, Process masterProcess, String master) {
        this.home = home;
        this.masterProcess = masterProcess;
        this.master = master;
    }

    /** Starts the master and two workers, and returns once both have registered. */
    static LoopbackCluster start(Path directory) {
        try {
            Path home = Files.createDirectories(directory);
            Files.createDirectories(home.resolve("jars")); // where Spark looks for its own; the class path has them
            Process process = service(home, "org.apache.spark.deploy.master.Master", List.of("--webui-port", "0"));
            String address = await(process, MASTER);
            LoopbackCluster cluster = new LoopbackCluster(home, process, address);
            cluster.startWorker();
            cluster.startWorker();
            return cluster;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Starts another worker, and returns once it has registered. */
    void startWorker() {
        List<String> arguments =
                List.of("--cores", "1", "--memory", "512m", "--webui-port", "0", "--work-dir", home + "/work", master);
        try {
            Process worker = service(home, "org.apache.spark.deploy.worker.Worker", arguments);
            workers.add(worker);
            await(worker, REGISTERED);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Ends a worker and its executors at once, as if its machine had lost power. */
    void killNewestWorker() {
        kill(workers.remove(workers.size() - 1));
    }

    private static void kill(Process worker) {
        List<ProcessHandle> executors = worker.descendants().toList();
        worker.destroyForcibly();
        executors.forEach(ProcessHandle::destroyForcibly);
    }

    /** Returns what a context is opened with. */
    public String master() {
        return master;
    }

    /** Returns the class path of the tests, whatever the surefire plugin has made of it. */
    static String classPath() {
        return System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    }

    /**
     * Does what the script {@code spark-submit} does, in a JVM that has Spark's classes and none of ours, and waits for the end.
     *
     * @param arguments those after the master
     * @return what was said
     */
    String submit(List<String> arguments) throws IOException, InterruptedException {
        String sparks = OwnClasses.classPathWithoutThem();
        List<String> all = new ArrayList<>(List.of("--master", master));
        all.addAll(List.of("--driver-memory", "512m", "--executor-memory", "512m"));
        for (String setting : List.of(
                "spark.driver.extraClassPath=" + sparks,
                "spark.executor.extraClassPath=" + sparks,
                "spark.standalone.submit.waitAppCompletion=true")) {
            all.addAll(List.of("--conf", setting));
        }
        all.addAll(arguments);
        Process process = java(home, "512m", sparks, "org.apache.spark.deploy.SparkSubmit", all);
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        int code = process.waitFor();
        if (code != 0) {
            throw new IllegalStateException("spark-submit ended with " + code + ":\n" + said);
        }
        return said;
    }

    private static Process service(Path home, String mainClass, List<String> arguments) throws IOException {
        List<String> all = new ArrayList<>(List.of("--host", "127.0.0.1", "--port", "0"));
        all.addAll(arguments);
        return java(home, "256m", OwnClasses.classPathWithoutThem(), mainClass, all);
    }

    private static Process java(Path home, String heap, String classPath, String mainClass, List<String> arguments)
            throws IOException {
        List<String> command = new ArrayList<>();
        command.add(System.getProperty("java.home") + File.separator + "bin" + File.separator + "java");
        command.add("-Xmx" + heap);
        command.add("-XX:+UseSerialGC");
        for (String part : OPENED) {
            command.add("--add-opens=java.base/" + part + "=ALL-UNNAMED");
        }
        command.addAll(List.of("-cp", classPath, mainClass));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().put("SPARK_HOME", home.toString());
        builder.environment().put("SPARK_SCALA_VERSION", "2.13");
        builder.environment().put("SPARK_LOCAL_IP", "127.0.0.1");
        return builder.start();
    }

    /** Returns what a process says first that is like {@code pattern}; what it says later is read and dropped. */
    private static String await(Process process, Pattern pattern) {
        CompletableFuture<String> found = new CompletableFuture<>();
        Thread reader = new Thread(() -> read(process, pattern, found), "reads of a Spark process");
        reader.setDaemon(true);
        reader.start();
        try {
            return found.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            process.destroyForcibly();
            throw new IllegalStateException("interrupted while a Spark process started", e);
        } catch (ExecutionException | TimeoutException e) {
            process.destroyForcibly();
            throw new IllegalStateException("a Spark process did not start: " + e, e);
        }
    }

    private static void read(Process process, Pattern pattern, CompletableFuture<String> found) {
        List<String> said = new ArrayList<>();
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                Matcher matcher = pattern.matcher(line);
                if (matcher.find()) {
                    found.complete(matcher.groupCount() > 0 ? matcher.group(1) : line);
                } else if (!found.isDone()) {
                    said.add(line);
                }
            }
        } catch (IOException e) {
            said.add(e.toString());
        }
        found.completeExceptionally(new IllegalStateException(String.join("\n", said)));
    }

    @Override
    public void close() {
        workers.forEach(LoopbackCluster::kill);
        masterProcess.destroyForcibly();
    }
}

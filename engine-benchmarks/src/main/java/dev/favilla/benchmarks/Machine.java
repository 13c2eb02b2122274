package dev.favilla.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.stream.Stream;

/** Says where a table was measured. */
final class Machine {

    private Machine() {}

    /** Returns a list of facts as Markdown. */
    static String describe(Options options) {
        OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        return String.format(
                Locale.ROOT,
                """
                - machine: %s, %d cores, %.0f GiB, %s %s, load %.1f when started
                - JVM: %s %s (%s), `-Xmx%s %s`
                - commit: %s
                - scale %s, %d threads, %d partitions; %d round(s) of %d measured runs after %d warm-up(s)
                """,
                processor(),
                Runtime.getRuntime().availableProcessors(),
                system.getTotalMemorySize() / (double) (1L << 30),
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                system.getSystemLoadAverage(),
                System.getProperty("java.vm.name"),
                System.getProperty("java.runtime.version"),
                System.getProperty("java.vendor"),
                options.heap(),
                String.join(" ", options.jvmFlags()),
                commit(),
                options.scale().name(),
                options.threads(),
                options.partitions(),
                options.rounds(),
                options.runs(),
                options.warmUps());
    }

    private static String processor() {
        try (Stream<String> lines = Files.lines(Path.of("/proc/cpuinfo"))) {
            return lines.filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).trim())
                    .findFirst()
                    .orElse(System.getProperty("os.arch"));
        } catch (IOException e) { // not Linux
            return System.getProperty("os.arch");
        }
    }

    private static String commit() {
        try {
            Process git = new ProcessBuilder("git", "describe", "--always", "--dirty")
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
            String text = new String(git.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
            return text.isBlank() ? "unknown" : text.trim();
        } catch (IOException e) { // no git
            return "unknown";
        }
    }
}

package dev.favilla;

import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.spi.ClusterProvider;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where a context runs its tasks, in Spark's grammar.
 *
 * @param text as it was given
 * @param isolated whether everything between executors, and between them and the driver, passes as bytes
 * @param executors how many executors there are; one unless they are isolated
 * @param cores task slots of each
 * @param memoryBytes the budget of each, if the text says it
 * @param maxTaskFailures failures of one partition that fail a job
 * @param provider who connects to the cluster where tasks run; null if they run here
 * @param elsewhere that cluster, once it is connected
 */
record Master(
        String text,
        boolean isolated,
        int executors,
        int cores,
        OptionalLong memoryBytes,
        int maxTaskFailures,
        @Nullable ClusterProvider provider,
        @Nullable Elsewhere elsewhere) {

    private static final Pattern LOCAL =
            Pattern.compile("local(?:\\[\\s*(?<cores>\\*|\\d+)\\s*(?:,\\s*(?<failures>\\d+)\\s*)?])?");
    private static final Pattern LOCAL_CLUSTER = Pattern.compile(
            "local-cluster\\[\\s*(?<executors>\\d+)\\s*,\\s*(?<cores>\\d+)\\s*,\\s*(?<memory>\\d+)\\s*]");

    /** More slots than any machine has cores; a larger number is a mistake. */
    private static final int MAX_CORES = 4096;

    /** As on a cluster, where an executor's loss is expected. */
    private static final int ISOLATED_TASK_FAILURES = 4;

    private static final int MIB_SHIFT = 20;
    private static final int MIN_MEMORY_MIB = (int) (UnifiedMemoryManager.MINIMUM_POOL_BYTES >> MIB_SHIFT);

    static Master parse(String text) {
        Matcher local = LOCAL.matcher(text.strip());
        if (local.matches()) {
            return local(text, local.group("cores"), local.group("failures"));
        }
        Matcher cluster = LOCAL_CLUSTER.matcher(text.strip());
        if (cluster.matches()) {
            return cluster(text, cluster);
        }
        ClusterProvider provider = Elsewhere.provider(text).orElse(null);
        if (provider != null) {
            return onCluster(text, provider);
        }
        throw invalid(
                text,
                text.startsWith("local-cluster")
                        ? "expected local-cluster[E,C,M], where E is the number of isolated executors, C how many task"
                                + " slots each has, and M the memory budget of each in MiB"
                        : "expected local, local[N], local[*], local[N,F] or local[*,F], where N is the number of task"
                                + " slots and F how often a task may fail, or local-cluster[E,C,M]");
    }

    private static Master onCluster(String text, @Nullable ClusterProvider provider) {
        return new Master(text, true, 1, 1, OptionalLong.empty(), ISOLATED_TASK_FAILURES, provider, null);
    }

    /** Returns the master of a process that a cluster has started. */
    static Master partOfCluster() {
        return onCluster("cluster", null);
    }

    /** Returns this master with the cluster that was connected to. */
    Master on(Elsewhere connected) {
        int slots = Math.max(1, connected.cluster().slots());
        return new Master(text, isolated, executors, slots, memoryBytes, maxTaskFailures, provider, connected);
    }

    private static Master local(String text, @Nullable String cores, @Nullable String failures) {
        return new Master(
                text,
                false,
                1,
                cores == null ? 1 : cores.equals("*") ? available() : number(text, cores, MAX_CORES),
                OptionalLong.empty(),
                failures == null ? 1 : number(text, failures, Integer.MAX_VALUE),
                null,
                null);
    }

    private static Master cluster(String text, Matcher parts) {
        int executors = number(text, parts.group("executors"), MAX_CORES);
        int cores = number(text, parts.group("cores"), MAX_CORES);
        int mib = number(text, parts.group("memory"), Integer.MAX_VALUE);
        if (mib < MIN_MEMORY_MIB) {
            throw invalid(
                    text,
                    "the memory of an executor must be >= " + MIN_MEMORY_MIB + " MiB, the minimum to run tasks in, got "
                            + mib);
        }
        return isolated(text, executors, cores, OptionalLong.of((long) mib << MIB_SHIFT));
    }

    /** Returns the master of a builder that was told how many executors there are, and perhaps their slots. */
    static Master isolated(int executors, @Nullable Integer cores) {
        int slots = cores == null ? Math.max(1, available() / Math.max(1, executors)) : cores;
        String text = "executors(" + executors + ").cores(" + slots + ")";
        if (executors < 1 || slots < 1) {
            throw invalid(text, "both numbers must be >= 1");
        }
        return isolated(text, executors, slots, OptionalLong.empty());
    }

    private static Master isolated(String text, int executors, int cores, OptionalLong memoryBytes) {
        if ((long) executors * cores > MAX_CORES) {
            throw invalid(
                    text, "there must be at most " + MAX_CORES + " task slots in all, got " + (long) executors * cores);
        }
        return new Master(text, true, executors, cores, memoryBytes, ISOLATED_TASK_FAILURES, null, null);
    }

    static Master allCores() {
        return new Master("local[*]", false, 1, available(), OptionalLong.empty(), 1, null, null);
    }

    /** Returns this master as text in the grammar, its executors having {@code bytes} each. */
    Master withMemory(long bytes) {
        String grammar = isolated && memoryBytes.isEmpty() && provider == null
                ? "local-cluster[" + executors + "," + cores + "," + (bytes >> MIB_SHIFT) + "]"
                : text;
        return new Master(
                grammar, isolated, executors, cores, OptionalLong.of(bytes), maxTaskFailures, provider, elsewhere);
    }

    /** Returns how many tasks run at once. */
    int slots() {
        return executors * cores;
    }

    private static int available() {
        return Runtime.getRuntime().availableProcessors();
    }

    private static int number(String text, String digits, int max) {
        long value = digits.length() > 10 ? Long.MAX_VALUE : Long.parseLong(digits);
        if (value < 1 || value > max) {
            throw invalid(text, "numbers must be between 1 and " + max + ", got " + digits);
        }
        return (int) value;
    }

    private static InvalidSettingException invalid(String text, String problem) {
        return new InvalidSettingException(Setting.MASTER.key(), text, problem + ".");
    }
}

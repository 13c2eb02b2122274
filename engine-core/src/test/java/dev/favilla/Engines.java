package dev.favilla;

import static org.assertj.core.api.Assertions.assertThat;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.TaskScope;
import dev.favilla.disk.DiskUsage;
import dev.favilla.memory.MemoryAccount;
import dev.favilla.scheduler.RunningTask;
import dev.favilla.status.JobReport;
import dev.favilla.task.TaskContext;
import dev.favilla.testing.TestMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the tests of this package ask of contexts again and again. */
final class Engines {

    private static final Duration PATIENCE = Duration.ofSeconds(20);
    private static final long MIB = 1L << 20;
    private static final String STRICT = " strict";
    private static final String CLUSTER = "local-cluster[3,1,128]";
    private static final Pattern LOCAL = Pattern.compile("local(\\[(?<cores>\\d+)(,(?<attempts>\\d+))?])?");

    private Engines() {}

    /**
     * Opens a context; in strict mode, if the master has {@code strict} behind it.
     *
     * @param master what the test is about; it is not what is opened where tests run in a {@link TestMode}
     */
    static EngineContext open(String master) {
        return builder(master).open();
    }

    /** Returns what opens a context with this master, or with what stands for it in the {@link TestMode}. */
    static EngineContext.Builder builder(String master) {
        if (master.endsWith(STRICT)) {
            return builder(master.substring(0, master.length() - STRICT.length()))
                    .strict();
        }
        Matcher local = LOCAL.matcher(master);
        return switch (TestMode.current()) {
            case PLAIN -> EngineContext.builder().master(master);
            case STRICT -> EngineContext.builder().master(master).strict();
            case MEMORY ->
                local.matches() ? cluster(local) : EngineContext.builder().master(master);
            case TCP ->
                (local.matches() ? cluster(local) : EngineContext.builder().master(master))
                        .set("favilla.transfer", "tcp");
            case SPARK ->
                local.matches() ? spark(local) : EngineContext.builder().master(master);
        };
    }

    /**
     * The same, with so much memory for each executor.
     *
     * @param bytes a number of mebibytes
     */
    static EngineContext.Builder builder(String master, long bytes) {
        EngineContext.Builder builder = builder(master);
        return TestMode.current().isIsolated() && LOCAL.matcher(master).matches()
                ? builder.master("local-cluster[3,1," + bytes / MIB + "]")
                : builder.memory(bytes);
    }

    /** Three executors that share nothing, with as many partitions and attempts as one with threads would have. */
    private static EngineContext.Builder cluster(Matcher local) {
        String attempts = Objects.requireNonNullElse(local.group("attempts"), "1");
        return EngineContext.builder()
                .master(CLUSTER)
                .set("favilla.default.parallelism", cores(local))
                .set("favilla.task.maxFailures", attempts);
    }

    /** A context of Spark's; the one that is there, if there is one: it has one in a JVM. */
    private static EngineContext.Builder spark(Matcher local) {
        return isSparkThere()
                ? EngineContext.builder().master("spark:existing").set("favilla.default.parallelism", cores(local))
                : EngineContext.builder().master("spark:" + local.group());
    }

    /** Asks by reflection, for this module does not know of Spark. */
    private static boolean isSparkThere() {
        try {
            Class<?> contexts = Class.forName("org.apache.spark.SparkContext$");
            Object active = contexts.getMethod("getActive")
                    .invoke(contexts.getField("MODULE$").get(null));
            return (boolean) active.getClass().getMethod("isDefined").invoke(active);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException("This mode needs Spark, as engine-spark has it", e);
        }
    }

    private static String cores(Matcher local) {
        return Objects.requireNonNullElse(local.group("cores"), "1");
    }

    /** Returns the records of each partition. */
    static <T> List<List<T>> partitionsOf(RDD<T> dataset) {
        return dataset.mapPartitions(records -> List.of(toList(records)).iterator())
                .collect();
    }

    static <T> List<T> toList(Iterator<T> records) {
        List<T> list = new ArrayList<>();
        records.forEachRemaining(list::add);
        return list;
    }

    /** Returns the report of the job that ended last. */
    static JobReport lastJob(EngineContext engine) {
        List<JobReport> jobs = engine.recentJobs();
        return jobs.get(jobs.size() - 1);
    }

    /** Returns how many shuffles an action on {@code dataset} would run. */
    static int shufflesOf(RDD<?> dataset) {
        return dataset.explain().split("writes shuffle", -1).length - 1;
    }

    /** Fails the first attempt at each partition of each stage, and passes {@code record} on in any other. */
    static <T> T notInFirstAttempt(T record) {
        if (attemptNumber() == 0) {
            throw new IllegalStateException("the first attempt fails on purpose");
        }
        return record;
    }

    static int attemptNumber() {
        return Objects.requireNonNull(TaskContext.get(), "outside of a task").attemptNumber();
    }

    /** Has the task hold all memory it gets but a megabyte, if the whole budget is small. */
    static boolean holdMost() {
        TaskScope scope = ((RunningTask) Objects.requireNonNull(TaskContext.get(), "outside of a task")).scope();
        scope.attachment("most", Long.class, () -> {
            long granted = scope.memory().reserve(64 * MIB);
            long held = granted == 64 * MIB ? 0 : Math.max(0, granted - MIB);
            scope.memory().release(granted - held);
            scope.onClose(() -> scope.memory().release(held));
            return held;
        });
        return true;
    }

    /** Has the task ask for all memory there is and give it back, so that whatever can leave the memory does. */
    static boolean pressMemory() {
        MemoryAccount memory = ((RunningTask) Objects.requireNonNull(TaskContext.get(), "outside of a task"))
                .scope()
                .memory();
        memory.release(memory.reserve(1L << 40));
        return true;
    }

    /** {@link #pressMemory} at every five hundredth record of a task. */
    static boolean pressMemoryNowAndThen() {
        TaskScope scope = ((RunningTask) Objects.requireNonNull(TaskContext.get(), "outside of a task")).scope();
        int record = scope.attachment("records that might press", int[].class, () -> new int[1])[0]++;
        return record % 500 != 499 || pressMemory();
    }

    /** Checks that nothing runs any more, nothing is held for a task, and another job runs as ever. */
    static void assertUsable(EngineContext engine) {
        assertIdle(engine);
        assertThat(engine.parallelize(List.of(1, 2, 3, 4), 3)
                        .mapToPair(x -> Pair.of(x % 2, x))
                        .reduceByKey(Integer::sum, 2)
                        .collectAsMap())
                .isEqualTo(java.util.Map.of(0, 6, 1, 4));
        assertIdle(engine);
    }

    /** Attempts of a job that failed may end after it; waits for that. */
    static void assertIdle(EngineContext engine) {
        await(() -> engine.status().scheduler().isIdle()
                && engine.status().memory().executionBytes() == 0
                && engine.status().memory().activeTasks() == 0
                && hasOnDiskOnlyWhatIsKept(engine.status()));
        EngineStatus status = engine.status();
        assertThat(status.scheduler().isIdle()).as("%s", status).isTrue();
        assertThat(status.memory().executionBytes()).as("%s", status).isZero();
        assertThat(status.memory().activeTasks()).as("%s", status).isZero();
        assertThat(hasOnDiskOnlyWhatIsKept(status)).as("%s", status).isTrue();
        assertThat(engine.recentJobs())
                .as("memory that attempts left behind")
                .allMatch(job -> job.metrics().get(Metric.MEMORY_BYTES_LEAKED) == 0);
    }

    /** Map outputs and cached blocks may lie there while their datasets can be reached; runs of tasks may not. */
    private static boolean hasOnDiskOnlyWhatIsKept(EngineStatus status) {
        return status.mapOutputs() > 0
                || status.cachedBlocks() > 0
                || status.disk().equals(DiskUsage.NONE);
    }

    /** Waits until {@code condition} holds, or gives up after a time in which it should have; the caller asserts. */
    static void await(BooleanSupplier condition) {
        long end = System.nanoTime() + PATIENCE.toNanos();
        while (!condition.getAsBoolean() && System.nanoTime() - end < 0) {
            Thread.onSpinWait();
        }
    }

    /** Returns {@code text} with line numbers of test sources replaced by {@code N}. */
    static String withoutLines(String text) {
        return text.replaceAll("(\\w+Test\\.java):\\d+", "$1:N");
    }
}

package dev.favilla;

import dev.favilla.disk.DiskSettings;
import dev.favilla.memory.Bytes;
import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.pipeline.CodeCache;
import dev.favilla.pipeline.strict.Strictness;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.spi.ClusterProvider;
import dev.favilla.text.InputLimits;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a context was opened with: typed, validated, immutable.
 *
 * @param appName a name for people
 * @param master where tasks run
 * @param defaultParallelism the default number of partitions, if it was set
 * @param retries how often things may be tried
 * @param scheduling in which order, where and how patiently tasks are run
 * @param memoryBytes the budget of each executor
 * @param storageFraction the share of it that execution may not take from cached blocks
 * @param disk where each executor may put files, and how much
 * @param listenerQueueCapacity events that may wait for one listener
 * @param serialization how things become bytes
 * @param input how much files may make of themselves
 * @param checkpoints where they go
 * @param sharedBudget what the context shares with others; null if each executor has a budget of its own
 * @param specializeAfter after how many records chains of operators get classes of their own
 * @param strictness how much strict mode looks at
 * @param transfer how blocks move between isolated executors
 */
record EngineSettings(
        String appName,
        Master master,
        OptionalInt defaultParallelism,
        RetryPolicy retries,
        SchedulingPolicy scheduling,
        long memoryBytes,
        double storageFraction,
        DiskSettings disk,
        int listenerQueueCapacity,
        SerializationSettings serialization,
        InputLimits input,
        CheckpointDirectory checkpoints,
        @Nullable MemoryBudget sharedBudget,
        long specializeAfter,
        Strictness strictness,
        TransferSettings transfer) {

    private static final int MANY = 1_000_000;

    /**
     * @param values the settings that were given
     * @param master where tasks run; its memory is looked up in the settings if it says none
     * @param scheduling made of the settings
     * @param serialization made of the settings
     * @param sharedBudget what the context shares with others, if it does
     */
    static EngineSettings of(
            Map<Setting, String> values,
            Master master,
            SchedulingPolicy scheduling,
            SerializationSettings serialization,
            @Nullable MemoryBudget sharedBudget) {
        long memoryBytes =
                sharedBudget == null ? memoryBytes(values, master) : sharedBytes(values, master, sharedBudget);
        return new EngineSettings(
                values.getOrDefault(Setting.APP_NAME, "favilla"),
                master.withMemory(memoryBytes),
                parallelism(values.get(Setting.DEFAULT_PARALLELISM)),
                retries(values, master),
                scheduling,
                memoryBytes,
                Setting.MEMORY_STORAGE_FRACTION.fraction(
                        values.getOrDefault(Setting.MEMORY_STORAGE_FRACTION, "0.5"), true),
                disk(values),
                Setting.LISTENER_QUEUE_CAPACITY.integer(
                        values.getOrDefault(Setting.LISTENER_QUEUE_CAPACITY, "10000"), 10 * MANY),
                serialization,
                input(values),
                checkpoints(values),
                sharedBudget,
                specializeAfter(values.getOrDefault(Setting.PIPELINE_SPECIALIZE, "true")),
                strictness(values.getOrDefault(Setting.STRICT, "false")),
                TransferSettings.of(values, master));
    }

    /**
     * Returns the same once the cluster is connected to that the master names, if it names one.
     *
     * @param values the settings that were given
     */
    EngineSettings connected(Map<Setting, String> values) {
        ClusterProvider provider = master.provider();
        if (provider == null) {
            return this;
        }
        return new EngineSettings(
                appName,
                master.on(Elsewhere.connect(provider, this, values)),
                defaultParallelism,
                retries,
                scheduling,
                memoryBytes,
                storageFraction,
                disk,
                listenerQueueCapacity,
                serialization,
                input,
                checkpoints,
                sharedBudget,
                specializeAfter,
                strictness,
                transfer);
    }

    /** Whoever gives a budget to several contexts has said all that there is to say about it. */
    private static long sharedBytes(Map<Setting, String> values, Master master, MemoryBudget budget) {
        for (Setting setting :
                List.of(Setting.MEMORY_BYTES, Setting.MEMORY_FRACTION, Setting.MEMORY_STORAGE_FRACTION)) {
            String given = values.get(setting);
            if (given != null) {
                throw new InvalidSettingException(
                        setting.key(),
                        given,
                        "the context shares " + budget + " with others, whose size is set where it is made. Leave"
                                + " this setting out, or EngineContext.builder().memoryBudget.");
            }
        }
        if (master.isolated()) {
            throw new InvalidSettingException(
                    Setting.MASTER.key(),
                    master.text(),
                    "each isolated executor has a budget of its own, so " + budget + " cannot be shared. Use local[N],"
                            + " or leave EngineContext.builder().memoryBudget out.");
        }
        return budget.bytes();
    }

    /** Returns the budget of another executor. */
    MemoryBudget budget() {
        return sharedBudget == null ? MemoryBudget.of(memoryBytes, storageFraction) : sharedBudget;
    }

    private static InputLimits input(Map<Setting, String> values) {
        String record = values.getOrDefault(Setting.INPUT_MAX_RECORD_SIZE, "256m");
        long recordBytes = Setting.INPUT_MAX_RECORD_SIZE.bytes(record, 1);
        if (recordBytes > InputLimits.LARGEST_RECORD) {
            throw Setting.INPUT_MAX_RECORD_SIZE.invalid(record);
        }
        return new InputLimits(
                (int) recordBytes,
                Setting.INPUT_MAX_GZIP_SIZE.bytes(values.getOrDefault(Setting.INPUT_MAX_GZIP_SIZE, "0"), 0),
                Setting.INPUT_MAX_GZIP_RATIO.integer(values.getOrDefault(Setting.INPUT_MAX_GZIP_RATIO, "500"), MANY));
    }

    private static CheckpointDirectory checkpoints(Map<Setting, String> values) {
        String directory = values.get(Setting.CHECKPOINT_DIR);
        if (directory != null && directory.isBlank()) {
            throw Setting.CHECKPOINT_DIR.invalid(directory);
        }
        boolean cleans =
                Setting.CHECKPOINT_CLEAN_FILES.flag(values.getOrDefault(Setting.CHECKPOINT_CLEAN_FILES, "false"));
        return new CheckpointDirectory(directory, cleans, input(values));
    }

    private static long specializeAfter(String value) {
        return switch (value.strip()) {
            case "true" -> CodeCache.WORTHWHILE;
            case "false" -> Long.MAX_VALUE;
            case "0" -> 0;
            default -> Setting.PIPELINE_SPECIALIZE.integer(value, 1000 * MANY);
        };
    }

    private static Strictness strictness(String value) {
        return switch (value.strip()) {
            case "true" -> Strictness.FULL;
            case "once" -> Strictness.ONCE;
            case "false" -> Strictness.OFF;
            default -> throw Setting.STRICT.invalid(value);
        };
    }

    private static OptionalInt parallelism(@Nullable String value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(Setting.DEFAULT_PARALLELISM.integer(value, MANY));
    }

    private static DiskSettings disk(Map<Setting, String> values) {
        String given = values.get(Setting.LOCAL_DIR);
        long limit = Setting.LOCAL_MAX_BYTES.bytes(values.getOrDefault(Setting.LOCAL_MAX_BYTES, "0"), 0);
        return new DiskSettings(
                given == null ? List.of(System.getProperty("java.io.tmpdir")) : directories(given),
                limit == 0 ? Long.MAX_VALUE : limit);
    }

    private static List<String> directories(String given) {
        List<String> directories =
                Stream.of(given.split(",", -1)).map(String::strip).toList();
        for (String directory : directories) {
            if (directory.isEmpty()) {
                throw Setting.LOCAL_DIR.invalid(given);
            }
            Optional<String> problem = DiskSettings.problemWith(directory);
            if (problem.isPresent()) {
                throw new InvalidSettingException(
                        Setting.LOCAL_DIR.key(),
                        given,
                        problem.get() + ". There are expected one directory, or several separated by commas, which"
                                + " exist and can be written.");
            }
        }
        return directories;
    }

    private static RetryPolicy retries(Map<Setting, String> values, Master master) {
        RetryPolicy local = RetryPolicy.LOCAL;
        return new RetryPolicy(
                Setting.TASK_MAX_FAILURES.integer(
                        values.getOrDefault(Setting.TASK_MAX_FAILURES, String.valueOf(master.maxTaskFailures())), 1000),
                Setting.STAGE_MAX_CONSECUTIVE_ATTEMPTS.integer(
                        values.getOrDefault(
                                Setting.STAGE_MAX_CONSECUTIVE_ATTEMPTS,
                                String.valueOf(local.maxConsecutiveStageAttempts())),
                        MANY),
                Setting.STAGE_MAX_ATTEMPTS.integer(
                        values.getOrDefault(Setting.STAGE_MAX_ATTEMPTS, String.valueOf(local.maxStageAttempts())),
                        MANY));
    }

    private static long memoryBytes(Map<Setting, String> values, Master master) {
        String given = values.get(Setting.MEMORY_BYTES);
        if (given == null) {
            return master.memoryBytes().orElseGet(() -> shareOfHeap(values, master));
        }
        long bytes = Setting.MEMORY_BYTES.bytes(given, UnifiedMemoryManager.MINIMUM_POOL_BYTES);
        if (master.memoryBytes().isPresent() && master.memoryBytes().getAsLong() != bytes) {
            throw new InvalidSettingException(
                    Setting.MEMORY_BYTES.key(),
                    given,
                    "expected what " + master.text() + " says, "
                            + Bytes.format(master.memoryBytes().getAsLong())
                            + " for each executor. Leave one of both out.");
        }
        return bytes;
    }

    /** Executors share out equally what one would have alone. */
    private static long shareOfHeap(Map<Setting, String> values, Master master) {
        String given = values.getOrDefault(Setting.MEMORY_FRACTION, "0.6");
        double fraction = Setting.MEMORY_FRACTION.fraction(given, false);
        long heap = Runtime.getRuntime().maxMemory();
        long all = UnifiedMemoryManager.defaultPoolBytes(heap, fraction);
        long each = all / master.executors();
        if (!master.isolated() && each < UnifiedMemoryManager.MINIMUM_POOL_BYTES) {
            throw new InvalidSettingException(
                    Setting.MEMORY_FRACTION.key(),
                    given,
                    "of a heap of " + Bytes.format(heap) + " less a reserve that is a budget of " + Bytes.format(each)
                            + ", expected at least " + Bytes.format(UnifiedMemoryManager.MINIMUM_POOL_BYTES)
                            + ". Give the JVM a larger heap with -Xmx, or set the budget with"
                            + " EngineContext.builder().memory.");
        }
        if (master.isolated() && each < UnifiedMemoryManager.MINIMUM_POOL_BYTES) {
            throw new InvalidSettingException(
                    Setting.MASTER.key(),
                    master.text(),
                    "a budget of " + Bytes.format(all) + " for all executors is " + Bytes.format(each) + " for each,"
                            + " expected at least " + Bytes.format(UnifiedMemoryManager.MINIMUM_POOL_BYTES)
                            + ". Use fewer executors, give the JVM a larger heap with -Xmx, or set the budget of each"
                            + " with EngineContext.builder().memory.");
        }
        return each;
    }

    /**
     * Returns how much of the heap the blocks that an executor caches may take beside its budget while they grow: its part
     * of half the heap that no budget speaks of, and never less than an eighth of the budget.
     */
    long unrollBytes() {
        long outside = Runtime.getRuntime().maxMemory() - memoryBytes * master.executors();
        return Math.max(memoryBytes / 8, outside / 2 / master.executors());
    }

    /** Returns the number of partitions where nothing else says one. */
    int parallelism() {
        return defaultParallelism.orElse(master.slots());
    }
}

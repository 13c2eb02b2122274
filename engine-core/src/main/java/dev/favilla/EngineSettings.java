package dev.favilla;

import dev.favilla.memory.UnifiedMemoryManager;
import dev.favilla.scheduler.RetryPolicy;
import dev.favilla.serializer.KryoRegistration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/**
 * What a context was opened with: typed, validated, immutable.
 *
 * @param appName a name for people
 * @param master where tasks run
 * @param defaultParallelism the default number of partitions, if it was set
 * @param retries how often things may be tried
 * @param memoryBytes the budget of the executor
 * @param storageFraction the share of it that execution may not take from cached blocks
 * @param listenerQueueCapacity events that may wait for one listener
 * @param serialization how things become bytes
 */
record EngineSettings(
        String appName,
        Master master,
        OptionalInt defaultParallelism,
        RetryPolicy retries,
        long memoryBytes,
        double storageFraction,
        int listenerQueueCapacity,
        SerializationSettings serialization) {

    private static final int MANY = 1_000_000;

    static EngineSettings of(Map<Setting, String> given, List<KryoRegistration> registrations) {
        Map<Setting, String> values = new EnumMap<>(Setting.class);
        values.putAll(given);
        String masterText = values.get(Setting.MASTER);
        Master master = masterText == null ? Master.allCores() : Master.parse(masterText);
        return new EngineSettings(
                values.getOrDefault(Setting.APP_NAME, "favilla"),
                master,
                parallelism(values.get(Setting.DEFAULT_PARALLELISM)),
                retries(values, master),
                memoryBytes(values),
                Setting.MEMORY_STORAGE_FRACTION.fraction(
                        values.getOrDefault(Setting.MEMORY_STORAGE_FRACTION, "0.5"), true),
                Setting.LISTENER_QUEUE_CAPACITY.integer(
                        values.getOrDefault(Setting.LISTENER_QUEUE_CAPACITY, "10000"), 10 * MANY),
                SerializationSettings.of(values, registrations));
    }

    private static OptionalInt parallelism(@Nullable String value) {
        return value == null ? OptionalInt.empty() : OptionalInt.of(Setting.DEFAULT_PARALLELISM.integer(value, MANY));
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

    private static long memoryBytes(Map<Setting, String> values) {
        String bytes = values.get(Setting.MEMORY_BYTES);
        if (bytes != null) {
            long number = Setting.MEMORY_BYTES.whole(bytes);
            if (number < UnifiedMemoryManager.MINIMUM_POOL_BYTES) {
                throw Setting.MEMORY_BYTES.invalid(bytes);
            }
            return number;
        }
        double fraction = Setting.MEMORY_FRACTION.fraction(values.getOrDefault(Setting.MEMORY_FRACTION, "0.6"), false);
        return UnifiedMemoryManager.defaultPoolBytes(Runtime.getRuntime().maxMemory(), fraction);
    }

    int cores() {
        return master.cores();
    }

    /** Returns the number of partitions where nothing else says one. */
    int parallelism() {
        return defaultParallelism.orElse(cores());
    }
}

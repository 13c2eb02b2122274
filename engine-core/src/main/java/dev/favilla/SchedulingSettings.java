package dev.favilla;

import dev.favilla.job.PoolMode;
import dev.favilla.job.PoolSpec;
import dev.favilla.scheduler.SchedulingPolicy;
import dev.favilla.scheduler.SpeculationPolicy;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Reads the settings that say in which order, where and how patiently tasks are run. */
final class SchedulingSettings {

    /** One in so many bytes of the heap may be results of one job, unless another limit is set. */
    private static final int RESULT_PART = 4;

    private final Map<Setting, String> values;

    private SchedulingSettings(Map<Setting, String> values) {
        this.values = values;
    }

    /** @param pools those that users have described */
    static SchedulingPolicy of(Map<Setting, String> values, List<PoolSpec> pools) {
        return new SchedulingSettings(values).policy(pools);
    }

    private SchedulingPolicy policy(List<PoolSpec> pools) {
        SchedulingPolicy standard = SchedulingPolicy.DEFAULT;
        return new SchedulingPolicy(
                mode(standard.mode()),
                pools,
                duration(Setting.LOCALITY_WAIT, standard.localityWait()),
                speculation(standard.speculation()),
                duration(Setting.TASK_INTERRUPT_AFTER, standard.interruptAfter()),
                duration(Setting.TASK_REPLACE_AFTER, standard.replaceAfter()),
                duration(Setting.EXECUTOR_WAIT, standard.executorWait()),
                maxResultBytes(Runtime.getRuntime().maxMemory()));
    }

    private PoolMode mode(PoolMode standard) {
        String value = values.getOrDefault(Setting.SCHEDULER_MODE, standard.name());
        return switch (value.strip().toUpperCase(Locale.ROOT)) {
            case "FIFO" -> PoolMode.FIFO;
            case "FAIR" -> PoolMode.FAIR;
            default -> throw Setting.SCHEDULER_MODE.invalid(value);
        };
    }

    private SpeculationPolicy speculation(SpeculationPolicy standard) {
        Duration interval = duration(Setting.SPECULATION_INTERVAL, standard.interval());
        if (interval.isZero()) {
            throw Setting.SPECULATION_INTERVAL.invalid(values.getOrDefault(Setting.SPECULATION_INTERVAL, ""));
        }
        return new SpeculationPolicy(
                Setting.SPECULATION.flag(
                        values.getOrDefault(Setting.SPECULATION, Boolean.toString(standard.enabled()))),
                interval,
                Setting.SPECULATION_MULTIPLIER.atLeast(
                        1, values.getOrDefault(Setting.SPECULATION_MULTIPLIER, String.valueOf(standard.multiplier()))),
                Setting.SPECULATION_QUANTILE.fraction(
                        values.getOrDefault(Setting.SPECULATION_QUANTILE, String.valueOf(standard.quantile())), false),
                duration(Setting.SPECULATION_MIN_TASK_RUNTIME, standard.minRuntime()));
    }

    /** As in Spark, 0 is no limit. What is not set is a part of the heap, which holds the results. */
    private long maxResultBytes(long heapBytes) {
        String value = values.getOrDefault(Setting.DRIVER_MAX_RESULT_SIZE, String.valueOf(heapBytes / RESULT_PART));
        long bytes = Setting.DRIVER_MAX_RESULT_SIZE.bytes(value, 0);
        return bytes == 0 ? Long.MAX_VALUE : bytes;
    }

    private Duration duration(Setting setting, Duration standard) {
        String value = values.get(setting);
        return value == null ? standard : setting.duration(value);
    }
}

package dev.favilla;

import dev.favilla.job.JobProperties;
import dev.favilla.job.PoolSpec;
import dev.favilla.pipeline.strict.Strictness;
import dev.favilla.serializer.NamedClasses;
import dev.favilla.spi.Cluster;
import dev.favilla.spi.ClusterProvider;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The cluster that a context runs its jobs on, and what was set for it.
 *
 * @param cluster is connected
 * @param values the settings that were given
 * @param classes numbers those of records, so that other processes know them
 */
record Elsewhere(Cluster cluster, Map<Setting, String> values, NamedClasses classes) {

    private static final String SPARK = "spark";

    /** What only a scheduler of our own obeys. */
    private static final Set<Setting> OF_OWN_SCHEDULER = EnumSet.of(
            Setting.TASK_MAX_FAILURES,
            Setting.STAGE_MAX_CONSECUTIVE_ATTEMPTS,
            Setting.STAGE_MAX_ATTEMPTS,
            Setting.TASK_INTERRUPT_AFTER,
            Setting.TASK_REPLACE_AFTER,
            Setting.SCHEDULER_MODE,
            Setting.LOCALITY_WAIT,
            Setting.SPECULATION,
            Setting.SPECULATION_INTERVAL,
            Setting.SPECULATION_MULTIPLIER,
            Setting.SPECULATION_QUANTILE,
            Setting.SPECULATION_MIN_TASK_RUNTIME,
            Setting.EXECUTOR_WAIT,
            Setting.LISTENER_QUEUE_CAPACITY,
            Setting.TRANSFER,
            Setting.TRANSFER_TIMEOUT);

    Elsewhere {
        values = Map.copyOf(values);
    }

    /**
     * Returns who serves a master that is not in our own grammar, if anybody does.
     *
     * @throws InvalidSettingException if it is one of Spark's and the bridge to it is missing or broken
     */
    static Optional<ClusterProvider> provider(String master) {
        try {
            for (ClusterProvider provider : ServiceLoader.load(ClusterProvider.class)) {
                if (provider.serves(master)) {
                    return Optional.of(provider);
                }
            }
        } catch (ServiceConfigurationError e) {
            throw new InvalidSettingException(
                    Setting.MASTER.key(), master, "a module that connects to clusters cannot be loaded: " + e + ".");
        }
        if (master.startsWith(SPARK)) {
            throw new InvalidSettingException(
                    Setting.MASTER.key(),
                    master,
                    "it is Apache Spark's, and the bridge to it is not on the class path. Add the dependency"
                            + " dev.favilla:engine-spark beside org.apache.spark:spark-core_2.13.");
        }
        return Optional.empty();
    }

    /** Connects, once all settings are known to be sound. */
    static Elsewhere connect(ClusterProvider provider, EngineSettings settings, Map<Setting, String> values) {
        if (settings.strictness() != Strictness.OFF) {
            throw new InvalidSettingException(
                    Setting.STRICT.key(),
                    values.getOrDefault(Setting.STRICT, ""),
                    "strict mode watches tasks of this process, not those of "
                            + settings.master().text()
                            + ". Run the program once with a local master to be told what would fail there.");
        }
        for (Setting setting : OF_OWN_SCHEDULER) {
            String given = values.get(setting);
            if (given != null) {
                throw new InvalidSettingException(
                        setting.key(),
                        given,
                        "tasks are scheduled by " + settings.master().text()
                                + ". Leave it out, and set what Spark calls" + " it, such as spark.task.maxFailures.");
            }
        }
        requireNoPools(settings);
        return new Elsewhere(
                provider.connect(settings.master().text(), settings.appName()), values, new NamedClasses());
    }

    private static void requireNoPools(EngineSettings settings) {
        List<PoolSpec> pools = settings.scheduling().pools();
        if (!pools.isEmpty()) {
            throw new InvalidSettingException(
                    "pool",
                    pools.stream().map(PoolSpec::name).collect(Collectors.joining(", ")),
                    "jobs are scheduled by " + settings.master().text() + ". Leave it out, set spark.scheduler.mode to"
                            + " FAIR, and describe the pool in a file that spark.scheduler.allocation.file names; jobs"
                            + " name it by the local property " + JobProperties.POOL + " as before.");
        }
    }
}

package dev.favilla.scheduler;

import dev.favilla.job.PoolMode;
import dev.favilla.job.PoolSpec;
import java.time.Duration;
import java.util.List;

/**
 * In which order, where and how patiently tasks are run.
 *
 * @param mode whether jobs are served in their order or by fair pools; pools are ignored in the first case
 * @param pools the pools users have described; one that is named and not here is {@link PoolSpec#named}
 * @param localityWait how long a task set waits for a slot where its data lies before it takes any
 * @param speculation when slow tasks get a second attempt
 * @param interruptAfter how long an attempt that was told to stop may go on before its thread is interrupted
 * @param replaceAfter how long after that its slot is given up and replaced
 * @param executorWait how long jobs wait while there is no executor at all
 * @param maxResultBytes how much the staged results of one job may take
 */
public record SchedulingPolicy(
        PoolMode mode,
        List<PoolSpec> pools,
        Duration localityWait,
        SpeculationPolicy speculation,
        Duration interruptAfter,
        Duration replaceAfter,
        Duration executorWait,
        long maxResultBytes) {

    /** First in, first out; short waits; no speculation. */
    public static final SchedulingPolicy DEFAULT = new SchedulingPolicy(
            PoolMode.FIFO,
            List.of(),
            Duration.ofMillis(20),
            SpeculationPolicy.OFF,
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(30),
            1L << 30);

    public SchedulingPolicy {
        pools = List.copyOf(pools);
        requireNotNegative("localityWait", localityWait);
        requireNotNegative("interruptAfter", interruptAfter);
        requireNotNegative("replaceAfter", replaceAfter);
        requireNotNegative("executorWait", executorWait);
        if (maxResultBytes < 1) {
            throw new IllegalArgumentException("maxResultBytes must be >= 1, got " + maxResultBytes);
        }
    }

    private static void requireNotNegative(String name, Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException(name + " must be >= 0, got " + duration);
        }
    }

    /** Returns this policy with jobs served in another order. */
    public SchedulingPolicy withPools(PoolMode newMode, List<PoolSpec> newPools) {
        return new SchedulingPolicy(
                newMode,
                newPools,
                localityWait,
                speculation,
                interruptAfter,
                replaceAfter,
                executorWait,
                maxResultBytes);
    }

    /** Returns this policy with another patience for slots where data lies. */
    public SchedulingPolicy withLocalityWait(Duration wait) {
        return new SchedulingPolicy(
                mode, pools, wait, speculation, interruptAfter, replaceAfter, executorWait, maxResultBytes);
    }

    /** Returns this policy with other rules for second attempts. */
    public SchedulingPolicy withSpeculation(SpeculationPolicy policy) {
        return new SchedulingPolicy(
                mode, pools, localityWait, policy, interruptAfter, replaceAfter, executorWait, maxResultBytes);
    }

    /** Returns this policy with another limit for results. */
    public SchedulingPolicy withMaxResultBytes(long bytes) {
        return new SchedulingPolicy(
                mode, pools, localityWait, speculation, interruptAfter, replaceAfter, executorWait, bytes);
    }
}

package dev.favilla.scheduler;

import java.time.Duration;

/**
 * When a task that takes long gets a second attempt beside the first.
 *
 * @param enabled whether any does
 * @param interval how often running tasks are looked at
 * @param multiplier how many times longer than the median a task must have run, at least 1
 * @param quantile the share of a stage's tasks that must be done before, above 0 and at most 1
 * @param minRuntime how long a task must have run in any case
 */
public record SpeculationPolicy(
        boolean enabled, Duration interval, double multiplier, double quantile, Duration minRuntime) {

    /** No second attempts; the other numbers are those of Spark 4. */
    public static final SpeculationPolicy OFF =
            new SpeculationPolicy(false, Duration.ofMillis(100), 3, 0.9, Duration.ofMillis(100));

    /**
     * @throws IllegalArgumentException if a number is out of its range
     */
    public SpeculationPolicy {
        if (interval.isZero() || interval.isNegative()) {
            throw new IllegalArgumentException("speculation interval must be > 0, got " + interval);
        }
        if (!(multiplier >= 1)) {
            throw new IllegalArgumentException("speculation multiplier must be >= 1, got " + multiplier);
        }
        if (!(quantile > 0 && quantile <= 1)) {
            throw new IllegalArgumentException("speculation quantile must be above 0 and at most 1, got " + quantile);
        }
        if (minRuntime.isNegative()) {
            throw new IllegalArgumentException("speculation minRuntime must be >= 0, got " + minRuntime);
        }
    }

    /** Returns this policy, switched on. */
    public SpeculationPolicy on() {
        return new SpeculationPolicy(true, interval, multiplier, quantile, minRuntime);
    }
}

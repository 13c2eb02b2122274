package dev.favilla.job;

/**
 * A pool of jobs that share slots.
 *
 * @param name what jobs name it by
 * @param mode how its jobs are served among themselves
 * @param weight its part of the slots relative to other pools, at least 1
 * @param minShare how many slots it is given before others get more than theirs, at least 0
 */
public record PoolSpec(String name, PoolMode mode, int weight, int minShare) {

    /** The pool of jobs that name none. */
    public static final String DEFAULT = "default";

    /**
     * @throws IllegalArgumentException if the name is blank, the weight below 1 or the share below 0, or if one is null
     */
    public PoolSpec {
        if (name == null || name.isBlank()) {
            throw new IllegalArgumentException(
                    "the name of a pool must not be " + (name == null ? "null" : "blank, got '" + name + "'"));
        }
        if (mode == null) {
            throw new IllegalArgumentException("mode of pool " + name + " must not be null");
        }
        if (weight < 1) {
            throw new IllegalArgumentException("weight of pool " + name + " must be >= 1, got " + weight);
        }
        if (minShare < 0) {
            throw new IllegalArgumentException("minShare of pool " + name + " must be >= 0, got " + minShare);
        }
    }

    /** Returns a pool nobody has described: first in, first out, weight 1, no share of its own. */
    public static PoolSpec named(String name) {
        return new PoolSpec(name, PoolMode.FIFO, 1, 0);
    }
}

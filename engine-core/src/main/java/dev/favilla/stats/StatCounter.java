package dev.favilla.stats;

import java.io.Serializable;

/**
 * Count, mean, variance and extremes of numbers, in one pass and numerically stable, by the updates of Welford and of Chan,
 * Golub and LeVeque. Counters of parts merge into that of the whole.
 *
 * <p>Of no numbers the count is 0, the mean 0, the minimum positive and the maximum negative infinity, and all variances NaN.
 * Modelled on Spark's class of that name.
 *
 * <p><b>Threads.</b> Not for use from several threads at once.
 */
public final class StatCounter implements Serializable {

    private static final long serialVersionUID = 1L;

    private long count;
    private double mean;

    /** Sum of the squares of distances to the mean. */
    private double squares;

    private double min = Double.POSITIVE_INFINITY;
    private double max = Double.NEGATIVE_INFINITY;

    /** Counts nothing yet. */
    public StatCounter() {}

    /** Counts these numbers. */
    public static StatCounter of(double... values) {
        StatCounter counter = new StatCounter();
        for (double value : values) {
            counter.merge(value);
        }
        return counter;
    }

    /** Adds a number and returns this. */
    public StatCounter merge(double value) {
        double distance = value - mean;
        count++;
        mean += distance / count;
        squares += distance * (value - mean);
        min = Math.min(min, value);
        max = Math.max(max, value);
        return this;
    }

    /** Adds all that another has counted, which may be this one, and returns this. */
    public StatCounter merge(StatCounter other) {
        if (other == this) {
            return merge(copy());
        }
        if (other.count == 0) {
            return this;
        }
        if (count == 0) {
            count = other.count;
            mean = other.mean;
            squares = other.squares;
            min = other.min;
            max = other.max;
            return this;
        }
        double distance = other.mean - mean;
        long both = count + other.count;
        mean = moved(other, distance, both);
        squares += other.squares + distance * distance * count * other.count / both;
        count = both;
        min = Math.min(min, other.min);
        max = Math.max(max, other.max);
        return this;
    }

    /** From the larger side, where the way is shorter and less is lost; from the middle if both are alike. */
    private double moved(StatCounter other, double distance, long both) {
        if (other.count * 10 < count) {
            return mean + distance * other.count / both;
        }
        if (count * 10 < other.count) {
            return other.mean - distance * count / both;
        }
        return (mean * count + other.mean * other.count) / both;
    }

    /** Returns a counter of its own with what this one has counted. */
    public StatCounter copy() {
        return new StatCounter().merge(this);
    }

    public long count() {
        return count;
    }

    public double mean() {
        return mean;
    }

    /** Returns the sum: count times mean. */
    public double sum() {
        return count * mean;
    }

    public double min() {
        return min;
    }

    public double max() {
        return max;
    }

    /** As {@link #popVariance}. */
    public double variance() {
        return popVariance();
    }

    /** Returns the variance of the numbers as the whole population. */
    public double popVariance() {
        return count == 0 ? Double.NaN : squares / count;
    }

    /** Returns the variance of what the numbers are a sample of; NaN for fewer than two. */
    public double sampleVariance() {
        return count <= 1 ? Double.NaN : squares / (count - 1);
    }

    /** As {@link #popStdev}. */
    public double stdev() {
        return popStdev();
    }

    /** Returns the standard deviation of the numbers as the whole population. */
    public double popStdev() {
        return Math.sqrt(popVariance());
    }

    /** Returns the standard deviation of what the numbers are a sample of; NaN for fewer than two. */
    public double sampleStdev() {
        return Math.sqrt(sampleVariance());
    }

    @Override
    public String toString() {
        return "(count: " + count + ", mean: " + mean + ", stdev: " + stdev() + ", max: " + max + ", min: " + min + ")";
    }
}

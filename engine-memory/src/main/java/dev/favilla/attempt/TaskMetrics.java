package dev.favilla.attempt;

/** The counters of one attempt. Written by the thread that runs the attempt, read after it has ended. */
public final class TaskMetrics {

    private static final int METRICS = Metric.values().length;

    private final long[] values = new long[METRICS];

    /** Adds {@code amount} to {@code metric}. */
    public void add(Metric metric, long amount) {
        values[metric.index()] += amount;
    }

    /** Returns the totals so far. */
    public MetricValues snapshot() {
        return new MetricValues(values.clone());
    }
}

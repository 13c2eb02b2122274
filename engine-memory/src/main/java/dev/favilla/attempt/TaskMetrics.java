package dev.favilla.attempt;

/** The counters of one attempt, or of several. Belongs to one thread, as that which runs the attempt. */
public final class TaskMetrics {

    private static final int METRICS = Metric.values().length;

    private final long[] values = new long[METRICS];

    /** Adds {@code amount} to {@code metric}. */
    public void add(Metric metric, long amount) {
        values[metric.index()] += amount;
    }

    /** Adds the totals of others. */
    public void add(MetricValues others) {
        others.addTo(values);
    }

    /** Returns the totals so far. */
    public MetricValues snapshot() {
        return new MetricValues(values.clone());
    }
}

package dev.favilla.attempt;

/** The counters of one attempt, or of several. Belongs to one thread, as that which runs the attempt. */
public final class TaskMetrics {

    private static final int METRICS = Metric.values().length;

    private long[] values = new long[METRICS];

    /** Whether a snapshot has the array, too: most are taken when nothing is counted any more. */
    private boolean shared;

    /** Adds {@code amount} to {@code metric}. */
    public void add(Metric metric, long amount) {
        own()[metric.index()] += amount;
    }

    /** Adds the totals of others. */
    public void add(MetricValues others) {
        others.addTo(own());
    }

    private long[] own() {
        if (shared) {
            values = values.clone();
            shared = false;
        }
        return values;
    }

    /** Returns the totals so far. */
    public MetricValues snapshot() {
        shared = true;
        return new MetricValues(values);
    }
}

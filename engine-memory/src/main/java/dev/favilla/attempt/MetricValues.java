package dev.favilla.attempt;

import java.util.Arrays;

/** Immutable totals, one per {@link Metric}. */
public final class MetricValues {

    private static final Metric[] METRICS = Metric.values();

    /** All zero. */
    public static final MetricValues ZERO = new MetricValues(new long[METRICS.length]);

    private final long[] values;

    MetricValues(long[] values) {
        this.values = values;
    }

    /** Returns the total of {@code metric}. */
    public long get(Metric metric) {
        return values[metric.index()];
    }

    void addTo(long[] sums) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += values[i];
        }
    }

    /** Returns the sums of these totals and {@code other}'s. */
    public MetricValues plus(MetricValues other) {
        long[] sums = values.clone();
        other.addTo(sums);
        return new MetricValues(sums);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof MetricValues other && Arrays.equals(values, other.values);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(values);
    }

    /** Lists what is not zero. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder("{");
        for (Metric metric : METRICS) {
            if (get(metric) != 0) {
                text.append(text.length() > 1 ? ", " : "")
                        .append(metric)
                        .append('=')
                        .append(get(metric));
            }
        }
        return text.append('}').toString();
    }
}

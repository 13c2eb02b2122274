package dev.favilla.attempt;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What an attempt counts, and what others are told of it. */
class TaskMetricsTest {

    private final TaskMetrics metrics = new TaskMetrics();

    @Test
    void aSnapshotStaysAsItIsWhateverIsCountedLater() {
        metrics.add(Metric.RECORDS_READ, 2);
        MetricValues before = metrics.snapshot();

        metrics.add(Metric.RECORDS_READ, 3);
        MetricValues between = metrics.snapshot();
        metrics.add(before);

        assertThat(before.get(Metric.RECORDS_READ)).isEqualTo(2);
        assertThat(between.get(Metric.RECORDS_READ)).isEqualTo(5);
        assertThat(metrics.snapshot().get(Metric.RECORDS_READ)).isEqualTo(7);
    }

    @Test
    void totalsOfItsOwnAreAddedToThoseItHas() {
        metrics.add(Metric.CACHE_HITS, 4);

        metrics.add(metrics.snapshot());

        assertThat(metrics.snapshot().get(Metric.CACHE_HITS)).isEqualTo(8);
    }
}

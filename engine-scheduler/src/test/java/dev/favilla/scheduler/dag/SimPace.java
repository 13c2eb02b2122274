package dev.favilla.scheduler.dag;

import dev.favilla.attempt.Metric;
import dev.favilla.attempt.MetricValues;
import dev.favilla.attempt.TaskMetrics;
import java.util.SplittableRandom;

/**
 * Whether tasks of a world are short enough for several to be handed over at once, and how many executors take. Half of
 * the worlds know nothing of it.
 */
final class SimPace {

    private static final int FEW_PARTITIONS = 4;
    private static final int MANY_PARTITIONS = 16;

    private static final MetricValues BRIEF = ran(10_000);
    private static final MetricValues LONG = ran(1_000_000_000);

    private final SplittableRandom random;
    private final boolean hurries;

    /** How many of a hundred attempts are short. */
    private final int brief;

    SimPace(SplittableRandom random) {
        this.random = random;
        this.hurries = random.nextBoolean();
        this.brief = random.nextInt(50, 101);
    }

    private static MetricValues ran(long nanos) {
        TaskMetrics metrics = new TaskMetrics();
        metrics.add(Metric.RUN_NANOS, nanos);
        return metrics.snapshot();
    }

    /** Returns how many partitions datasets may have. */
    int mostPartitions() {
        return hurries ? MANY_PARTITIONS : FEW_PARTITIONS;
    }

    /** Returns how many attempts the next executor takes while all its slots are busy. */
    int ahead() {
        return hurries ? random.nextInt(0, 9) : 0;
    }

    /** Returns what the next attempt tells of itself. */
    MetricValues metrics() {
        return !hurries || random.nextInt(100) >= brief ? LONG : BRIEF;
    }
}

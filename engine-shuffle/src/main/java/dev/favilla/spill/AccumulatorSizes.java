package dev.favilla.spill;

import dev.favilla.value.SizeEstimator;
import org.jspecify.annotations.Nullable;

/**
 * Estimates what the accumulators of a table take, without visiting them all.
 *
 * <p>What a folded value adds depends on the combiner: a sum keeps nothing of it, a list all of it. So new accumulators
 * and folded values are sized by sampling, and now and then the accumulators of the first few keys are measured to
 * learn which share of the values folded into them they have kept. Frequent keys tend to be seen early, so few
 * accumulators tell much.
 */
final class AccumulatorSizes {

    private static final int WATCHED = 16;
    private static final long FIRST_MEASUREMENT = 64;

    /** Measuring walks the watched accumulators; beyond this size what is known must do. */
    private static final long LARGEST_MEASURED = 1 << 20;

    private final SizeEstimator estimator = new SizeEstimator();
    private final KeyTable table;

    private SizeEstimator.Sampler created = new SizeEstimator.Sampler();
    private SizeEstimator.Sampler folded = new SizeEstimator.Sampler();

    /** How many values were folded, and how many of them were sized: none while nothing of them is kept. */
    private long foldedCount;

    private long sizedCount;

    private long watchedCreatedBytes;
    private long watchedFolded;
    private long nextMeasurement = FIRST_MEASUREMENT;

    /** Accumulators are numbers in the table's arrays. */
    private boolean inArrays;

    /** Share of the folded bytes that was kept; all of them until measured. */
    private double keptShare = 1;

    AccumulatorSizes(KeyTable table) {
        this.table = table;
    }

    /**
     * Counts the new accumulator of entry {@code entry}.
     *
     * @return by how much all have grown at most
     */
    long created(int entry, @Nullable Object accumulator) {
        if (isInArrays()) {
            return 0;
        }
        if (entry < WATCHED) {
            watchedCreatedBytes += estimator.estimate(accumulator);
        }
        return created.add(accumulator);
    }

    /**
     * Counts a value, or an accumulator, folded into the accumulator of entry {@code entry}.
     *
     * @return by how much all have grown at most
     */
    long folded(int entry, @Nullable Object value) {
        if (isInArrays()) {
            return 0;
        }
        foldedCount++;
        long growth = 0;
        if (keptShare > 0) {
            sizedCount++;
            growth = folded.add(value);
        }
        if (entry < WATCHED && ++watchedFolded == nextMeasurement) {
            measure();
        }
        return growth;
    }

    /** Returns whether the table counts accumulators itself. When it does no longer, all are counted here at once. */
    private boolean isInArrays() {
        boolean before = inArrays;
        inArrays = table.valueKind() != null;
        if (before && !inArrays) {
            restart();
        }
        return inArrays;
    }

    private void measure() {
        long now = 0;
        for (int entry = 0; entry < Math.min(WATCHED, table.size()); entry++) {
            now += estimator.estimate(table.value(entry));
        }
        double foldedBytes = watchedFolded * bytesOfOne();
        keptShare = foldedBytes == 0 ? 1 : Math.max(0, (now - watchedCreatedBytes) / foldedBytes);
        nextMeasurement = now > LARGEST_MEASURED ? Long.MAX_VALUE : 2 * nextMeasurement;
    }

    private double bytesOfOne() {
        return sizedCount == 0 ? 0 : (double) folded.bytes() / sizedCount;
    }

    /** Returns about what all of them take. */
    long bytes() {
        return created.bytes() + (long) (keptShare * foldedCount * bytesOfOne());
    }

    /** Begins again with what is in the table now; what was learned stays. */
    void restart() {
        created = new SizeEstimator.Sampler();
        folded = new SizeEstimator.Sampler();
        foldedCount = 0;
        sizedCount = 0;
        watchedCreatedBytes = 0;
        watchedFolded = 0;
        nextMeasurement = FIRST_MEASUREMENT;
        for (int entry = 0; entry < table.size(); entry++) {
            created(entry, table.value(entry));
        }
    }
}

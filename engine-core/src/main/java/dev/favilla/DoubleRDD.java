package dev.favilla;

import static dev.favilla.Arguments.notNull;

import dev.favilla.function.FilterFunction;
import dev.favilla.lineage.CallSite;
import dev.favilla.lineage.LineageNode;
import dev.favilla.shuffle.Partitioner;
import dev.favilla.stats.BoundedDouble;
import dev.favilla.stats.Histogram;
import dev.favilla.stats.PartialResult;
import dev.favilla.stats.StatCounter;
import dev.favilla.storage.StorageLevel;
import java.time.Duration;

/** A dataset of numbers, and what can be computed of them. Made by {@link RDD#mapToDouble} and its like. */
public final class DoubleRDD extends RDD<Double> {

    DoubleRDD(Datasets datasets, LineageNode node) {
        super(datasets, node);
    }

    /** Returns {@code numbers} with operations on numbers: the same dataset, with the same id. */
    public static DoubleRDD of(RDD<Double> numbers) {
        return notNull(numbers, "numbers") instanceof DoubleRDD same
                ? same
                : new DoubleRDD(numbers.datasets(), numbers.lineage());
    }

    // ---------------------------------------------------------------- as in RDD, with numbers

    @Override
    public DoubleRDD setName(String name) {
        super.setName(name);
        return this;
    }

    @Override
    public DoubleRDD filter(FilterFunction<? super Double> predicate) {
        return of(super.filter(predicate));
    }

    @Override
    public DoubleRDD union(RDD<Double> other) {
        return of(super.union(other));
    }

    @Override
    public DoubleRDD distinct() {
        return of(super.distinct());
    }

    @Override
    public DoubleRDD distinct(int partitions) {
        return of(super.distinct(partitions));
    }

    @Override
    public DoubleRDD coalesce(int partitions) {
        return of(super.coalesce(partitions));
    }

    @Override
    public DoubleRDD coalesce(int partitions, boolean shuffle) {
        return of(super.coalesce(partitions, shuffle));
    }

    @Override
    public DoubleRDD repartition(int partitions) {
        return of(super.repartition(partitions));
    }

    @Override
    public DoubleRDD sample(boolean withReplacement, double fraction) {
        return of(super.sample(withReplacement, fraction));
    }

    @Override
    public DoubleRDD sample(boolean withReplacement, double fraction, long seed) {
        return of(super.sample(withReplacement, fraction, seed));
    }

    @Override
    DoubleRDD like(LineageNode result) {
        return new DoubleRDD(datasets(), result);
    }

    @Override
    public DoubleRDD subtract(RDD<Double> other) {
        return of(super.subtract(other));
    }

    @Override
    public DoubleRDD subtract(RDD<Double> other, int partitions) {
        return of(super.subtract(other, partitions));
    }

    @Override
    public DoubleRDD subtract(RDD<Double> other, Partitioner partitioner) {
        return of(super.subtract(other, partitioner));
    }

    @Override
    public DoubleRDD intersection(RDD<Double> other) {
        return of(super.intersection(other));
    }

    @Override
    public DoubleRDD intersection(RDD<Double> other, int partitions) {
        return of(super.intersection(other, partitions));
    }

    @Override
    public DoubleRDD intersection(RDD<Double> other, Partitioner partitioner) {
        return of(super.intersection(other, partitioner));
    }

    @Override
    public DoubleRDD cache() {
        super.cache();
        return this;
    }

    @Override
    public DoubleRDD persist(StorageLevel level) {
        super.persist(level);
        return this;
    }

    @Override
    public DoubleRDD unpersist() {
        super.unpersist();
        return this;
    }

    @Override
    public DoubleRDD checkpoint() {
        super.checkpoint();
        return this;
    }

    @Override
    public DoubleRDD localCheckpoint() {
        super.localCheckpoint();
        return this;
    }

    // ---------------------------------------------------------------- actions

    /** Returns the sum, 0.0 of no numbers. Runs one job; numbers are added in order, then the partitions' sums. */
    public double sum() {
        CallSite site = CallSites.here("sum");
        return RDD.<Double>result(run(new Numbers.Sum(site), site));
    }

    /** As {@link #sumApprox(Duration, double)} with a confidence of 0.95. */
    public PartialResult<BoundedDouble> sumApprox(Duration timeout) {
        return sumApprox(timeout, Approximations.DEFAULT_CONFIDENCE, CallSites.here("sumApprox"));
    }

    /**
     * As {@link #countApprox(Duration, double)}: about the sum. For the bounds the rest is taken to be like what was seen; they
     * are infinite as long as that is fewer than two numbers.
     */
    public PartialResult<BoundedDouble> sumApprox(Duration timeout, double confidence) {
        return sumApprox(timeout, confidence, CallSites.here("sumApprox"));
    }

    private PartialResult<BoundedDouble> sumApprox(Duration timeout, double confidence, CallSite site) {
        return approximate(new Approximations.Sum(confidence, site), timeout, site);
    }

    /** As {@link #meanApprox(Duration, double)} with a confidence of 0.95. */
    public PartialResult<BoundedDouble> meanApprox(Duration timeout) {
        return meanApprox(timeout, Approximations.DEFAULT_CONFIDENCE, CallSites.here("meanApprox"));
    }

    /** As {@link #countApprox(Duration, double)}: about the mean, with bounds as in {@link #sumApprox(Duration, double)}. */
    public PartialResult<BoundedDouble> meanApprox(Duration timeout, double confidence) {
        return meanApprox(timeout, confidence, CallSites.here("meanApprox"));
    }

    private PartialResult<BoundedDouble> meanApprox(Duration timeout, double confidence, CallSite site) {
        return approximate(new Approximations.Mean(confidence, site), timeout, site);
    }

    /** Returns count, mean, variance and extremes. Runs one job over all partitions, in one pass. */
    public StatCounter stats() {
        return stats("stats");
    }

    private StatCounter stats(String name) {
        CallSite site = CallSites.here(name);
        return RDD.<StatCounter>result(run(new Numbers.Stats(name, site), site));
    }

    /** Returns the mean; 0 of no numbers. As the next, by {@link #stats}. */
    public double mean() {
        return stats("mean").mean();
    }

    /** Returns the variance of the numbers as the whole population; NaN of no numbers. */
    public double variance() {
        return stats("variance").variance();
    }

    /** As {@link #variance}. */
    public double popVariance() {
        return stats("popVariance").popVariance();
    }

    /** Returns the variance of what the numbers are a sample of; NaN for fewer than two. */
    public double sampleVariance() {
        return stats("sampleVariance").sampleVariance();
    }

    /** Returns the standard deviation of the numbers as the whole population; NaN of no numbers. */
    public double stdev() {
        return stats("stdev").stdev();
    }

    /** As {@link #stdev}. */
    public double popStdev() {
        return stats("popStdev").popStdev();
    }

    /** Returns the standard deviation of what the numbers are a sample of; NaN for fewer than two. */
    public double sampleStdev() {
        return stats("sampleStdev").sampleStdev();
    }

    /**
     * Returns the smallest number; NaN if any is NaN.
     *
     * @throws UnsupportedOperationException if there is none
     */
    @Override
    public Double min() {
        return notEmpty(stats("min"), "min").min();
    }

    /**
     * Returns the largest number; NaN if any is NaN.
     *
     * @throws UnsupportedOperationException if there is none
     */
    @Override
    public Double max() {
        return notEmpty(stats("max"), "max").max();
    }

    private StatCounter notEmpty(StatCounter stats, String action) {
        if (stats.count() == 0) {
            throw empty(action);
        }
        return stats;
    }

    /**
     * Returns how many numbers lie in each of {@code buckets} buckets of the same width between the smallest and the
     * largest number; in one bucket if those are equal.
     *
     * <p><b>Cost.</b> Runs two jobs over all partitions; cache what is dear to compute.
     *
     * @param buckets at least 1
     * @throws UnsupportedOperationException if there is no number, or one that is NaN or infinite
     */
    public Histogram histogram(int buckets) {
        if (buckets < 1) {
            throw new IllegalArgumentException("buckets must be >= 1, got " + buckets);
        }
        StatCounter range = notEmpty(stats("histogram"), "histogram");
        if (!Double.isFinite(range.min()) || !Double.isFinite(range.max()) || Double.isNaN(range.mean())) {
            throw new UnsupportedOperationException("histogram of " + buckets + " buckets needs finite numbers, and the"
                    + " range of " + this + " is from " + range.min() + " to " + range.max()
                    + ". Filter NaN and infinities out, or give the edges.");
        }
        return histogram(Buckets.even(range.min(), range.max(), buckets));
    }

    /**
     * Returns how many numbers lie in each bucket between given edges. A bucket takes its lower edge and not its upper
     * one, but for the last, which takes both; what lies outside, and NaN, is in none. Runs one job over all partitions.
     *
     * @param edges at least two, ascending
     */
    public long[] histogram(double... edges) {
        return histogram(Buckets.between(notNull(edges, "edges"))).counts();
    }

    private Histogram histogram(Buckets buckets) {
        CallSite site = CallSites.here("histogram");
        long[] counts = RDD.<long[]>result(run(new Numbers.Count(buckets, site), site));
        return new Histogram(buckets.edges(), counts);
    }
}

package dev.favilla.stats;

/**
 * What the whole of a dataset will come to, judged by the partitions seen so far, as if each record had been seen with the
 * probability that is their share. The formulas are those of Spark's approximate actions.
 */
public final class Estimates {

    /** Up to this count the rest is taken for negative binomially distributed, as it is; then for Poisson distributed. */
    private static final long MANY_RECORDS = 10_000;

    /** From this many numbers on their mean is taken for normally distributed. */
    private static final long MANY_NUMBERS = 100;

    private Estimates() {}

    /**
     * How much has been seen.
     *
     * @param partitions at least 0 and at most all
     * @param of how many there are
     */
    public record Seen(int partitions, int of) {

        /** Returns whether there is nothing to estimate. */
        public boolean isAll() {
            return partitions == of;
        }

        double share() {
            return (double) partitions / of;
        }
    }

    /**
     * Estimates how many records there are.
     *
     * @param counted in the partitions seen
     * @return 0, with confidence 0 and without an upper bound, if nothing was counted
     */
    public static BoundedDouble count(long counted, Seen seen, double confidence) {
        if (seen.isAll()) {
            return BoundedDouble.exactly((double) counted);
        }
        if (counted == 0) {
            return new BoundedDouble(0, 0, 0, Double.POSITIVE_INFINITY);
        }
        double share = seen.share();
        double rest = counted * (1 - share) / share;
        double low = counted + restBelow((1 - confidence) / 2, counted, share);
        double high = counted + restBelow((1 + confidence) / 2, counted, share);
        return new BoundedDouble(counted + rest, confidence, low, high);
    }

    /** Returns what the number of records that were not seen does not exceed with probability {@code p}. */
    private static double restBelow(double p, long counted, double share) {
        return counted <= MANY_RECORDS
                ? Quantiles.failuresBefore(p, counted, share)
                : Quantiles.poisson(p, counted * (1 - share) / share);
    }

    /**
     * Estimates the mean of all numbers.
     *
     * @param numbers those seen
     * @return without bounds for fewer than two numbers, and with confidence 0 for none
     */
    public static BoundedDouble mean(StatCounter numbers, Seen seen, double confidence) {
        if (seen.isAll()) {
            return BoundedDouble.exactly(numbers.mean());
        }
        if (numbers.count() < 2) {
            return boundless(numbers.mean(), numbers.count() == 0 ? 0 : confidence);
        }
        double deviation = Math.sqrt(numbers.sampleVariance() / numbers.count());
        return around(numbers.mean(), reach(numbers.count(), confidence, deviation), confidence);
    }

    /**
     * Estimates the sum of all numbers, as the product of their mean and of how many there are.
     *
     * @param sum of the numbers seen
     * @param numbers those seen
     * @return without bounds for fewer than two numbers, and with confidence 0 for none
     */
    public static BoundedDouble sum(double sum, StatCounter numbers, Seen seen, double confidence) {
        if (seen.isAll()) {
            return BoundedDouble.exactly(sum);
        }
        if (numbers.count() == 0) {
            return boundless(0, 0);
        }
        double share = seen.share();
        double mean = numbers.mean();
        double count = numbers.count() * (1 - share) / share; // of those not seen
        double meanVariance = numbers.sampleVariance() / numbers.count();
        if (Double.isNaN(meanVariance)) { // of one number, or of some that are no numbers
            return boundless(sum + mean * count, confidence);
        }
        double countVariance = numbers.count() * (1 - share) / (share * share);
        double variance = mean * mean * countVariance + count * count * meanVariance + meanVariance * countVariance;
        return around(sum + mean * count, reach(numbers.count(), confidence, Math.sqrt(variance)), confidence);
    }

    private static BoundedDouble boundless(double mean, double confidence) {
        return new BoundedDouble(mean, confidence, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY);
    }

    private static BoundedDouble around(double mean, double reach, double confidence) {
        return new BoundedDouble(mean, confidence, mean - reach, mean + reach);
    }

    /** Returns how far to both sides of an estimate from {@code count} numbers its bounds lie. */
    private static double reach(long count, double confidence, double deviation) {
        if (deviation == 0) {
            return 0; // however sure one wants to be
        }
        double above = (1 + confidence) / 2;
        return deviation * (count > MANY_NUMBERS ? Quantiles.normal(above) : Quantiles.studentT(above, count - 1.0));
    }
}

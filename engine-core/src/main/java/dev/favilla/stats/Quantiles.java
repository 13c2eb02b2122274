package dev.favilla.stats;

import java.util.function.DoubleUnaryOperator;

/**
 * Quantiles of the distributions that bounds of estimates come from, to some ten digits: far more than such a bound means.
 *
 * <p>Sources: Wichura, "Algorithm AS 241: The percentage points of the normal distribution", Applied Statistics 37 (1988);
 * Lanczos, "A precision approximation of the gamma function", SIAM Journal on Numerical Analysis 1 (1964), with Godfrey's
 * coefficients for g = 7; the continued fraction of the incomplete beta function, formula 8.17.22 of the NIST Digital
 * Library of Mathematical Functions, by the method of Lentz, Applied Optics 15 (1976); for large means of a Poisson
 * distribution the expansion of Cornish and Fisher, formula 26.2.49 of Abramowitz and Stegun.
 */
final class Quantiles {

    /** Up to this mean the probabilities of a Poisson distribution are added up; e to its power does not underflow. */
    private static final double SMALL_MEAN = 500;

    private static final double TINY = 1e-300;
    private static final double PRECISION = 1e-15;
    private static final int MOST_TERMS = 1_000_000;

    private static final double[] LANCZOS = {
        0.9999999999998099,
        676.5203681218851,
        -1259.1392167224028,
        771.3234287776531,
        -176.6150291621406,
        12.507343278686905,
        -0.13857109526572012,
        9.984369578019572e-6,
        1.5056327351493116e-7
    };

    /** A rational function. */
    private static final class Rational {

        private final double[] above;
        private final double[] below;

        /**
         * @param above the coefficients of the numerator, by rising powers
         * @param below those of the denominator
         */
        Rational(double[] above, double[] below) {
            this.above = above;
            this.below = below;
        }

        double at(double x) {
            return polynomial(above, x) / polynomial(below, x);
        }

        private static double polynomial(double[] coefficients, double x) {
            double sum = 0;
            for (int i = coefficients.length - 1; i >= 0; i--) {
                sum = sum * x + coefficients[i];
            }
            return sum;
        }
    }

    private static final Rational NORMAL_MIDDLE = new Rational(
            new double[] {
                3.3871328727963665,
                133.14166789178438,
                1971.5909503065513,
                13731.69376550946,
                45921.95393154987,
                67265.7709270087,
                33430.57558358813,
                2509.0809287301227
            },
            new double[] {
                1.0,
                42.31333070160091,
                687.1870074920579,
                5394.196021424751,
                21213.794301586597,
                39307.89580009271,
                28729.085735721943,
                5226.495278852854
            });

    private static final Rational NORMAL_SIDE = new Rational(
            new double[] {
                1.4234371107496835,
                4.630337846156546,
                5.769497221460691,
                3.6478483247632045,
                1.2704582524523684,
                0.2417807251774506,
                0.022723844989269184,
                0.0007745450142783414
            },
            new double[] {
                1.0,
                2.053191626637759,
                1.6763848301838038,
                0.6897673349851,
                0.14810397642748008,
                0.015198666563616457,
                0.0005475938084995345,
                1.0507500716444169e-9
            });

    private static final Rational NORMAL_TAIL = new Rational(
            new double[] {
                6.657904643501103,
                5.463784911164114,
                1.7848265399172913,
                0.29656057182850487,
                0.026532189526576124,
                0.0012426609473880784,
                2.7115555687434876e-5,
                2.0103343992922881e-7
            },
            new double[] {
                1.0,
                0.599832206555888,
                0.1369298809227358,
                0.014875361290850615,
                0.0007868691311456133,
                1.8463183175100548e-5,
                1.421511758316446e-7,
                2.0442631033899397e-15
            });

    private Quantiles() {}

    /** Returns what a standard normal variable is below with probability {@code p}, which is between 0 and 1. */
    static double normal(double p) {
        double fromMiddle = p - 0.5;
        if (Math.abs(fromMiddle) <= 0.425) {
            return fromMiddle * NORMAL_MIDDLE.at(0.180625 - fromMiddle * fromMiddle);
        }
        double tail = Math.min(p, 1 - p);
        if (tail == 0) {
            return p == 0 ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
        }
        double r = Math.sqrt(-Math.log(tail));
        double distance = r <= 5 ? NORMAL_SIDE.at(r - 1.6) : NORMAL_TAIL.at(r - 5);
        return Math.copySign(distance, fromMiddle);
    }

    /**
     * Returns what a variable with Student's distribution is below with probability {@code p}.
     *
     * @param p at least one half and at most 1
     * @param degrees of freedom, at least 1
     */
    static double studentT(double p, double degrees) {
        if (p == 1) {
            return Double.POSITIVE_INFINITY;
        }
        DoubleUnaryOperator above = t -> incompleteBeta(degrees / (degrees + t * t), degrees / 2, 0.5) / 2;
        double high = 1;
        while (above.applyAsDouble(high) > 1 - p) {
            high *= 2;
        }
        double low = 0;
        double middle = high / 2;
        while (low < middle && middle < high) { // until no number is between them
            if (above.applyAsDouble(middle) > 1 - p) {
                low = middle;
            } else {
                high = middle;
            }
            middle = low + (high - low) / 2;
        }
        return middle;
    }

    /**
     * Returns the smallest number of failures before the success of number {@code successes} that is not exceeded with
     * probability {@code p}: a quantile of the negative binomial distribution.
     *
     * @param p at least 0 and at most 1
     * @param successes at least 1
     * @param chance of a success, above 0 and below 1
     */
    static double failuresBefore(double p, long successes, double chance) {
        if (p == 1) {
            return Double.POSITIVE_INFINITY;
        }
        DoubleUnaryOperator below = failures -> incompleteBeta(chance, (double) successes, failures + 1);
        double high = 1;
        while (below.applyAsDouble(high) < p) {
            high *= 2;
        }
        double low = -1;
        while (high - low > 1) {
            double middle = Math.floor((low + high) / 2);
            if (below.applyAsDouble(middle) < p) {
                low = middle;
            } else {
                high = middle;
            }
        }
        return high;
    }

    /**
     * Returns the smallest number that a variable with a Poisson distribution does not exceed with probability {@code p}.
     *
     * @param p at least 0 and at most 1
     * @param mean above 0
     */
    static double poisson(double p, double mean) {
        if (p == 0 || p == 1) {
            return p == 0 ? 0 : Double.POSITIVE_INFINITY;
        }
        if (mean > SMALL_MEAN) {
            double z = normal(p);
            double deviation = Math.sqrt(mean);
            double quantile = mean + deviation * z + (z * z - 1) / 6 + (z - z * z * z) / (72 * deviation);
            return Math.max(0, Math.ceil(quantile - 0.5)); // a whole number stands for what is half around it
        }
        double probability = Math.exp(-mean);
        double sum = probability;
        int number = 0;
        while (sum < p && probability > 0) {
            number++;
            probability *= mean / number;
            sum += probability;
        }
        return number;
    }

    /** Returns the regularized incomplete beta function of {@code x}, which is between 0 and 1. */
    static double incompleteBeta(double x, double a, double b) {
        if (x <= 0 || x >= 1) {
            return x <= 0 ? 0 : 1;
        }
        double front = Math.exp(logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x));
        return x < (a + 1) / (a + b + 2) // where the fraction converges fast
                ? front * betaFraction(x, a, b) / a
                : 1 - front * betaFraction(1 - x, b, a) / b;
    }

    private static double betaFraction(double x, double a, double b) {
        double c = 1;
        double d = 1 / away(1 - (a + b) * x / (a + 1));
        double fraction = d;
        for (int m = 1; m < MOST_TERMS; m++) {
            double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
            d = 1 / away(1 + even * d);
            c = away(1 + even / c);
            fraction *= d * c;
            double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
            d = 1 / away(1 + odd * d);
            c = away(1 + odd / c);
            double change = d * c;
            fraction *= change;
            if (Math.abs(change - 1) < PRECISION) {
                break;
            }
        }
        return fraction;
    }

    private static double away(double fromZero) {
        return Math.abs(fromZero) < TINY ? TINY : fromZero;
    }

    /** Returns the logarithm of the gamma function of {@code x}, which is at least one half. */
    static double logGamma(double x) {
        double shifted = x - 1;
        double sum = LANCZOS[0];
        for (int i = 1; i < LANCZOS.length; i++) {
            sum += LANCZOS[i] / (shifted + i);
        }
        double base = shifted + LANCZOS.length - 1.5;
        return Math.log(Math.sqrt(2 * Math.PI) * sum) + (shifted + 0.5) * Math.log(base) - base;
    }
}

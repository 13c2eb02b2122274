package dev.favilla.stats;

import java.io.Serializable;

/**
 * An estimate, and how far off it may be.
 *
 * @param mean what is expected
 * @param confidence with which probability the true number is within the bounds, from 0 to 1; 1 if it is exact
 * @param low the lower bound
 * @param high the upper bound
 */
public record BoundedDouble(double mean, double confidence, double low, double high) implements Serializable {

    /** Returns a number that is known. */
    public static BoundedDouble exactly(double number) {
        return new BoundedDouble(number, 1, number, number);
    }
}

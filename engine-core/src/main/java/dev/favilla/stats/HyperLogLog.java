package dev.favilla.stats;

import dev.favilla.value.StableHash;
import java.io.Serializable;
import org.jspecify.annotations.Nullable;

/**
 * About how many distinct values there are, in a fixed number of bytes: HyperLogLog by Flajolet, Fusy, Gandouet and Meunier,
 * with hashes of 64 bits and Ertl's improved estimator, which needs no correction for few or many values. Sketches of parts
 * merge into that of the whole, in any order.
 *
 * <p><b>Error.</b> The standard deviation of the estimate is about {@code 1.04 / sqrt(2^precision)} of the true number.
 *
 * <p><b>Threads.</b> Not for use from several threads at once.
 */
public final class HyperLogLog implements Serializable {

    private static final long serialVersionUID = 1L;

    private static final int SMALLEST_PRECISION = 4;
    private static final int LARGEST_PRECISION = 24;

    /** Odd and large, so that each character reaches all bits above its own. */
    private static final long MULTIPLIER = 0x9e3779b97f4a7c15L;

    /** Any bits that are no number people count with. */
    private static final long NULL = 0x6a09e667f3bcc909L;

    /** The limit of the constant for many registers: 1 / (2 ln 2). */
    private static final double ALPHA = 0.5 / Math.log(2);

    private final int precision;

    /** Of the hashes that begin with its number, the longest run of zero bits that follows, plus one. */
    private final byte[] registers;

    /**
     * @param precision from 4 to 24; {@code 2^precision} bytes are taken
     * @throws IllegalArgumentException if it is anything else
     */
    public HyperLogLog(int precision) {
        if (precision < SMALLEST_PRECISION || precision > LARGEST_PRECISION) {
            throw new IllegalArgumentException(
                    "precision must be from " + SMALLEST_PRECISION + " to " + LARGEST_PRECISION + ", got " + precision);
        }
        this.precision = precision;
        this.registers = new byte[1 << precision];
    }

    /**
     * Returns the smallest precision whose relative standard deviation is at most {@code relativeSd}.
     *
     * @throws IllegalArgumentException if it is not above 0.000017, as in Spark
     */
    public static int precisionFor(double relativeSd) {
        if (!(relativeSd > 0.000017)) {
            throw new IllegalArgumentException("relativeSD must be above 0.000017, got " + relativeSd);
        }
        double registers = Math.pow(1.04 / relativeSd, 2);
        int precision = (int) Math.ceil(Math.log(registers) / Math.log(2));
        return Math.max(SMALLEST_PRECISION, Math.min(LARGEST_PRECISION, precision));
    }

    /**
     * Adds a value and returns this. Equal values count once, by the same hash that places keys.
     *
     * @throws dev.favilla.value.UnsupportedKeyException if the value has no hash to rely on, such as an array
     */
    public HyperLogLog add(@Nullable Object value) {
        long hash = mix(bits(value));
        int register = (int) (hash >>> (Long.SIZE - precision));
        int rank = Long.numberOfLeadingZeros((hash << precision) | (1L << (precision - 1))) + 1;
        if (rank > registers[register]) {
            registers[register] = (byte) rank;
        }
        return this;
    }

    /**
     * Of everyday values all bits count. Of others there are no more than their hash has, 32, which matters above some ten
     * million distinct values.
     */
    private static long bits(@Nullable Object value) {
        if (value instanceof Long number) {
            return number;
        }
        if (value instanceof Double number) {
            return Double.doubleToLongBits(number);
        }
        if (value instanceof String text) {
            long bits = 0;
            for (int i = 0; i < text.length(); i++) {
                bits = bits * MULTIPLIER + text.charAt(i);
            }
            return bits;
        }
        return value == null ? NULL : StableHash.of(value);
    }

    /**
     * Adds all that another has seen and returns this.
     *
     * @throws IllegalArgumentException if its precision differs
     */
    public HyperLogLog merge(HyperLogLog other) {
        if (other.precision != precision) {
            throw new IllegalArgumentException(
                    "sketches must have the same precision, got " + precision + " and " + other.precision);
        }
        for (int i = 0; i < registers.length; i++) {
            registers[i] = (byte) Math.max(registers[i], other.registers[i]);
        }
        return this;
    }

    /** Returns about how many distinct values were added. */
    public long estimate() {
        int longest = Long.SIZE - precision;
        long[] withRank = new long[longest + 2];
        for (byte rank : registers) {
            withRank[rank]++;
        }
        double m = registers.length;
        double sum = m * tau(1 - withRank[longest + 1] / m);
        for (int rank = longest; rank >= 1; rank--) {
            sum = 0.5 * (sum + withRank[rank]);
        }
        sum += m * sigma(withRank[0] / m);
        return Math.round(ALPHA * m * m / sum);
    }

    /** What registers that saw nothing stand for. */
    private static double sigma(double share) {
        if (share == 1) {
            return Double.POSITIVE_INFINITY;
        }
        double x = share;
        double weight = 1;
        double sum = x;
        double before;
        do {
            x *= x;
            before = sum;
            sum += x * weight;
            weight += weight;
        } while (sum != before);
        return sum;
    }

    /** What registers that are full stand for. */
    private static double tau(double share) {
        if (share == 0 || share == 1) {
            return 0;
        }
        double x = share;
        double weight = 1;
        double sum = 1 - x;
        double before;
        do {
            x = Math.sqrt(x);
            before = sum;
            weight *= 0.5;
            sum -= (1 - x) * (1 - x) * weight;
        } while (sum != before);
        return sum / 3;
    }

    private static long mix(long hash) {
        long h = hash;
        h = (h ^ (h >>> 33)) * 0xff51afd7ed558ccdL;
        h = (h ^ (h >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return h ^ (h >>> 33);
    }
}

package dev.favilla.shuffle;

import java.util.Arrays;

/**
 * Bytes per reducer, one byte each: a logarithm to the base 1.1, so estimates stay within about 11 %. Zero stays zero
 * and what is not empty never reports zero.
 */
public final class BlockSizes {

    private static final double LOG_BASE = Math.log(1.1);
    private static final int LARGEST_CODE = 255;

    /** What each code stands for: asked for each map and reducer when tasks are placed. */
    private static final long[] ESTIMATES = new long[LARGEST_CODE + 1];

    /** The codes of few bytes: with thousands of maps and reducers there are millions of them. */
    private static final byte[] CODES_OF_FEW = new byte[1024];

    static {
        for (int code = 1; code <= LARGEST_CODE; code++) {
            ESTIMATES[code] = (long) Math.pow(1.1, code);
        }
        for (int bytes = 0; bytes < CODES_OF_FEW.length; bytes++) {
            CODES_OF_FEW[bytes] = compute(bytes);
        }
    }

    private final byte[] codes;
    private final long totalBytes;

    private BlockSizes(byte[] codes, long totalBytes) {
        this.codes = codes;
        this.totalBytes = totalBytes;
    }

    /** Keeps {@code bytesPerReducer} in one byte each, and their exact sum. */
    public static BlockSizes of(long[] bytesPerReducer) {
        byte[] codes = new byte[bytesPerReducer.length];
        long total = 0;
        for (int i = 0; i < codes.length; i++) {
            codes[i] = encode(bytesPerReducer[i]);
            total += bytesPerReducer[i];
        }
        return new BlockSizes(codes, total);
    }

    private static byte encode(long bytes) {
        return bytes < CODES_OF_FEW.length ? CODES_OF_FEW[(int) bytes] : compute(bytes);
    }

    private static byte compute(long bytes) {
        if (bytes <= 1) {
            return (byte) bytes;
        }
        return (byte) Math.min(LARGEST_CODE, (int) Math.ceil(Math.log((double) bytes) / LOG_BASE));
    }

    /** Returns about how many bytes lie there for {@code reducer}; 0 exactly if there are none. */
    public long estimate(int reducer) {
        return ESTIMATES[codes[reducer] & 0xff];
    }

    public boolean isEmpty(int reducer) {
        return codes[reducer] == 0;
    }

    /** Returns how many reducers there are. */
    public int numReducers() {
        return codes.length;
    }

    /** Returns the exact sum over all reducers. */
    public long totalBytes() {
        return totalBytes;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof BlockSizes other && totalBytes == other.totalBytes && Arrays.equals(codes, other.codes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(codes);
    }

    @Override
    public String toString() {
        return totalBytes + " B in " + codes.length + " blocks";
    }
}

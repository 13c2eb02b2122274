package dev.favilla.benchmarks.workload;

/**
 * How large the workloads are, as a fraction of the full size.
 *
 * @param name for people
 * @param divisor what full sizes are divided by
 */
public record Scale(String name, long divisor) {

    /**
     * Returns the scale of that name: {@code full}, {@code small} (a tenth), or a number to divide by.
     *
     * @throws IllegalArgumentException if it is none of these
     */
    public static Scale of(String text) {
        if (text.equals("full")) {
            return new Scale(text, 1);
        }
        if (text.equals("small")) {
            return new Scale(text, 10);
        }
        if (text.matches("[1-9]\\d{0,8}")) {
            return new Scale("1/" + text, Long.parseLong(text));
        }
        throw new IllegalArgumentException("scale must be full, small or a number to divide by, got '" + text + "'");
    }

    /** Returns a size at this scale. */
    public long of(long full) {
        return Math.max(1, full / divisor);
    }

    /** Returns a size at this scale, {@code least} at least. */
    public int of(int full, int least) {
        return (int) Math.max(least, full / divisor);
    }
}

package dev.favilla.benchmarks.heap;

/**
 * What came of one run.
 *
 * @param nanos how long the pipeline took, with a cold JVM
 * @param gcMillis of these, how long the collector took
 * @param spilledBytes written to disk; negative if unknown
 * @param right whether the result was
 * @param nextRight whether the jobs after it were
 */
public record HeapResult(long nanos, long gcMillis, long spilledBytes, boolean right, boolean nextRight) {

    private static final String MARK = "heap-result";

    String toLine() {
        return String.join(
                " ",
                MARK,
                Long.toString(nanos),
                Long.toString(gcMillis),
                Long.toString(spilledBytes),
                Boolean.toString(right),
                Boolean.toString(nextRight));
    }

    /** Returns whether a line of output is one of these. */
    public static boolean isLine(String line) {
        return line.startsWith(MARK);
    }

    /** Reads a line of output. */
    public static HeapResult ofLine(String line) {
        String[] words = line.split(" ");
        return new HeapResult(
                Long.parseLong(words[1]),
                Long.parseLong(words[2]),
                Long.parseLong(words[3]),
                Boolean.parseBoolean(words[4]),
                Boolean.parseBoolean(words[5]));
    }

    /** Returns which part of the time went to the collector. */
    public double gcShare() {
        return gcMillis * 1e6 / nanos;
    }
}

package dev.favilla.benchmarks;

/**
 * What one run cost.
 *
 * @param nanos from its start to its end
 * @param cpuNanos of the whole process meanwhile, compilers and collectors too; 0 if not known
 * @param allocatedBytes by the threads that were alive at its end; 0 if not known
 * @param gcMillis of pauses for garbage collection
 * @param checksum of its result
 */
record Sample(long nanos, long cpuNanos, long allocatedBytes, long gcMillis, long checksum) {

    private static final String MARK = "@sample";

    /** Returns one line that {@link #isLine} knows. */
    String toLine() {
        return String.join(
                " ",
                MARK,
                Long.toString(nanos),
                Long.toString(cpuNanos),
                Long.toString(allocatedBytes),
                Long.toString(gcMillis),
                Long.toString(checksum));
    }

    static boolean isLine(String line) {
        return line.startsWith(MARK + " ");
    }

    static Sample ofLine(String line) {
        String[] parts = line.split(" ");
        return new Sample(
                Long.parseLong(parts[1]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[4]),
                Long.parseLong(parts[5]));
    }
}

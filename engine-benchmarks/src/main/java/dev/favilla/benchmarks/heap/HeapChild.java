package dev.favilla.benchmarks.heap;

import java.io.PrintStream;

/** The main class of a child JVM: one system runs one pipeline once, and what came of it is printed in one line. */
public final class HeapChild {

    private HeapChild() {}

    /** Arguments: class of the system, threads, pipeline, records, partitions. */
    public static void main(String[] arguments) throws Exception {
        PrintStream results = System.out;
        System.setOut(System.err);
        HeapPipeline pipeline = HeapPipeline.of(arguments[2]);
        long records = Long.parseLong(arguments[3]);
        try (HeapSystem system = Class.forName(arguments[0])
                .asSubclass(HeapSystem.class)
                .getConstructor(int.class)
                .newInstance(Integer.parseInt(arguments[1]))) {
            long start = System.nanoTime();
            long sum = system.run(pipeline, records, Integer.parseInt(arguments[4]));
            long nanos = System.nanoTime() - start;
            boolean right = sum == HeapRecords.expected(pipeline, records);
            results.println(
                    new HeapResult(nanos, GcTime.millis(), system.spilledBytes(), right, system.nextJobsAreRight())
                            .toLine());
            results.flush();
        }
        System.exit(0); // a system may have left threads
    }

    /** Apart, so that it is loaded after the run. */
    private static final class GcTime {

        static long millis() {
            return java.lang.management.ManagementFactory.getGarbageCollectorMXBeans().stream()
                    .mapToLong(java.lang.management.GarbageCollectorMXBean::getCollectionTime)
                    .sum();
        }
    }
}

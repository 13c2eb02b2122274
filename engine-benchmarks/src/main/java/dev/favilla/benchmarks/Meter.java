package dev.favilla.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.ThreadMXBean;
import dev.favilla.benchmarks.workload.Job;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs jobs and reads the JVM's counters around them. */
final class Meter {

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final OperatingSystemMXBean system = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
    private final List<GarbageCollectorMXBean> collectors = ManagementFactory.getGarbageCollectorMXBeans();

    Sample measure(Job job) throws Exception {
        System.gc(); // every run begins with the same heap
        Map<Long, Long> allocatedBefore = allocated();
        long gcBefore = gcMillis();
        long cpuBefore = system.getProcessCpuTime();
        long start = System.nanoTime();
        long checksum = job.run();
        long nanos = System.nanoTime() - start;
        long cpu = system.getProcessCpuTime() - cpuBefore;
        long gc = gcMillis() - gcBefore;
        return new Sample(nanos, cpu, grown(allocatedBefore, allocated()), gc, checksum);
    }

    /** Threads that ended meanwhile are missing; the engines and the hand-written versions keep theirs. */
    private static long grown(Map<Long, Long> before, Map<Long, Long> after) {
        long sum = 0;
        for (Map.Entry<Long, Long> thread : after.entrySet()) {
            sum += thread.getValue() - before.getOrDefault(thread.getKey(), 0L);
        }
        return sum;
    }

    private Map<Long, Long> allocated() {
        long[] ids = threads.getAllThreadIds();
        long[] bytes = threads.getThreadAllocatedBytes(ids);
        Map<Long, Long> byThread = new HashMap<>();
        for (int i = 0; i < ids.length; i++) {
            byThread.put(ids[i], Math.max(0, bytes[i]));
        }
        return byThread;
    }

    private long gcMillis() {
        return collectors.stream()
                .mapToLong(collector -> Math.max(0, collector.getCollectionTime()))
                .sum();
    }
}

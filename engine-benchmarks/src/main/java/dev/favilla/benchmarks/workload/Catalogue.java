package dev.favilla.benchmarks.workload;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Every workload at one scale. */
public final class Catalogue {

    private static final int[] DEPTHS = {1, 3, 6, 12};
    private static final int[] MILLIONS = {1, 4, 16, 64};
    private static final int[] PARTITIONS = {2, 20, 200, 2000};

    private final List<Workload> workloads = new ArrayList<>();

    /**
     * @param partitions of every workload that does not vary them
     * @param data the directory of files that are generated
     */
    public Catalogue(Scale scale, int partitions, Path data) {
        workloads.add(new StartUp(true));
        workloads.add(new StartUp(false));
        workloads.add(new TinyJobs(1, scale.of(10_000, 5)));
        workloads.add(new TinyJobs(2, scale.of(5_000, 5)));
        workloads.add(new EmptyTasks(scale.of(100_000, 10)));
        for (int depth : DEPTHS) {
            workloads.add(new Chain(depth, scale.of(50_000_000L), partitions));
        }
        long bytes = scale.of(1_000_000_000L);
        workloads.add(new WordCount(data.resolve("text-" + bytes), bytes, partitions, WordCount.Text.ENGLISH));
        workloads.add(new WordCount(data.resolve("tail-" + bytes), bytes, partitions, WordCount.Text.LONG_TAIL));
        workloads.add(new SumByLong("reduce-longs", scale.of(20_000_000L), scale.of(5_000_000L), partitions));
        workloads.add(new SumByString(scale.of(10_000_000L), scale.of(2_000_000L), partitions));
        workloads.add(new Grouping(scale.of(10_000_000L), scale.of(1_000_000L), partitions));
        workloads.add(new Join(scale.of(5_000_000L), partitions));
        workloads.add(new SmallJoin("join-small", false, scale.of(20_000_000L), scale.of(100_000L), partitions));
        workloads.add(new SmallJoin("join-broadcast", true, scale.of(20_000_000L), scale.of(100_000L), partitions));
        workloads.add(new CoGroup(scale.of(5_000_000L), partitions));
        workloads.add(new SortByText(scale.of(10_000_000L), partitions));
        workloads.add(new PageRank(scale.of(1_000_000L), scale.of(10_000_000L), 5, partitions));
        workloads.add(new KMeans(scale.of(2_000_000L), 10, 5, partitions));
        workloads.add(new CachedScan(scale.of(20_000_000L), partitions));
        workloads.add(new OneAfterAnother("ten-jobs", tenLarge(scale, partitions)));
        for (int millions : MILLIONS) {
            long records = scale.of(millions * 1_000_000L);
            workloads.add(new SumByLong("records-" + millions + "m", records, Math.max(1, records / 4), partitions));
        }
        for (int count : PARTITIONS) {
            workloads.add(new SumByLong("partitions-" + count, scale.of(4_000_000L), scale.of(1_000_000L), count));
        }
    }

    /** Returns two rounds of five different shuffles. */
    private static List<Workload> tenLarge(Scale scale, int partitions) {
        List<Workload> five = List.of(
                new SumByLong("reduce-longs", scale.of(20_000_000L), scale.of(5_000_000L), partitions),
                new SumByString(scale.of(10_000_000L), scale.of(2_000_000L), partitions),
                new Grouping(scale.of(10_000_000L), scale.of(1_000_000L), partitions),
                new CoGroup(scale.of(5_000_000L), partitions),
                new SortByText(scale.of(10_000_000L), partitions));
        return Stream.concat(five.stream(), five.stream()).toList();
    }

    /** Returns all, in the order of their cost to understand. */
    public List<Workload> all() {
        return List.copyOf(workloads);
    }

    /**
     * Returns the workloads of that name, or all whose names begin with it if it ends in {@code *}.
     *
     * @throws IllegalArgumentException if there is none
     */
    public List<Workload> find(String name) {
        List<Workload> found = workloads.stream()
                .filter(workload -> name.endsWith("*")
                        ? workload.name().startsWith(name.substring(0, name.length() - 1))
                        : workload.name().equals(name))
                .toList();
        if (found.isEmpty()) {
            throw new IllegalArgumentException("no workload is called '" + name + "'; there are "
                    + workloads.stream().map(Workload::name).collect(Collectors.joining(", ")));
        }
        return found;
    }

    /** Returns the numbers from 0 to {@code count - 1}, for systems that want a list. */
    public static List<Integer> numbers(int count) {
        return IntStream.range(0, count).boxed().toList();
    }
}

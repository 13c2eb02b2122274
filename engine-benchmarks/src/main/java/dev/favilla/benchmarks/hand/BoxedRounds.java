package dev.favilla.benchmarks.hand;

import dev.favilla.benchmarks.workload.CachedScan;
import dev.favilla.benchmarks.workload.Chain;
import dev.favilla.benchmarks.workload.Cluster;
import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.KMeans;
import dev.favilla.benchmarks.workload.Points;
import dev.favilla.benchmarks.workload.Steps;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/** Small jobs, and loops over lists of boxed numbers. */
final class BoxedRounds {

    private static final List<Long> EIGHT = List.of(1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L);

    private BoxedRounds() {}

    static long oneStage(Crew crew, int jobs) throws Exception {
        long check = 0;
        for (int job = 0; job < jobs; job++) {
            check += crew.tasks(2, half -> {
                long sum = 0;
                for (Long x : EIGHT.subList(4 * half, 4 * half + 4)) {
                    Long mapped = x * 3;
                    if (mapped % 2 == 0) {
                        sum += mapped;
                    }
                }
                return sum;
            });
        }
        return check;
    }

    static long twoStages(Crew crew, int jobs) throws Exception {
        long check = 0;
        for (int job = 0; job < jobs; job++) {
            List<Map<Long, Long>> halves = List.of(new HashMap<>(), new HashMap<>());
            crew.tasks(2, half -> {
                for (Long x : EIGHT.subList(4 * half, 4 * half + 4)) {
                    halves.get(half).merge(x % 3, x, Long::sum);
                }
                return 0;
            });
            check += crew.tasks(2, part -> {
                Map<Long, Long> sums = new HashMap<>();
                for (Map<Long, Long> half : halves) {
                    half.forEach((key, sum) -> {
                        if (key % 2 == part) {
                            sums.merge(key, sum, Long::sum);
                        }
                    });
                }
                long mine = 0;
                for (Map.Entry<Long, Long> sum : sums.entrySet()) {
                    mine += sum.getKey() * sum.getValue();
                }
                return mine;
            });
        }
        return check;
    }

    static long chain(Crew crew, Chain work) throws Exception {
        int operators = work.operators();
        return crew.each(slice -> {
            Long sum = 0L;
            long end = Crew.sliceStart(work.records(), crew.threads(), slice + 1);
            for (long x = Crew.sliceStart(work.records(), crew.threads(), slice); x < end; x++) {
                Long number = x;
                sum += first(number, operators);
            }
            return sum;
        });
    }

    private static Long first(Long x, int operators) {
        Long one = Steps.map1(x);
        if (operators == 1) {
            return one;
        }
        if (!Steps.keep2(one)) {
            return 0L;
        }
        Long three = Steps.map3(one);
        if (operators == 3) {
            return three;
        }
        Long sum = 0L;
        for (Long each : List.of(three, Steps.twin4(three))) {
            sum += second(each, operators);
        }
        return sum;
    }

    private static Long second(Long x, int operators) {
        if (!Steps.keep5(x)) {
            return 0L;
        }
        Long six = Steps.map6(x);
        if (operators == 6) {
            return six;
        }
        Long seven = Steps.map7(six);
        if (!Steps.keep8(seven)) {
            return 0L;
        }
        Long nine = Steps.map9(seven);
        Long sum = 0L;
        for (Long each : List.of(nine, Steps.twin10(nine))) {
            if (Steps.keep11(each)) {
                sum += Steps.map12(each);
            }
        }
        return sum;
    }

    static Job cachedScan(Crew crew, CachedScan work) {
        List<Long> numbers =
                LongStream.range(0, work.records()).mapToObj(Data::mix).toList();
        return () -> crew.each(slice -> {
            int start = (int) Crew.sliceStart(numbers.size(), crew.threads(), slice);
            int end = (int) Crew.sliceStart(numbers.size(), crew.threads(), slice + 1);
            long sum = 0;
            for (Long x : numbers.subList(start, end)) {
                if ((x & 7) != 3) {
                    sum += x;
                }
            }
            return sum;
        });
    }

    static long kMeans(Crew crew, KMeans work) throws Exception {
        int slices = crew.threads();
        List<List<int[]>> points = new ArrayList<>();
        for (int slice = 0; slice < slices; slice++) {
            points.add(new ArrayList<>());
        }
        crew.each(slice -> {
            long end = Crew.sliceStart(work.points(), slices, slice + 1);
            for (long i = Crew.sliceStart(work.points(), slices, slice); i < end; i++) {
                points.get(slice).add(Points.at(i));
            }
            return 0;
        });
        double[][] centres = Points.firstCentres(work.clusters());
        long check = 0;
        for (int round = 0; round < work.iterations(); round++) {
            List<Map<Integer, Cluster>> found = new ArrayList<>();
            for (int slice = 0; slice < slices; slice++) {
                found.add(new HashMap<>());
            }
            crew.each(slice -> {
                for (int[] point : points.get(slice)) {
                    found.get(slice).merge(Points.closest(point, 0, centres), Cluster.of(point), Cluster::plus);
                }
                return 0;
            });
            Map<Integer, Cluster> clusters = found.get(0);
            found.subList(1, slices)
                    .forEach(other ->
                            other.forEach((number, cluster) -> clusters.merge(number, cluster, Cluster::plus)));
            check = 0;
            for (Map.Entry<Integer, Cluster> cluster : clusters.entrySet()) {
                cluster.getValue().middle(centres[cluster.getKey()]);
                check += cluster.getValue().check(cluster.getKey());
            }
        }
        return check;
    }
}

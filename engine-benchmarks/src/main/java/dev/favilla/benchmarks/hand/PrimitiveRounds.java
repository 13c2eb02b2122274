package dev.favilla.benchmarks.hand;

import dev.favilla.benchmarks.workload.CachedScan;
import dev.favilla.benchmarks.workload.Chain;
import dev.favilla.benchmarks.workload.Cluster;
import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.KMeans;
import dev.favilla.benchmarks.workload.Links;
import dev.favilla.benchmarks.workload.PageRank;
import dev.favilla.benchmarks.workload.Points;
import dev.favilla.benchmarks.workload.Steps;
import java.util.Arrays;

/** Loops over primitive arrays. */
final class PrimitiveRounds {

    private PrimitiveRounds() {}

    static long chain(Crew crew, Chain work) throws Exception {
        int operators = work.operators();
        return crew.each(slice -> {
            long sum = 0;
            long end = Crew.sliceStart(work.records(), crew.threads(), slice + 1);
            for (long x = Crew.sliceStart(work.records(), crew.threads(), slice); x < end; x++) {
                sum += first(x, operators);
            }
            return sum;
        });
    }

    private static long first(long x, int operators) {
        long one = Steps.map1(x);
        if (operators == 1) {
            return one;
        }
        if (!Steps.keep2(one)) {
            return 0;
        }
        long three = Steps.map3(one);
        return operators == 3 ? three : second(three, operators) + second(Steps.twin4(three), operators);
    }

    private static long second(long x, int operators) {
        if (!Steps.keep5(x)) {
            return 0;
        }
        long six = Steps.map6(x);
        if (operators == 6) {
            return six;
        }
        long seven = Steps.map7(six);
        if (!Steps.keep8(seven)) {
            return 0;
        }
        long nine = Steps.map9(seven);
        return third(nine) + third(Steps.twin10(nine));
    }

    private static long third(long x) {
        return Steps.keep11(x) ? Steps.map12(x) : 0;
    }

    static Job cachedScan(Crew crew, CachedScan work) {
        long[] numbers = new long[Math.toIntExact(work.records())];
        Arrays.setAll(numbers, Data::mix);
        return () -> crew.each(slice -> {
            long sum = 0;
            int end = (int) Crew.sliceStart(numbers.length, crew.threads(), slice + 1);
            for (int i = (int) Crew.sliceStart(numbers.length, crew.threads(), slice); i < end; i++) {
                sum += (numbers[i] & 7) != 3 ? numbers[i] : 0;
            }
            return sum;
        });
    }

    static long kMeans(Crew crew, KMeans work) throws Exception {
        int width = Points.DIMENSIONS;
        int count = Math.toIntExact(work.points());
        int[] points = new int[count * width];
        crew.each(slice -> {
            int end = (int) Crew.sliceStart(count, crew.threads(), slice + 1);
            for (int i = (int) Crew.sliceStart(count, crew.threads(), slice); i < end; i++) {
                for (int d = 0; d < width; d++) {
                    points[i * width + d] = Points.coordinate(i, d);
                }
            }
            return 0;
        });
        double[][] centres = Points.firstCentres(work.clusters());
        long check = 0;
        for (int round = 0; round < work.iterations(); round++) {
            check = kMeansRound(crew, points, centres);
        }
        return check;
    }

    private static long kMeansRound(Crew crew, int[] points, double[][] centres) throws Exception {
        int width = Points.DIMENSIONS;
        int count = points.length / width;
        long[][][] sums = new long[crew.threads()][centres.length][width + 1];
        crew.each(slice -> {
            long[][] mine = sums[slice];
            int end = (int) Crew.sliceStart(count, crew.threads(), slice + 1);
            for (int i = (int) Crew.sliceStart(count, crew.threads(), slice); i < end; i++) {
                long[] sum = mine[Points.closest(points, i * width, centres)];
                for (int d = 0; d < width; d++) {
                    sum[d] += points[i * width + d];
                }
                sum[width]++;
            }
            return 0;
        });
        long check = 0;
        for (int c = 0; c < centres.length; c++) {
            long[] total = new long[width + 1];
            for (long[][] mine : sums) {
                for (int d = 0; d <= width; d++) {
                    total[d] += mine[c][d];
                }
            }
            if (total[width] > 0) {
                Cluster cluster = Cluster.of(Arrays.copyOf(total, width), total[width]);
                cluster.middle(centres[c]);
                check += cluster.check(c);
            }
        }
        return check;
    }

    static long pageRank(Crew crew, PageRank work) throws Exception {
        int nodes = Math.toIntExact(work.nodes());
        InLinks links = InLinks.of(crew, work);
        long[] ranks = new long[nodes];
        for (int node = 0; node < nodes; node++) {
            ranks[node] = links.outDegree(node) > 0 ? Links.FIRST_RANK : 0;
        }
        long[] shares = new long[nodes];
        for (int round = 0; round < work.iterations(); round++) {
            crew.each(slice -> {
                int end = (int) Crew.sliceStart(nodes, crew.threads(), slice + 1);
                for (int node = (int) Crew.sliceStart(nodes, crew.threads(), slice); node < end; node++) {
                    boolean gives = ranks[node] > 0 && links.outDegree(node) > 0;
                    shares[node] = gives ? Links.share(ranks[node], links.outDegree(node)) : InLinks.NOTHING;
                }
                return 0;
            });
            crew.each(slice -> {
                int end = (int) Crew.sliceStart(nodes, crew.threads(), slice + 1);
                for (int node = (int) Crew.sliceStart(nodes, crew.threads(), slice); node < end; node++) {
                    ranks[node] = links.next(node, shares);
                }
                return 0;
            });
        }
        return crew.each(slice -> {
            long check = 0;
            int end = (int) Crew.sliceStart(nodes, crew.threads(), slice + 1);
            for (int node = (int) Crew.sliceStart(nodes, crew.threads(), slice); node < end; node++) {
                check += ranks[node] > 0 ? Data.check(node, ranks[node]) : 0;
            }
            return check;
        });
    }
}

package dev.favilla.benchmarks.streams;

import dev.favilla.benchmarks.workload.CachedScan;
import dev.favilla.benchmarks.workload.Cluster;
import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.KMeans;
import dev.favilla.benchmarks.workload.Links;
import dev.favilla.benchmarks.workload.PageRank;
import dev.favilla.benchmarks.workload.Points;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

/** Pipelines that go over the same records again. */
final class StreamRounds {

    private StreamRounds() {}

    static long pageRank(PageRank work) {
        long nodes = work.nodes();
        ConcurrentMap<Long, List<Long>> links = LongStream.range(0, work.edges())
                .parallel()
                .boxed()
                .collect(Collectors.groupingByConcurrent(
                        edge -> Links.source(edge, nodes),
                        () -> StreamPipelines.roomFor(nodes),
                        Collectors.mapping(edge -> Links.target(edge, nodes), Collectors.toList())));
        Map<Long, Long> ranks = links.keySet().parallelStream()
                .collect(Collectors.toConcurrentMap(
                        node -> node, node -> Links.FIRST_RANK, Long::sum, () -> StreamPipelines.roomFor(nodes)));
        for (int round = 0; round < work.iterations(); round++) {
            Map<Long, Long> now = ranks;
            ConcurrentMap<Long, Long> given = links.entrySet().parallelStream()
                    .flatMap(node -> shares(node.getValue(), now.get(node.getKey())))
                    .collect(Collectors.toConcurrentMap(
                            Map.Entry::getKey, Map.Entry::getValue, Long::sum, () -> StreamPipelines.roomFor(nodes)));
            given.entrySet().parallelStream().forEach(sum -> sum.setValue(Links.next(sum.getValue())));
            ranks = given;
        }
        return ranks.entrySet().parallelStream()
                .mapToLong(rank -> Data.check(rank.getKey(), rank.getValue()))
                .sum();
    }

    private static Stream<Map.Entry<Long, Long>> shares(List<Long> targets, Long rank) {
        if (rank == null) {
            return Stream.empty();
        }
        Long share = Links.share(rank, targets.size());
        return targets.stream().map(target -> Map.entry(target, share));
    }

    static long kMeans(KMeans work) {
        List<int[]> points = LongStream.range(0, work.points())
                .parallel()
                .mapToObj(Points::at)
                .toList();
        double[][] centres = Points.firstCentres(work.clusters());
        long check = 0;
        for (int round = 0; round < work.iterations(); round++) {
            Map<Integer, Cluster> clusters = points.parallelStream()
                    .collect(Collectors.toMap(point -> Points.closest(point, 0, centres), Cluster::of, Cluster::plus));
            check = 0;
            for (Map.Entry<Integer, Cluster> cluster : clusters.entrySet()) {
                cluster.getValue().middle(centres[cluster.getKey()]);
                check += cluster.getValue().check(cluster.getKey());
            }
        }
        return check;
    }

    static Job cachedScan(CachedScan work) {
        List<Long> numbers =
                LongStream.range(0, work.records()).mapToObj(Data::mix).toList();
        return () -> numbers.parallelStream().filter(x -> (x & 7) != 3).reduce(0L, Long::sum);
    }
}

package dev.favilla.benchmarks.favilla;

import dev.favilla.EngineContext;
import dev.favilla.Pair;
import dev.favilla.PairRDD;
import dev.favilla.RDD;
import dev.favilla.benchmarks.workload.CachedScan;
import dev.favilla.benchmarks.workload.Cluster;
import dev.favilla.benchmarks.workload.Data;
import dev.favilla.benchmarks.workload.Job;
import dev.favilla.benchmarks.workload.KMeans;
import dev.favilla.benchmarks.workload.Links;
import dev.favilla.benchmarks.workload.PageRank;
import dev.favilla.benchmarks.workload.Points;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Jobs that go over the same records again. */
final class Rounds {

    private Rounds() {}

    static long pageRank(EngineContext engine, PageRank work) {
        long nodes = work.nodes();
        int partitions = work.partitions();
        PairRDD<Long, Iterable<Long>> links = engine.range(0, work.edges(), 1, partitions)
                .mapToPair(edge -> Pair.of(Links.source(edge, nodes), Links.target(edge, nodes)))
                .groupByKey(partitions)
                .cache();
        PairRDD<Long, Long> ranks = links.mapValues(targets -> Links.FIRST_RANK);
        for (int round = 0; round < work.iterations(); round++) {
            PairRDD<Long, Long> given = PairRDD.of(
                    links.join(ranks, partitions).values().flatMap(node -> shares(node.key(), node.value())));
            ranks = given.reduceByKey(Long::sum, partitions).mapValues(Links::next);
        }
        long check = ranks.map(rank -> Data.check(rank.key(), rank.value())).reduce(Long::sum);
        links.unpersist();
        return check;
    }

    private static List<Pair<Long, Long>> shares(Iterable<Long> targets, long rank) {
        int count = 0;
        for (Long target : targets) {
            count++;
        }
        Long share = Links.share(rank, count);
        List<Pair<Long, Long>> shares = new ArrayList<>(count);
        for (Long target : targets) {
            shares.add(Pair.of(target, share));
        }
        return shares;
    }

    static long kMeans(EngineContext engine, KMeans work) {
        RDD<int[]> points = engine.range(0, work.points(), 1, work.partitions())
                .map(Points::at)
                .cache();
        double[][] centres = Points.firstCentres(work.clusters());
        long check = 0;
        for (int round = 0; round < work.iterations(); round++) {
            double[][] now = centres;
            Map<Integer, Cluster> clusters = points.mapToPair(
                            point -> Pair.of(Points.closest(point, 0, now), Cluster.of(point)))
                    .reduceByKey(Cluster::plus, work.partitions())
                    .collectAsMap();
            check = 0;
            for (Map.Entry<Integer, Cluster> cluster : clusters.entrySet()) {
                cluster.getValue().middle(centres[cluster.getKey()]);
                check += cluster.getValue().check(cluster.getKey());
            }
        }
        points.unpersist();
        return check;
    }

    static Job cachedScan(EngineContext engine, CachedScan work) {
        RDD<Long> numbers = engine.range(0, work.records(), 1, work.partitions())
                .map(Data::mix)
                .cache();
        numbers.count();
        return () -> numbers.filter(x -> (x & 7) != 3).reduce(Long::sum);
    }
}

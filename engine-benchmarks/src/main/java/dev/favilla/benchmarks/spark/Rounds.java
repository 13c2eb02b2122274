package dev.favilla.benchmarks.spark;

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
import org.apache.spark.api.java.JavaPairRDD;
import org.apache.spark.api.java.JavaRDD;
import org.apache.spark.api.java.JavaSparkContext;
import scala.Tuple2;

/** Jobs that go over the same records again. */
final class Rounds {

    private Rounds() {}

    static long pageRank(JavaSparkContext spark, PageRank work) {
        long nodes = work.nodes();
        int partitions = work.partitions();
        JavaPairRDD<Long, Iterable<Long>> links = Numbers.range(spark, 0, work.edges(), partitions)
                .mapToPair(edge -> new Tuple2<>(Links.source(edge, nodes), Links.target(edge, nodes)))
                .groupByKey(partitions)
                .cache();
        JavaPairRDD<Long, Long> ranks = links.mapValues(targets -> Links.FIRST_RANK);
        for (int round = 0; round < work.iterations(); round++) {
            JavaPairRDD<Long, Long> given = links.join(ranks, partitions)
                    .values()
                    .flatMapToPair(node -> shares(node._1(), node._2()).iterator());
            ranks = given.reduceByKey(Long::sum, partitions).mapValues(Links::next);
        }
        long check = ranks.map(rank -> Data.check(rank._1(), rank._2())).reduce(Long::sum);
        links.unpersist();
        return check;
    }

    private static List<Tuple2<Long, Long>> shares(Iterable<Long> targets, long rank) {
        int count = 0;
        for (Long target : targets) {
            count++;
        }
        Long share = Links.share(rank, count);
        List<Tuple2<Long, Long>> shares = new ArrayList<>(count);
        for (Long target : targets) {
            shares.add(new Tuple2<>(target, share));
        }
        return shares;
    }

    static long kMeans(JavaSparkContext spark, KMeans work) {
        JavaRDD<int[]> points = Numbers.range(spark, 0, work.points(), work.partitions())
                .map(Points::at)
                .cache();
        double[][] centres = Points.firstCentres(work.clusters());
        long check = 0;
        for (int round = 0; round < work.iterations(); round++) {
            double[][] now = centres;
            Map<Integer, Cluster> clusters = points.mapToPair(
                            point -> new Tuple2<>(Points.closest(point, 0, now), Cluster.of(point)))
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

    static Job cachedScan(JavaSparkContext spark, CachedScan work) {
        JavaRDD<Long> numbers = Numbers.range(spark, 0, work.records(), work.partitions())
                .map(Data::mix)
                .cache();
        numbers.count();
        return () -> numbers.filter(x -> (x & 7) != 3).reduce(Long::sum);
    }
}
